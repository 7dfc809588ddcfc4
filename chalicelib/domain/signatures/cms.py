"""Detached CMS signatures (RFC 5652): which forms we accept, read once and completely before anything is believed.

One signer, signed attributes in DER, nothing encapsulated, nothing behind. The certificates are picked out, not judged.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chalicelib.domain.signatures.algorithms import SHA256, Digest, Scheme, digest_named, scheme_named
from chalicelib.domain.signatures.der import Der, context, oid
from chalicelib.domain.signatures.report import Aspect, Reason
from chalicelib.domain.signatures.strict_der import OCTET_STRING, OID, SEQUENCE, SET, DerUnreadable
from chalicelib.domain.signatures.unfit import Unfit, unfit_if_malformed

DECODED_AT_MOST: Final = 64 * 1024
# Base64 takes a third more, line breaks and PEM's frame a little.
SUBMITTED_AT_MOST: Final = 2 * DECODED_AT_MOST
CERTIFICATES_AT_MOST: Final = 10
_DIGESTS_AT_MOST: Final = 10
_ATTRIBUTES_AT_MOST: Final = 32

_SIGNED_DATA: Final = oid("1.2.840.113549.1.7.2")
_DATA: Final = oid("1.2.840.113549.1.7.1")
_CONTENT_TYPE: Final = oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST: Final = oid("1.2.840.113549.1.9.4")
_SIGNING_TIME: Final = oid("1.2.840.113549.1.9.5")
_SIGNING_CERTIFICATE: Final = oid("1.2.840.113549.1.9.16.2.12")
_SIGNING_CERTIFICATE_V2: Final = oid("1.2.840.113549.1.9.16.2.47")
_ALGORITHM_PROTECTION: Final = oid("1.2.840.113549.1.9.52")
_KEY_IDENTIFIER: Final = 0x80
_DIRECTORY_NAME: Final = 4

_PEM = re.compile(rb"-----BEGIN (PKCS7|PKCS #7 SIGNED DATA|CMS)-----([A-Za-z0-9+/=\s]+)-----END \1-----")
_NOT_IN_BASE64 = b" \t\r\n\f\v"


@dataclass(frozen=True, slots=True)
class SignerIdentifier:
    """Which certificate signed: by issuer (DER of the name) and serial number, or by key identifier."""

    issuer: bytes = b""
    serial_number: int = 0
    key_identifier: bytes | None = None


@dataclass(frozen=True, slots=True)
class CertificateNamed:
    """What a signingCertificate attribute says of the signer's certificate.

    `digest` is None for the attribute's first version, which knows SHA-1 alone. `issuer` (DER of the name) and
    `serial_number` are None where it does not tell them.
    """

    hashed: bytes
    digest: Digest | None
    issuer: bytes | None = None
    serial_number: int | None = None


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A detached signature that has the right form. Nothing of it is verified.

    `certificates` are DER, each once, in the order sent. `signed` is the SET of the signed attributes, DER: what the
    signature is over. `signed_at` is aware UTC.
    """

    certificates: tuple[bytes, ...]
    signer: SignerIdentifier
    digest: Digest
    scheme: Scheme
    signature: bytes
    signed: bytes
    message_digest: bytes
    signed_at: datetime
    certificates_named: tuple[CertificateNamed, ...] = ()


def decoded(submitted: bytes) -> bytes:
    """The CMS in binary from what a person handed in: DER, PEM or bare base64. Raises Unfit."""
    if len(submitted) > SUBMITTED_AT_MOST:
        raise _unfit(Reason.TOO_LARGE)
    binary = submitted if submitted[:1] == b"0" else _from_text(submitted)
    if len(binary) > DECODED_AT_MOST:
        raise _unfit(Reason.TOO_LARGE)
    return binary


def _from_text(submitted: bytes) -> bytes:
    text = submitted.strip()
    if text.startswith(b"-----"):
        framed = _PEM.fullmatch(text)
        if framed is None:
            raise _unfit(Reason.UNREADABLE)
        text = framed[2]
    with unfit_if_malformed(Aspect.INTACT, Reason.UNREADABLE):
        return binascii.a2b_base64(text.translate(None, _NOT_IN_BASE64), strict_mode=True)


