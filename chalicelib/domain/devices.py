"""Devices: a short name of a browser and its system, so that people know their sessions apart."""

from __future__ import annotations

import re

# In this order: an Edge calls itself Chrome too, and a Chrome Safari.
_BROWSERS = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"\bOPR/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS|HeadlessChrome)/")),
    ("Safari", re.compile(r"\bSafari/")),
)
_SYSTEMS = (
    ("Android", re.compile(r"\bAndroid\b")),
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac OS X\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)
_READ = 512


def device_of(user_agent: str | None) -> str:
    """`Firefox, Android` from a `User-Agent` header; "" where neither browser nor system is known.

    Only names of the lists above come out: what a client writes about itself is never kept or shown.
    """
    header = (user_agent or "")[:_READ]
    found = [next((name for name, sign in signs if sign.search(header)), "") for signs in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, found))
