"""What is trusted, and which CRLs are watched, from the packaged configuration.

`chalicelib/configuration/trust/` holds certificates (DER, PEM or base64) and `intermediates.json`, which pins those
that are no anchors by their SHA-256; `crl_sources.json` beside it names the CRLs and the OCSP responders' hosts.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from chalicelib.domain.signatures.revocation import CrlSource
from chalicelib.domain.signatures.trust import Trust, TrustRefused, trust_of

CONFIGURATION = Path(__file__).parent.parent / "configuration"
_PINS = "intermediates.json"


def configured_trust(folder: Path = CONFIGURATION / "trust") -> Trust:
    """The trust in a folder. Raises `TrustRefused`."""
    pins = json.loads((folder / _PINS).read_text(encoding="utf-8"))["intermediates"]
    files = {file.name: file.read_bytes() for file in folder.iterdir() if file.name != _PINS}
    return trust_of(files, frozenset(pins))


def configured_sources(file: Path = CONFIGURATION / "crl_sources.json") -> tuple[CrlSource, ...]:
    """The CRLs that are watched. Raises `TrustRefused` where two have one id, or an address is none."""
    rows = json.loads(file.read_text(encoding="utf-8"))["sources"]
    sources = tuple(CrlSource(row["source_id"], row["url"], row["issuer"]) for row in rows)
    if len({source.source_id for source in sources}) != len(sources):
        raise TrustRefused(f"{file.name}: two sources of one id")
    for source in sources:
        parts = urlsplit(source.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise TrustRefused(f"{file.name}: {source.source_id} has no http(s) address")
    return sources


def hosts_of(sources: tuple[CrlSource, ...]) -> frozenset[str]:
    """The hosts that serve these CRLs."""
    return frozenset(urlsplit(source.url).hostname or "" for source in sources)


def configured_responders(file: Path = CONFIGURATION / "crl_sources.json") -> frozenset[str]:
    """The hosts of OCSP responders that may be asked."""
    return frozenset(json.loads(file.read_text(encoding="utf-8"))["ocsp_hosts"])
