"""Fills and rotates the secret of the server's keys: `python -m infra.server_keys --secret <id> <command>`.

The template makes the secret empty, so that no key ever stands in a template; until it is filled, nothing is sent.
The secret's value is JSON; the functions read `current` and `keys`. No command prints a key.

    {"current": "<key id>", "current_since": "<ISO instant>", "keys": {"<key id>": "<base64 of 32 bytes>"}}

    create             the first key, into an empty secret
    add                one more key, which nothing uses yet
    use KEY_ID         make it the key for what is made from now on
    withdraw KEY_ID    take out a key; what was made under it is refused from now on
    list               the keys' ids

Rotating is `add`, ten minutes' wait, `use`, and `withdraw` of the old one when what was made under it has run out.
"""

from __future__ import annotations

import argparse
import base64
import json
import secrets
import sys
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import boto3
from botocore.exceptions import ClientError

KEY_BYTES = 32
ID_FORMAT = "%Y-%m-%dT%H-%M-%SZ"
# A running function reads the keys again within 5 minutes; a key may not be used before every function knows it.
KNOWN_EVERYWHERE = timedelta(minutes=10)
# An authenticator app is sealed under the key of the day, and anew when its owner next signs in: a year's grace. All
# else that is made under a key (codes, captchas, trusted browsers) lives for 30 days at most.
RUN_OUT = timedelta(days=365)

Keys = dict[str, Any]


class KeysRefusedError(Exception):
    """The command would lose or misuse a key; the message says how."""


class Secrets(Protocol):
    """The two calls of Secrets Manager that are needed."""

    def get_secret_value(self, *, SecretId: str) -> Any:  # noqa: N803, ANN401 - botocore's names
        """The current value."""
        ...

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> Any:  # noqa: N803, ANN401 - botocore's names
        """A new value."""
        ...


def created(stored: Keys | None, now: datetime) -> Keys:
    """The first key. Raises KeysRefusedError when there are keys already: registrations under way would be lost."""
    if stored is not None:
        raise KeysRefusedError("the secret holds keys already; use `add`")
    key_id = now.strftime(ID_FORMAT)
    return {"current": key_id, "current_since": now.isoformat(), "keys": {key_id: _new_key()}}


def added(stored: Keys | None, now: datetime) -> Keys:
    """One more key beside the others; `current` stays."""
    keys = _demand(stored)
    return {**keys, "keys": {**keys["keys"], now.strftime(ID_FORMAT): _new_key()}}


def used(stored: Keys | None, key_id: str, now: datetime) -> Keys:
    """`key_id` as the current key. Raises KeysRefusedError while a running function may not know it yet."""
    keys = _demand_key(stored, key_id)
    known_at = _made_at(key_id) + KNOWN_EVERYWHERE
    if now < known_at:
        raise KeysRefusedError(f"running functions may not know {key_id} yet; use it from {known_at:%H:%M:%S} UTC on")
    return keys if key_id == keys["current"] else {**keys, "current": key_id, "current_since": now.isoformat()}


def withdrawn(stored: Keys | None, key_id: str, now: datetime) -> Keys:
    """The keys without `key_id`. Raises KeysRefusedError for the current key, and while what it made may be good."""
    keys = _demand_key(stored, key_id)
    if key_id == keys["current"]:
        raise KeysRefusedError(f"{key_id} is the current key; `use` another first")
    safe_at = datetime.fromisoformat(keys["current_since"]) + RUN_OUT
    if now < safe_at:
        raise KeysRefusedError(f"what {key_id} made may still be good; withdraw it from {safe_at:%d-%m-%Y} on")
    return {**keys, "keys": {name: key for name, key in keys["keys"].items() if name != key_id}}


def _demand(stored: Keys | None) -> Keys:
    if stored is None:
        raise KeysRefusedError("the secret is empty; use `create`")
    return stored


def _demand_key(stored: Keys | None, key_id: str) -> Keys:
    keys = _demand(stored)
    if key_id not in keys["keys"]:
        raise KeysRefusedError(f"there is no key {key_id}; `list` shows the ids")
    return keys


def _made_at(key_id: str) -> datetime:
    return datetime.strptime(key_id, ID_FORMAT).replace(tzinfo=UTC)


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def read(client: Secrets, secret: str) -> Keys | None:
    """The stored keys; None for a secret that was never filled."""
    try:
        answer = client.get_secret_value(SecretId=secret)
    except ClientError as failed:
        if failed.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None
    keys: Keys = json.loads(answer["SecretString"])
    return keys


def change(client: Secrets, secret: str, command: str, key_id: str, now: datetime) -> Keys:
    """Run one command of this module's text and answer the keys as they are then. Raises KeysRefusedError."""
    stored = read(client, secret)
    match command:
        case "create":
            keys = created(stored, now)
        case "add":
            keys = added(stored, now)
        case "use":
            keys = used(stored, key_id, now)
        case "withdraw":
            keys = withdrawn(stored, key_id, now)
        case _:
            return _demand(stored)
    client.put_secret_value(SecretId=secret, SecretString=json.dumps(keys))
    return keys


def main(arguments: list[str] | None = None) -> int:
    """The command line. Answers the process's exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.server_keys", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--secret", required=True, help="the stack's output ServerKeysSecretId")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("create", "add", "list"):
        commands.add_parser(name)
    for name in ("use", "withdraw"):
        commands.add_parser(name).add_argument("key_id")
    options = parser.parse_args(arguments)
    client: Any = boto3.client("secretsmanager")
    try:
        keys = change(client, options.secret, options.command, getattr(options, "key_id", ""), datetime.now(UTC))
    except (KeysRefusedError, ClientError) as refused:
        print(f"Not done: {refused}", file=sys.stderr)
        return 1
    for key_id in sorted(keys["keys"]):
        print(f"{key_id}{'  (current)' if key_id == keys['current'] else ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
