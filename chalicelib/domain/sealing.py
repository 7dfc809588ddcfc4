"""Sealing: secrets that must be read again (an authenticator's) are stored encrypted under a key of the server.

AES-256-GCM under a key that HKDF derives from the server key for this purpose alone. The context (whose it is) is
bound in: a sealed secret moved to another record does not open.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.codes import ServerKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class SealBroken(Exception):  # noqa: N818
    """What was stored does not open: it was altered, moved, or sealed for something else."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret at rest: the id of the server key, a random nonce, and the ciphertext with its tag."""

    key_id: str
    nonce: bytes
    ciphertext: bytes

    def __repr__(self) -> str:
        return f"Sealed({self.key_id!r})"


def seal(key: ServerKey, purpose: str, context: str, secret: bytes) -> Sealed:
    """`secret` sealed for `purpose` and `context` (such as the id of the account that it belongs to)."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return Sealed(key.key_id, nonce, _cipher(key, purpose).encrypt(nonce, secret, context.encode()))


def opened(key: ServerKey, purpose: str, context: str, sealed: Sealed) -> bytes:
    """The secret again. `key` must be the one that `sealed.key_id` names. Raises `SealBroken`."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - only where something sealed is read

    try:
        return _cipher(key, purpose).decrypt(sealed.nonce, sealed.ciphertext, context.encode())
    except (InvalidTag, ValueError):  # ValueError: a nonce of a length that there is not
        raise SealBroken from None


def _cipher(key: ServerKey, purpose: str) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    info = b"pravesh/sealing/" + purpose.encode()
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key.material))
