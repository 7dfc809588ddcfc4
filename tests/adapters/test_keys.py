"""The server's keys: used as the secret says, refused when it says nothing, rotated without a restart."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.adapters.keys import KeysUnusable, SecretsManagerKeyring
from chalicelib.domain.changes import StoreUnavailable
from chalicelib.settings import Settings
from tests.conftest import FakeClock

SETTINGS = Settings({"SERVER_KEYS_SECRET": "pravesh/server-keys"})


class FakeSecrets:
    """Secrets Manager and the way to it, in one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.reads = 0
        self.is_down = False

    def client(self, service: str) -> Any:
        assert service == "secretsmanager"
        return self

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803
        assert SecretId == "pravesh/server-keys"
        self.reads += 1
        if self.is_down:
            raise EndpointConnectionError(endpoint_url="https://secretsmanager")
        return {"SecretString": self.text}


def secret(current: str, **keys: bytes) -> str:
    return json.dumps(
        {"current": current, "keys": {name: base64.b64encode(key).decode() for name, key in keys.items()}}
    )


def keyring(secrets: FakeSecrets, clock: Callable[[], Any]) -> SecretsManagerKeyring:
    return SecretsManagerKeyring(secrets, SETTINGS, clock)  # type: ignore[arg-type]


def test_a_rotation_is_learned_within_five_minutes_and_the_old_key_goes_on(clock: FakeClock) -> None:
    secrets = FakeSecrets(secret("a", a=b"1" * 32))
    ring = keyring(secrets, clock)
    assert ring.current().key_id == "a"
    secrets.text = secret("b", a=b"1" * 32, b=b"2" * 32)
    clock.advance(minutes=4, seconds=59)
    assert (ring.current().key_id, secrets.reads) == ("a", 1)
    clock.advance(seconds=1)
    assert (ring.current().key_id, ring.by_id("a").material) == ("b", b"1" * 32)
    with pytest.raises(KeyError):
        ring.by_id("c")


def test_a_key_that_another_container_used_already_is_learned_at_once(clock: FakeClock) -> None:
    secrets = FakeSecrets(secret("a", a=b"1" * 32))
    ring = keyring(secrets, clock)
    ring.current()
    secrets.text = secret("b", a=b"1" * 32, b=b"2" * 32)
    clock.advance(seconds=10)
    assert ring.by_id("b").material == b"2" * 32
    with pytest.raises(KeyError):
        ring.by_id("never")
    assert secrets.reads == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"current": "a", "keys": {}}',
        secret("b", a=b"1" * 32),
        secret("a", a=b"1" * 31),
        secret("a", a=b""),
        '{"current": "a", "keys": {"a": "not base64!"}}',
    ],
)
def test_a_secret_that_is_not_in_its_form_closes_the_door_and_is_not_told(clock: FakeClock, text: str) -> None:
    with pytest.raises(KeysUnusable) as unusable:
        keyring(FakeSecrets(text), clock).current()
    assert base64.b64encode(b"1" * 31).decode() not in str(unusable.value)
    assert unusable.value.__cause__ is None


def test_an_outage_is_borne_with_the_keys_at_hand_and_told_where_there_are_none(clock: FakeClock) -> None:
    secrets = FakeSecrets(secret("a", a=b"1" * 32))
    ring = keyring(secrets, clock)
    secrets.is_down = True
    with pytest.raises(StoreUnavailable):
        ring.current()
    secrets.is_down = False
    ring.current()
    secrets.is_down = True
    clock.advance(minutes=6)
    assert ring.current().key_id == "a"


def test_a_clock_that_was_set_back_does_not_keep_old_keys(clock: FakeClock) -> None:
    secrets = FakeSecrets(secret("a", a=b"1" * 32))
    ring = keyring(secrets, clock)
    ring.current()
    secrets.text = secret("b", b=b"2" * 32)
    clock.advance(hours=-1)
    assert ring.current().key_id == "b"
