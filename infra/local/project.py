"""What the laptop runs: Pravesh, or in the laptop's own tests a toy."""

import importlib
import secrets
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from json import dumps, loads
from pathlib import Path
from typing import Any

from chalice.app import Chalice

from infra import sms_texts
from infra.gateway import gateway_responses
from infra.local import suite_on_laptop
from infra.local.kept_keys import KeptKey, kept_key
from infra.local.outside import Around, Outside, nobody, played
from infra.local.sample_department import DEPARTMENT_ID
from infra.local.samples import Sample
from infra.local.template import read_document

MACHINES = Path("infra/statemachines")
CONFIG = Path(".chalice/config.json")
# What a deployer would give as the template's parameters.
PARAMETERS = {
    "PublicOrigin": "http://localhost:8000",
    "MailSender": "no-reply@icegate.example",
    "MailIdentity": "icegate.example",
    "SmsEntityId": "1101000000000000001",
    "SmsSenderId": "ICEGTE",
}
Clock = Callable[[], datetime]


def _not_composed(_clock: Clock) -> AbstractContextManager[object]:
    return nullcontext()


def _nothing_to_seed(_clock: Clock) -> Sequence[Sample]:
    return ()


@dataclass(frozen=True)
class Project:
    """A Chalice app with its resources."""

    app: Callable[[], Chalice]
    """Imports the app."""
    document: dict[str, Any]
    """The merge template."""
    machines: Path = MACHINES
    parameters: dict[str, str] = field(default_factory=dict)
    timeouts: dict[str, int] = field(default_factory=dict)
    """The functions' timeouts, in seconds."""
    environment: dict[str, str] = field(default_factory=dict)
    """What the functions find in their environment beside what the template gives them."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Logical id of a secret to its value."""
    keys: dict[str, KeptKey] = field(default_factory=dict)
    """Logical id of a key of KMS to the one that it is to be."""
    gateway_responses: dict[str, Any] = field(default_factory=dict)
    """What the gateway itself answers, as an AWS::Serverless::Api declares it."""
    composed: Callable[[Clock], AbstractContextManager[object]] = _not_composed
    """A block in which the app runs by the clock that is given."""
    seeded: Callable[[Clock], Sequence[Sample]] = _nothing_to_seed
    """Writes the sample holders; gives them with the temporary passwords they were sent."""
    outside: Callable[[Around], AbstractContextManager[Outside]] = nobody
    """A block in which the outside world is played."""


def pravesh(data: Path | None = None) -> Project:
    """Give the suite itself; in the folder ``data`` its keys and sample passwords outlive a restart."""
    # No operator is asked: every text of the catalogue counts as registered.
    sms_template_ids = {name: f"110700000000000{number:04}" for number, name in enumerate(sms_texts.names())}
    return Project(
        app=_app,
        timeouts=timeouts(),
        document=read_document(),
        parameters={**PARAMETERS, "DigiLockerRequester": DEPARTMENT_ID},
        environment={"SMS_TEMPLATE_IDS": dumps(sms_template_ids)},
        secrets={"ServerKeysSecret": server_keys(data)},
        keys={"VaultKey": kept_key(data, "vault_key")},
        gateway_responses=gateway_responses(),
        composed=suite_on_laptop.composed,
        seeded=partial(suite_on_laptop.seeded, data=data),
        outside=played,
    )


def timeouts() -> dict[str, int]:
    """Give the timeout of each function, as AWS is told it."""
    functions: dict[str, dict[str, Any]] = loads(CONFIG.read_text(encoding="utf-8"))["lambda_functions"]
    return {name: function["lambda_timeout"] for name, function in functions.items()}


def server_keys(data: Path | None) -> str:
    """Give the value of the server keys' secret: those kept in ``data``, or else one new random key."""
    kept = data / "server_keys.json" if data else None
    if kept and kept.exists():
        return kept.read_text(encoding="utf-8")
    key_id = secrets.token_hex(4)
    value = dumps({"current": key_id, "keys": {key_id: b64encode(secrets.token_bytes(32)).decode()}})
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(value, encoding="utf-8")
    return value


def _app() -> Chalice:
    app: Chalice = importlib.import_module("app").app
    return app
