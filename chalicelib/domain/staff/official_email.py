"""Official emails: staff are reached, and sign in, only under an address of the government's own domains.

The domain of an address is official where it is a listed one or ends in a listed one, compared label by label:
`dgft.gov.in` under `gov.in`, but neither `xgov.in` nor `gov.in.example.com`.
"""

from __future__ import annotations

import re

# What a host name may hold (RFC 1123), in lower case.
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LOCAL_PART = re.compile(r"[!-?A-~]+")
# A whole top-level domain is nobody's own: were one listed by mistake, it would let everybody in.
_FEWEST_LABELS = 2


def is_official(email: str, domains: tuple[str, ...]) -> bool:
    """Whether `email` is an address in one of `domains`.

    ASCII only, and no label in Punycode (`xn--…`): what merely looks like an official domain is none.
    """
    local, _, domain = email.rpartition("@")
    if not _LOCAL_PART.fullmatch(local) or not email.isascii():
        return False
    labels = _labels(domain)
    listed = [_labels(one) for one in domains]
    return any(len(one) >= _FEWEST_LABELS and labels[-len(one) :] == one for one in listed)


def _labels(domain: str) -> list[str]:
    """The labels of a host name in lower case; none where it is not one that we accept."""
    labels = domain.lower().split(".")
    is_sound = all(_LABEL.fullmatch(label) and not label.startswith("xn--") for label in labels)
    return labels if is_sound else []
