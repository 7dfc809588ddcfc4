from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.keys import _parsed
from infra.server_keys import KNOWN_EVERYWHERE, RUN_OUT, KeysRefusedError, change

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


class FakeSecrets:
    """Secrets Manager with one secret, which is empty at first."""

    def __init__(self) -> None:
        self.stored: str | None = None

    def get_secret_value(self, *, SecretId: str) -> Any:  # noqa: N803
        if self.stored is None:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")
        return {"SecretString": self.stored}

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> Any:  # noqa: N803
        self.stored = SecretString


@pytest.fixture
def secret() -> FakeSecrets:
    return FakeSecrets()


@pytest.fixture
def filled(secret: FakeSecrets) -> FakeSecrets:
    change(secret, "id", "create", "", NOW)
    return secret


def ids(secret: FakeSecrets) -> list[str]:
    assert secret.stored is not None
    return sorted(json.loads(secret.stored)["keys"])


def test_the_first_key_is_32_random_bytes_and_current(filled: FakeSecrets) -> None:
    assert filled.stored is not None
    keys = json.loads(filled.stored)
    assert keys["current"] == "2026-11-02T10-00-00Z"
    assert len(base64.b64decode(keys["keys"][keys["current"]], validate=True)) == 32


def test_the_functions_read_what_is_written(filled: FakeSecrets) -> None:
    current, keys = _parsed(filled.stored or "")
    assert list(keys) == [current]


def test_a_filled_secret_is_never_filled_afresh(filled: FakeSecrets) -> None:
    before = filled.stored
    with pytest.raises(KeysRefusedError, match="holds keys already"):
        change(filled, "id", "create", "", NOW)
    assert filled.stored == before


@pytest.mark.parametrize("command", ["add", "use", "withdraw", "list"])
def test_an_empty_secret_takes_no_other_command(secret: FakeSecrets, command: str) -> None:
    with pytest.raises(KeysRefusedError, match="empty"):
        change(secret, "id", command, "any", NOW)
    assert secret.stored is None


def test_rotation_step_by_step(filled: FakeSecrets) -> None:
    (old,) = ids(filled)
    later = NOW + timedelta(days=30)
    assert change(filled, "id", "add", "", later)["current"] == old
    new = ids(filled)[-1]
    with pytest.raises(KeysRefusedError, match="may not know"):
        change(filled, "id", "use", new, later + KNOWN_EVERYWHERE - timedelta(seconds=1))
    in_use = later + timedelta(days=1)
    assert change(filled, "id", "use", new, in_use)["current"] == new
    with pytest.raises(KeysRefusedError, match="may still be good"):
        change(filled, "id", "withdraw", old, in_use + RUN_OUT - timedelta(seconds=1))
    change(filled, "id", "withdraw", old, in_use + RUN_OUT)
    assert ids(filled) == [new]


def test_using_the_current_key_again_changes_nothing(filled: FakeSecrets) -> None:
    (only,) = ids(filled)
    before = filled.stored
    change(filled, "id", "use", only, NOW + timedelta(days=1))
    assert filled.stored == before


def test_the_current_key_is_never_withdrawn(filled: FakeSecrets) -> None:
    (only,) = ids(filled)
    with pytest.raises(KeysRefusedError, match="is the current key"):
        change(filled, "id", "withdraw", only, NOW + timedelta(days=30))


@pytest.mark.parametrize("command", ["use", "withdraw"])
def test_an_unknown_key_is_refused(filled: FakeSecrets, command: str) -> None:
    with pytest.raises(KeysRefusedError, match="there is no key"):
        change(filled, "id", command, "2020-01-01T00-00-00Z", NOW)