def read(binary: bytes) -> SignedMessage:
    """The signature that these bytes are, all of it read. Raises Unfit, and nothing else, whatever the bytes are."""
    if len(binary) > DECODED_AT_MOST:
        raise _unfit(Reason.TOO_LARGE)
    with unfit_if_malformed(Aspect.INTACT, Reason.UNREADABLE):
        return _read(_signed_data(binary))


def _unfit(reason: Reason) -> Unfit:
    return Unfit(Aspect.INTACT, reason)


def _signed_data(binary: bytes) -> Der:
    outside = Der(binary, is_frame=True)
    content_info = outside.enter()
    if outside.tag is not None:
        raise _unfit(Reason.TRAILING_BYTES)
    if content_info.content(OID) != _SIGNED_DATA:
        raise _unfit(Reason.NOT_SIGNED_DATA)
    content = content_info.enter(context(0))
    content_info.ended()
    signed_data = content.enter()
    content.ended()
    return signed_data


def _read(signed_data: Der) -> SignedMessage:
    signed_data.integer()
    digests = _digests(signed_data.enter(SET))
    _nothing_encapsulated(signed_data.enter())
    certificates = _certificates(signed_data)
    if signed_data.tag == context(1):
        # CRLs that came along are no proof of freshness: revocation is looked up in our own.
        signed_data.skip()
    signers = signed_data.enter(SET)
    signed_data.ended()
    if signers.tag is None:
        raise _unfit(Reason.NO_SIGNER)
    signer = signers.enter().in_der()
    if signers.tag is not None:
        raise _unfit(Reason.SEVERAL_SIGNERS)
    return _signer(signer, certificates, digests)


def _digests(reader: Der) -> list[Digest]:
    found: list[Digest] = []
    while reader.tag is not None:
        if len(found) == _DIGESTS_AT_MOST:
            raise DerUnreadable("too many digests")
        found.append(digest_named(reader.enter()))
    return found


def _nothing_encapsulated(reader: Der) -> None:
    if reader.content(OID) != _DATA:
        raise _unfit(Reason.CONTENT_TYPE_WRONG)
    if reader.tag is not None:
        raise _unfit(Reason.NOT_DETACHED)


def _certificates(signed_data: Der) -> tuple[bytes, ...]:
    if signed_data.tag != context(0):
        return ()
    reader = signed_data.enter(context(0))
    found: list[bytes] = []
    while reader.tag is not None:
        if len(found) == CERTIFICATES_AT_MOST:
            raise _unfit(Reason.TOO_MANY_CERTIFICATES)
        found.append(reader.whole())
    return tuple(dict.fromkeys(found))


def _signer(reader: Der, certificates: tuple[bytes, ...], digests: list[Digest]) -> SignedMessage:
    reader.integer()
    signer = _signer_identifier(reader)
    digest_algorithm = reader.whole()
    digest = digest_named(Der(digest_algorithm).enter())
    if digest not in digests:
        raise _unfit(Reason.ALGORITHMS_DIFFER)
    if reader.tag != context(0):
        raise _unfit(Reason.ATTRIBUTES_MISSING)
    # Signed as the SET that they are, sent under a tag of their place.
    signed = bytes((SET,)) + reader.whole(context(0))[1:]
    signature_algorithm = reader.whole()
    scheme = scheme_named(Der(signature_algorithm).enter(), digest)
    signature = reader.content(OCTET_STRING)
    if reader.tag == context(1):
        # Unsigned attributes prove nothing, and are not asked.
        reader.skip()
    reader.ended()
    with unfit_if_malformed(Aspect.INTACT, Reason.ATTRIBUTES_UNREADABLE):
        attributes = _attributes(signed)
        if _only_value(attributes, _CONTENT_TYPE).content(OID) != _DATA:
            raise _unfit(Reason.CONTENT_TYPE_WRONG)
        message_digest = _only_value(attributes, _MESSAGE_DIGEST).content(OCTET_STRING)
        signed_at = _only_value(attributes, _SIGNING_TIME).time()
        named = _certificates_named(attributes)
        _algorithms_protected(attributes, digest_algorithm, signature_algorithm)
    return SignedMessage(certificates, signer, digest, scheme, signature, signed, message_digest, signed_at, named)


