"""Who signs certificates on the laptop: departments' keys in memory, and a time-stamping authority on the console.

Both have their certificates from the test certifying authority, and what they sign is of no worth.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from infra.local.console_routes import Asked, Route, in_bytes, in_json
from infra.local.http_server import HttpAnswer

if TYPE_CHECKING:
    from chalicelib.domain.departments.signing import SigningKey
    from infra.local.authority import Authority, Credential

PATH: Final = "/tsa"
_REPLY: Final = "application/timestamp-reply"


@dataclass
class CertificateOutside:
    """Departments' keys and the time-stamping authority. ``is_stamping``: a test may take the authority down."""

    authority: Callable[[], Authority]
    clock: Callable[[], datetime]
    console_url: str
    is_stamping: bool = True
    _credentials: dict[str, Credential] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def route(self) -> Route:
        """The place of the time-stamping authority on the console."""
        return Route(PATH, self._stamp, methods=("POST",))

    @property
    def timestamp_url(self) -> str:
        """Where time stamps are asked for."""
        return f"{self.console_url}{PATH}"

    def key(self, name: str) -> SigningKey:
        """A department's key of this name; every name but an empty one has one. Raises `CannotMake`."""
        from chalicelib.domain.departments.signing import CannotMake, Hindrance, SigningKey  # noqa: PLC0415

        if not name:
            raise CannotMake(Hindrance.SIGNING_KEY_MISSING)
        return SigningKey(name, self._credential(name).chain)

    def sign(self, key: SigningKey, digest: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 over a SHA-256 digest."""
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils  # noqa: PLC0415

        private = self._credential(key.name).key
        if not isinstance(private, rsa.RSAPrivateKey):
            raise TypeError("the authority gives RSA keys here")
        return private.sign(digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))

    def _credential(self, name: str) -> Credential:
        """A document signer's certificate with its key, issued when it is first asked for."""
        from infra.local.certificate_profiles import Profile, Wanted  # noqa: PLC0415

        with self._lock:
            if name not in self._credentials:
                wanted = Wanted(
                    common_name=f"Document signer {name}", profile=Profile.DOCUMENT_SIGNER, organisation="Pravesh Test"
                )
                self._credentials[name] = self.authority().issue(wanted)
            return self._credentials[name]

    def _stamp(self, asked: Asked) -> HttpAnswer:
        from infra.local.time_stamping import answered  # noqa: PLC0415 - pyHanko takes time to load

        if not self.is_stamping:
            return in_json({"message": "the time-stamping authority is down"}, 503)
        try:
            content = answered(self.authority(), asked.request.body, self.clock())
        except ValueError:
            return in_json({"message": "this is no time-stamp request"}, 400)
        return in_bytes(content, _REPLY)
