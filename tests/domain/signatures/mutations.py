"""Where in a signature what stands: so that a test can change just that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.domain.signatures import certificates
from chalicelib.domain.signatures.cms import read


@dataclass(frozen=True)
class Parts:
    """Where the content of each part lies in the signature's bytes: from, and up to."""

    certificate: tuple[int, int]
    attributes: tuple[int, int]
    signature: tuple[int, int]


def parts(signature: bytes) -> Parts:
    message = read(signature)
    certificate = certificates.of_signer(message)
    # The attributes stand under another tag than they are signed under.
    attributes = message.signed[1:]
    at = signature.rindex(attributes)
    begins = signature.index(certificate)
    value = signature.rindex(message.signature)
    return Parts(
        (begins, begins + len(certificate)),
        (at, at + len(attributes)),
        (value, value + len(message.signature)),
    )


def flipped(signature: bytes, at: int, bits: int = 1) -> bytes:
    """The same with these bits of one byte turned over."""
    changed = bytearray(signature)
    changed[at] ^= bits
    return bytes(changed)


def _middle(part: tuple[int, int]) -> int:
    return (part[0] + part[1]) // 2


def signature_changed(signature: bytes) -> bytes:
    return flipped(signature, _middle(parts(signature).signature))


def attribute_changed(signature: bytes) -> bytes:
    return flipped(signature, parts(signature).attributes[1] - 1)


def certificate_changed(signature: bytes) -> bytes:
    return flipped(signature, _middle(parts(signature).certificate))


def issuers_signature_changed(signature: bytes) -> bytes:
    return flipped(signature, parts(signature).certificate[1] - 8)


def a_byte_behind(signature: bytes) -> bytes:
    return signature + b"\0"


def cut_off(signature: bytes) -> bytes:
    return signature[:-1]


EACH: tuple[Callable[[bytes], bytes], ...] = (
    signature_changed,
    attribute_changed,
    certificate_changed,
    issuers_signature_changed,
    a_byte_behind,
    cut_off,
)
