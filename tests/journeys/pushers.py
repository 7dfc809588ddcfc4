"""Departments that push over the laptop's simulated DigiLocker, and import from CSV, with an officer at the desk."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chalicelib.domain import sessions
from chalicelib.domain.accounts.account import Role
from chalicelib.domain.departments.departments import DepartmentKey, DigiLockerClient, KeyPurpose
from chalicelib.domain.departments.keys import context_of
from chalicelib.domain.departments.publishing import push_id_of
from chalicelib.domain.departments.pushes import Push, PushAction
from chalicelib.suite import suite
from infra.local.digilocker.citizens import Citizen
from infra.local.digilocker.clients import Client as DigiLockersClient
from infra.local.digilocker.clients import PullEndpoint
from infra.local.laptop import Laptop
from infra.local.outside import playing
from tests.journeys.clients import Reply
from tests.journeys.full_registrations import posted
from tests.journeys.issuers import Issuer, document_type, new_issuer, row
from tests.journeys.staff import StaffMember, staff_member
from tests.journeys.walking import eventually

HEAD = "number,holder_name,holder_born_on,issued_on,trade_name"


@dataclass(frozen=True)
class Pusher:
    """A department that is DigiLocker's client, and one of its officers."""

    laptop: Laptop
    issuer: Issuer
    officer: StaffMember
    client_id: str

    @property
    def path(self) -> str:
        return self.issuer.path

    def call(self, method: str, below: str, body: object = None) -> Reply:
        """Make a request of the officer's."""
        return self.officer.call(method, self.path + below, body)

    def issue(self, citizen: Citizen | None, **changes: str) -> str:
        """A certificate that was issued and made: its id. With a citizen, who agreed that it is pushed."""
        agreed = {"digilocker_id": citizen.digilocker_id, "push_consented_on": "2026-01-05"} if citizen else {}
        (result,) = self.issuer.issued(row(**agreed, **changes))
        assert result["status"] == "active", result
        return str(result["certificate_id"])

    def is_in(self, citizen: Citizen, certificate_id: str) -> bool:
        """Whether the certificate is in a citizen's account at DigiLocker."""
        uri = self.issuer.stored(certificate_id).uri
        return any(one.uri == uri for one in playing().digilocker.accounts.of(citizen.digilocker_id))

    def until(self, certificate_id: str, state: str) -> dict[str, Any]:
        """The certificate once its push stands so."""
        return eventually(
            lambda: read if (read := self.issuer.read(certificate_id))["push"] == state else None,
            lambda: (self.issuer.read(certificate_id), self.push(certificate_id), self.laptop.executions()),
        )

    def push(self, certificate_id: str, action: PushAction = PushAction.ADD) -> Push | None:
        """The record of a push."""
        return suite().store.push(push_id_of(self.issuer.stored(certificate_id), action))

    # Imports.

    def opened(self, content: bytes, *, dry_run: bool = False) -> str:
        """An import whose file is uploaded: its id."""
        body = {"document_type": "TRCER", "size": max(1, len(content)), "dry_run": dry_run}
        asked = self.call("POST", "/imports", body).demand(201).content
        assert posted(asked, content) == 201
        return str(asked["import_id"])

    def started(self, content: bytes, *, dry_run: bool = False) -> str:
        """An import that runs."""
        import_id = self.opened(content, dry_run=dry_run)
        self.call("POST", f"/imports/{import_id}/start").demand(202)
        return import_id

    def read(self, import_id: str) -> dict[str, Any]:
        return self.call("GET", f"/imports/{import_id}").demand(200).content

    def ended(self, import_id: str) -> dict[str, Any]:
        """The import once it is over."""
        return eventually(
            lambda: read if (read := self.read(import_id))["status"] in {"done", "failed"} else None,
            lambda: (self.read(import_id), self.laptop.executions()),
        )


def new_pusher(laptop: Laptop, **changes: Any) -> Pusher:
    """A department that pushes; each is a client of its own at DigiLocker."""
    client_id, secret = f"TEST{secrets.token_hex(4).upper()}", secrets.token_hex(16)
    issuer = new_issuer(laptop, document_type(), client=DigiLockerClient(client_id, "Pravesh"), **changes)
    department = suite().store.department(issuer.department_id)
    assert department is not None
    key_id = sessions.new_id()
    context = context_of(issuer.department_id, KeyPurpose.CLIENT_SECRET, key_id)
    sealed = suite().vault.seal(context, secret.encode())
    key = DepartmentKey(key_id, KeyPurpose.CLIENT_SECRET, laptop.clock(), "test", sealed=sealed)
    issuer.change(keys=(*department.keys, key))
    live = PullEndpoint(f"{laptop.site_url}/digilocker/pull/{issuer.department_id}/x", "a key", "", ("TRCER",))
    playing().digilocker.clients.add(
        DigiLockersClient(
            client_id, secret, "Trade", doctypes=("TRCER",), issuer_id=department.issuer_id, endpoints=[live]
        )
    )
    officer = staff_member(laptop, Role.DEPARTMENT_OFFICER, issuer.department_id)
    return Pusher(laptop, issuer, officer, client_id)


def invoked(laptop: Laptop, step: str, event: object) -> Any:
    """What a step answers."""
    ran = laptop.steps.invoke(step, json.dumps(event))
    assert not ran.failed, ran
    return json.loads(ran.payload)


def citizens() -> tuple[Citizen, Citizen]:
    """Two citizens with accounts at DigiLocker."""
    first, second, *_ = playing().digilocker.citizens
    return first, second


def agreed(content: bytes, citizen: Citizen) -> bytes:
    """A CSV whose certificates go to a citizen who agreed to it."""
    head, *rows = content.decode().splitlines()
    whose = (f"{row},{citizen.digilocker_id},2026-01-05" for row in rows)
    return "\n".join((f"{head},digilocker_id,push_consented_on", *whose, "")).encode()


def lines(numbers: Iterable[int], prefix: str) -> bytes:
    """A CSV of certificates with these numbers."""
    rows = (f"{prefix}/{number},Asha Mehta,21-07-1985,2026-01-05,Mehta Traders" for number in numbers)
    return "\n".join((HEAD, *rows, "")).encode()
