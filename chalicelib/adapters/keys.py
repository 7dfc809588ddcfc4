"""The server's keys, in Secrets Manager: `{"current": "<id>", "keys": {"<id>": "<base64 of 32 bytes>"}}`.

Rotation adds a key and moves `current`; a code made under the old one stays good while the old one stays in the list.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from threading import Lock

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws import Aws
from chalicelib.domain.changes import StoreUnavailable
from chalicelib.domain.codes import ServerKey
from chalicelib.domain.ports import Clock
from chalicelib.settings import Settings

_KEY_BYTES = 32
# A container learns of a rotation within this time,
_REFRESH = timedelta(minutes=5)
# and of a key that it is asked for and does not know, at once, but not more often than this.
_REFRESH_FOR_UNKNOWN = timedelta(seconds=10)


class KeysUnusable(Exception):  # noqa: N818
    """The secret is empty or malformed: nothing may be signed or compared under it."""


class SecretsManagerKeyring:
    """`ports.Keyring` in Secrets Manager, read once in five minutes for each container."""

    def __init__(self, aws: Aws, settings: Settings, clock: Clock) -> None:
        self._aws = aws
        self._settings = settings
        self._clock = clock
        self._lock = Lock()
        self._keys: dict[str, ServerKey] = {}
        self._current = ""
        self._read_at: datetime | None = None

    def current(self) -> ServerKey:
        """See `ports.Keyring`. Raises `KeysUnusable`, `StoreUnavailable`."""
        self._refresh(_REFRESH)
        return self._keys[self._current]

    def by_id(self, key_id: str) -> ServerKey:
        """See `ports.Keyring`."""
        self._refresh(_REFRESH if key_id in self._keys else _REFRESH_FOR_UNKNOWN)
        return self._keys[key_id]

    def _refresh(self, at_most_every: timedelta) -> None:
        now = self._clock()
        with self._lock:
            # A clock that was set back does not keep old keys for ever.
            if self._read_at is not None and timedelta(0) <= now - self._read_at < at_most_every:
                return
            try:
                answer = self._aws.client("secretsmanager").get_secret_value(
                    SecretId=self._settings["SERVER_KEYS_SECRET"]
                )
            except (BotoCoreError, ClientError) as failed:
                if self._read_at is None:
                    raise StoreUnavailable from failed
                return
            self._current, self._keys = _parsed(str(answer.get("SecretString", "")))
            self._read_at = now


def _parsed(secret: str) -> tuple[str, dict[str, ServerKey]]:
    """The current key's id and all keys. The secret's text never reaches an error."""
    try:
        content = json.loads(secret)
        keys = {
            str(name): ServerKey(str(name), base64.b64decode(text, validate=True))
            for name, text in content["keys"].items()
        }
        current = str(content["current"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeysUnusable("the secret of the server keys is not in its documented form") from None
    if current not in keys or any(len(key.material) != _KEY_BYTES for key in keys.values()):
        raise KeysUnusable("the secret of the server keys lacks its current key, or a key is not 32 bytes")
    return current, keys
