"""A certificate's frame, as paths and revocation need it: read once, strictly, without an object of each element."""

from __future__ import annotations

import hashlib
from functools import cached_property, lru_cache

from asn1crypto import x509

from chalicelib.domain.signatures import strict_der

# Extensions, by the content of their OID (2.5.29.x).
KEY_IDENTIFIER, KEY_USAGE = b"\x55\x1d\x0e", b"\x55\x1d\x0f"
SUBJECT_ALT_NAME, BASIC_CONSTRAINTS = b"\x55\x1d\x11", b"\x55\x1d\x13"
NAME_CONSTRAINTS, DISTRIBUTION_POINTS = b"\x55\x1d\x1e", b"\x55\x1d\x1f"
POLICIES, POLICY_MAPPINGS = b"\x55\x1d\x20", b"\x55\x1d\x21"
AUTHORITY_KEY_IDENTIFIER, POLICY_CONSTRAINTS, EXTENDED_KEY_USAGE = b"\x55\x1d\x23", b"\x55\x1d\x24", b"\x55\x1d\x25"
INHIBIT_ANY_POLICY = b"\x55\x1d\x36"
AUTHORITY_INFORMATION = bytes.fromhex("2b06010505070101")

_VERSION, _ISSUER_UNIQUE, _SUBJECT_UNIQUE, _EXTENSIONS = 0xA0, 0x81, 0x82, 0xA3
_CRL_SIGN_BIT = 0x02

# What asn1crypto raises over names that somebody made up: it takes a mail address apart, and a REAL for a text.
_ODD = (ValueError, TypeError, LookupError, AttributeError)


class PathCertificate:
    """One certificate. `serial`, `issuer`, `subject` and `spki` are DER as they stand (of `serial` the content).

    Raises `strict_der.DerUnreadable` where it is none.
    """

    def __init__(self, content: bytes) -> None:
        self.der = content
        start, stop = strict_der.whole(content, strict_der.SEQUENCE)
        tbs, algorithm, signature = _three(content, start, stop)
        if (
            tbs[0] != strict_der.SEQUENCE
            or algorithm[0] != strict_der.SEQUENCE
            or signature[0] != strict_der.BIT_STRING
        ):
            raise strict_der.DerUnreadable("no certificate")
        self.signed = content[tbs[1] : tbs[3]]
        self.algorithm = content[algorithm[1] : algorithm[3]]
        if content[signature[2] : signature[2] + 1] != b"\x00":
            raise strict_der.DerUnreadable("a signature that is not whole octets")
        self.signature = content[signature[2] + 1 : signature[3]]
        fields = strict_der.children(content, tbs[2], tbs[3])
        if fields and fields[0][0] == _VERSION:
            fields = fields[1:]
        if len(fields) < 6 or [field[0] for field in fields[:6]] != [strict_der.INTEGER, *[strict_der.SEQUENCE] * 5]:  # noqa: PLR2004
            raise strict_der.DerUnreadable("no certificate")
        serial, inner, issuer, validity, subject, spki = fields[:6]
        if content[inner[1] : inner[3]] != self.algorithm:
            raise strict_der.DerUnreadable("two signature algorithms")
        self.serial = strict_der.integer(content, serial[2], serial[3])
        self.issuer, self.subject = content[issuer[1] : issuer[3]], content[subject[1] : subject[3]]
        self.spki = content[spki[1] : spki[3]]
        begins, ends = _two(content, validity[2], validity[3])
        self.not_before, self.not_after = strict_der.time(content, *begins), strict_der.time(content, *ends)
        self.extensions = _extensions(content, fields[6:])

    def __repr__(self) -> str:
        return f"PathCertificate({self.fingerprint[:12]!r})"

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the DER, hex."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def asn1(self) -> x509.Certificate:
        """The certificate as certvalidator takes it: a new one each time, as asn1crypto changes what it has read."""
        return x509.Certificate.load(self.der, strict=True)

    @property
    def issuer_key(self) -> str:
        """The issuer's name, for comparing; see `name_key`."""
        return name_key(self.issuer)

    @property
    def subject_key(self) -> str:
        """The subject's name, for comparing; see `name_key`."""
        return name_key(self.subject)

    @cached_property
    def is_ca(self) -> bool:
        """Whether its basic constraints say so."""
        value = self.value(BASIC_CONSTRAINTS)
        if value is None:
            return False
        start, stop = strict_der.whole(value, strict_der.SEQUENCE)
        if start == stop:
            return False
        tag, inside, after = strict_der.element(value, start, stop)
        return tag == strict_der.BOOLEAN and strict_der.boolean(value, inside, after)

    def may_sign_crls(self) -> bool:
        """Whether its key usage, if it has one, allows signing CRLs (RFC 5280, section 6.3.3 (f))."""
        value = self.value(KEY_USAGE)
        if value is None:
            return True
        start, stop = strict_der.whole(value, strict_der.BIT_STRING)
        return stop - start > 1 and bool(value[start + 1] & _CRL_SIGN_BIT)

    def value(self, oid: bytes) -> bytes | None:
        """The DER of an extension's value."""
        found = self.extensions.get(oid)
        return found[1] if found else None


@lru_cache(maxsize=1024)
def name_key(name: bytes) -> str:
    """A distinguished name (DER) as RFC 5280, section 7.1 compares it: equal names, equal keys (SHA-256, hex).

    Raises `strict_der.DerUnreadable`.
    """
    try:
        return hashlib.sha256(x509.Name.load(name, strict=True).hashable.encode()).hexdigest()
    except _ODD as failed:
        raise strict_der.DerUnreadable("no name") from failed


@lru_cache(maxsize=1024)
def common_name(name: bytes) -> str:
    """The last common name in a distinguished name (DER); "" where it has none. Raises `strict_der.DerUnreadable`."""
    try:
        parts = [part for rdn in x509.Name.load(name, strict=True).chosen for part in rdn]
        named = [str(part["value"].native) for part in parts if part["type"].native == "common_name"]
    except _ODD as failed:
        raise strict_der.DerUnreadable("no name") from failed
    return named[-1] if named else ""


def _three(content: bytes, start: int, stop: int) -> list[tuple[int, int, int, int]]:
    found = strict_der.children(content, start, stop)
    if len(found) != 3:  # noqa: PLR2004 - tbs, algorithm, signature
        raise strict_der.DerUnreadable("no certificate")
    return found


def _two(content: bytes, start: int, stop: int) -> list[tuple[int, int, int]]:
    found = [(tag, inside, after) for tag, _, inside, after in strict_der.children(content, start, stop)]
    if len(found) != 2:  # noqa: PLR2004 - notBefore, notAfter
        raise strict_der.DerUnreadable("no validity")
    return found


def _extensions(content: bytes, fields: list[tuple[int, int, int, int]]) -> dict[bytes, tuple[bool, bytes]]:
    while fields and fields[0][0] in (_ISSUER_UNIQUE, _SUBJECT_UNIQUE):
        fields = fields[1:]
    if not fields:
        return {}
    if len(fields) != 1 or fields[0][0] != _EXTENSIONS:
        raise strict_der.DerUnreadable("no certificate")
    start, stop = strict_der.expect(content, fields[0][2], fields[0][3], strict_der.SEQUENCE)
    if stop != fields[0][3]:
        raise strict_der.DerUnreadable("trailing bytes")
    return strict_der.extensions(content, start, stop)
