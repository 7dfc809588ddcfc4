"""What is trusted: the pinned anchors, and the issuers that are known beside them.

An anchor is trusted because its SHA-256 is pinned here, never because a file lies in a directory; the system's own
store is not looked at. Issuers below an anchor (licensed CAs, their sub-CAs) are data: they help to find a path.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

# SHA-256 of the DER, hex. facts: CCA India 2022 is the anchor of DSC and e-Sign; measured from the certificate.
PINNED_ANCHORS: Mapping[str, str] = {
    "9a3fd3176798e842ddcb12c262f11cfacca70a8b84c6ea6fda30842a95a94cd8": "CCA India 2022",
}
# Real roots that must never vouch for a DSC: "special purpose" (TLS, code signing), or out of use.
NEVER_FOR_DSC = ("CCA India 2022 SPL", "CCA India 2015 SPL", "CCA India 2007", "CCA India 2002")
_SPL_2022 = "b724689b79b2ef9421ef8f5cc733eb093851b170ee715177005a09f226d8c91a"
# A certificate is some 2 KB; nothing near this is one.
_LARGEST = 64 * 1024
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\s(.*?)-----END CERTIFICATE-----", re.DOTALL)


class TrustRefused(Exception):  # noqa: N818
    """A file of the trust directory is unreadable, or none that is pinned; the message names it."""


@dataclass(frozen=True, slots=True)
class PathPolicies:
    """The inputs of RFC 5280, section 6.1.1 (c) and (e) to (g); as they stand here, no policy is asked for.

    What class a signer's certificate must be of is judged on the certificate itself (`policy`): India's CA certificates
    name the arc of all classes and no class, so no class outlives RFC 5280's own processing.
    """

    initial_set: frozenset[str] = frozenset({"any_policy"})
    explicit: bool = False
    inhibit_mapping: bool = False
    inhibit_any: bool = False


@dataclass(frozen=True, slots=True)
class Trust:
    """What a signature may rest on; certificates are DER."""

    anchors: tuple[bytes, ...]
    intermediates: tuple[bytes, ...] = ()
    path_policies: PathPolicies = field(default_factory=PathPolicies)

    def __repr__(self) -> str:
        return f"Trust({len(self.anchors)} anchors, {len(self.intermediates)} intermediates)"


def fingerprint(der: bytes) -> str:
    """The SHA-256 of a certificate, hex."""
    return hashlib.sha256(der).hexdigest()


def certificate_of(content: bytes) -> bytes:
    """The DER of the one certificate in a file: DER, PEM (with CRLF too) or bare base64, as the CAs publish them.

    Raises ValueError where the file holds none, or more than one.
    """
    if len(content) > _LARGEST:
        raise ValueError("too large for a certificate")
    if content[:1] == b"\x30":
        return content
    inside = _PEM.findall(content)
    if len(inside) > 1:
        raise ValueError("more than one certificate")
    text = b"".join((inside[0] if inside else content).split())
    try:
        der = base64.b64decode(text, validate=True)
    except binascii.Error as failed:
        raise ValueError("neither DER, PEM nor base64") from failed
    if der[:1] != b"\x30":
        raise ValueError("no certificate")
    return der


def trust_of(
    files: Mapping[str, bytes],
    intermediates: frozenset[str],
    anchors: frozenset[str] = frozenset(PINNED_ANCHORS),
) -> Trust:
    """The trust in these files (name → content). `anchors` and `intermediates` are the pinned SHA-256, hex.

    Raises `TrustRefused` for a file that is pinned as neither, for a root that must never vouch for a DSC, and where
    no anchor is among them.
    """
    found_anchors, found_intermediates = [], []
    for name, content in sorted(files.items()):
        try:
            der = certificate_of(content)
        except ValueError as failed:
            raise TrustRefused(f"{name}: {failed}") from failed
        digest = fingerprint(der)
        if digest == _SPL_2022 or (digest not in anchors and _names_one_of(der, NEVER_FOR_DSC)):
            raise TrustRefused(f"{name}: a root that is never for DSC")
        if digest in anchors:
            found_anchors.append(der)
        elif digest in intermediates:
            found_intermediates.append(der)
        else:
            raise TrustRefused(f"{name}: its SHA-256 {digest} is not pinned")
    if not found_anchors:
        raise TrustRefused("no anchor")
    return Trust(tuple(found_anchors), tuple(found_intermediates))


def _names_one_of(der: bytes, names: tuple[str, ...]) -> bool:
    # Names stand in a certificate's DER as they are; a hit in vain refuses a file, and a deployer looks at it.
    return any(name.encode() in der for name in names)