def _signer_identifier(reader: Der) -> SignerIdentifier:
    if reader.tag == _KEY_IDENTIFIER:
        return SignerIdentifier(key_identifier=reader.content(_KEY_IDENTIFIER))
    named = reader.enter()
    found = SignerIdentifier(named.whole(), named.integer())
    named.ended()
    return found


def _attributes(signed: bytes) -> dict[bytes, Der]:
    """The values of each signed attribute by its type; each type once, all in DER's order.

    Out of order, some hash them as sent and some sorted (RFC 5652, 5.4): such a signature has two readings.
    """
    reader = Der(signed).enter(SET)
    members: list[bytes] = []
    found: dict[bytes, Der] = {}
    while reader.tag is not None:
        if len(members) == _ATTRIBUTES_AT_MOST:
            raise DerUnreadable("too many attributes")
        members.append(reader.whole())
        attribute = Der(members[-1]).enter()
        kind = attribute.content(OID)
        if kind in found:
            raise _unfit(Reason.ATTRIBUTES_DOUBLED)
        found[kind] = attribute.enter(SET)
        attribute.ended()
    if members != sorted(members):
        raise DerUnreadable("attributes out of order")
    return found


def _only_value(attributes: dict[bytes, Der], kind: bytes) -> Der:
    """The one value of an attribute that has to be there. Raises Unfit."""
    values = attributes.get(kind)
    if values is None or values.tag is None:
        raise _unfit(Reason.ATTRIBUTES_MISSING)
    after = Der(values.data, values.at, values.end)
    after.skip()
    if after.tag is not None:
        raise _unfit(Reason.ATTRIBUTES_DOUBLED)
    return values


def _certificates_named(attributes: dict[bytes, Der]) -> tuple[CertificateNamed, ...]:
    """What signingCertificate (RFC 2634) and signingCertificateV2 (RFC 5035) say; the first entry is the signer's."""
    found: list[CertificateNamed] = []
    if _SIGNING_CERTIFICATE in attributes:
        found.append(_certificate_named(_only_value(attributes, _SIGNING_CERTIFICATE), is_v2=False))
    if _SIGNING_CERTIFICATE_V2 in attributes:
        found.append(_certificate_named(_only_value(attributes, _SIGNING_CERTIFICATE_V2), is_v2=True))
    return tuple(found)


def _certificate_named(value: Der, *, is_v2: bool) -> CertificateNamed:
    first = value.enter().enter().enter()
    digest = SHA256 if is_v2 else None
    if is_v2 and first.tag == SEQUENCE:
        digest = digest_named(first.enter())
    hashed = first.content(OCTET_STRING)
    if first.tag is None:
        return CertificateNamed(hashed, digest)
    issuer_serial = first.enter()
    first.ended()
    names = issuer_serial.enter()
    issuer = names.enter(context(_DIRECTORY_NAME)).whole()
    names.ended()
    serial_number = issuer_serial.integer()
    return CertificateNamed(hashed, digest, issuer, serial_number)


def _algorithms_protected(attributes: dict[bytes, Der], digest: bytes, signature: bytes) -> None:
    """Where the algorithms are among what is signed (RFC 6211), they are the ones in use."""
    if _ALGORITHM_PROTECTION not in attributes:
        return
    protected = _only_value(attributes, _ALGORITHM_PROTECTION).enter()
    same_digest = protected.whole() == digest
    # [1] IMPLICIT: the same content under another tag.
    if not same_digest or protected.tag != context(1) or protected.whole(context(1))[1:] != signature[1:]:
        raise _unfit(Reason.ALGORITHMS_DIFFER)
    protected.ended()
