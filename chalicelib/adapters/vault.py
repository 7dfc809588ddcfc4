"""The vault: secrets that must be read again, sealed under a key of KMS that never leaves it.

Each secret has a data key of its own (envelope encryption, so that a long token fits as well as a short key). What it
is and whose is KMS's encryption context and AES-GCM's additional data: a sealed secret that was moved to another
record does not open, and a function's policy can let it open departments' secrets alone.
"""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws import Aws
from chalicelib.domain.ports import Clock, VaultUnavailable
from chalicelib.domain.sealing import SealBroken
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORM = "v1"
_NONCE_BYTES = 12
# Departments' secrets are wanted in each pull; a person's tokens once.
_REMEMBERED = "department:"
_REMEMBER_FOR = timedelta(minutes=5)
_REMEMBER_AT_MOST = 500
# KMS's word for a ciphertext that was altered, or sealed under another key or context.
_BROKEN = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class KmsVault:
    """`ports.Vault` under the key that the setting `VAULT_KEY_ID` names."""

    def __init__(self, aws: Aws, settings: Settings, clock: Clock) -> None:
        self._aws = aws
        self._settings = settings
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[bytes, datetime]] = {}
        self._lock = Lock()

    def seal(self, context: str, secret: bytes) -> str:
        """See `ports.Vault`. The form is `v1.<sealed data key>.<nonce and ciphertext>`, both in base64url."""
        key = self._asked("generate_data_key", context, KeySpec="AES_256")
        nonce = secrets.token_bytes(_NONCE_BYTES)
        ciphertext = nonce + _cipher(key["Plaintext"]).encrypt(nonce, secret, context.encode())
        return f"{_FORM}.{_text(key['CiphertextBlob'])}.{_text(ciphertext)}"

    def opened(self, context: str, sealed: str) -> bytes:
        """See `ports.Vault`. A department's secret is remembered for five minutes, a person's tokens are not."""
        now = self._clock()
        with self._lock:
            secret, until = self._known.get((context, sealed), (b"", now))
        if now < until:
            return secret
        secret = self._opened(context, sealed)
        if context.startswith(_REMEMBERED):
            self._remember((context, sealed), secret, now)
        return secret

    def _opened(self, context: str, sealed: str) -> bytes:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - only where something sealed is read

        try:
            form, sealed_key, ciphertext = sealed.split(".")
            blob, content = _bytes(sealed_key), _bytes(ciphertext)
        except ValueError:
            raise SealBroken from None
        if form != _FORM:
            raise SealBroken
        key = self._asked("decrypt", context, CiphertextBlob=blob)["Plaintext"]
        try:
            return _cipher(key).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):  # ValueError: a nonce of a length that there is not
            raise SealBroken from None

    def _asked(self, operation: str, context: str, **what: object) -> dict[str, Any]:
        """KMS's answer, under the vault's key and in this context."""
        call = getattr(self._aws.client("kms"), operation)
        try:
            answer: dict[str, Any] = call(
                KeyId=self._settings["VAULT_KEY_ID"], EncryptionContext={"of": context}, **what
            )
        except ClientError as refused:
            if refused.response["Error"]["Code"] in _BROKEN:
                raise SealBroken from refused
            raise VaultUnavailable from refused
        except BotoCoreError as failed:
            raise VaultUnavailable from failed
        return answer

    def _remember(self, of: tuple[str, str], secret: bytes, now: datetime) -> None:
        with self._lock:
            self._known = {known: kept for known, kept in self._known.items() if now < kept[1]}
            while len(self._known) >= _REMEMBER_AT_MOST:
                del self._known[next(iter(self._known))]
            self._known[of] = (secret, now + _REMEMBER_FOR)


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    return AESGCM(key)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, altchars=b"-_", validate=True)
