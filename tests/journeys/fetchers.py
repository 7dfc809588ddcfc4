"""People who fetch documents from the simulated DigiLocker: consent, the visit, the way back, over HTTP."""

from __future__ import annotations

import http.client
import itertools
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalicelib.domain.digilocker.consents import Consent
from chalicelib.domain.digilocker.fetches import Fetch
from chalicelib.suite import suite
from chalicelib.web import consent_text
from infra.local.digilocker.citizens import PDF, XML, Citizen, Issued
from infra.local.digilocker.simulator import DigiLocker
from infra.local.executions import Execution
from infra.local.laptop import Laptop
from infra.local.outside import playing
from infra.local.task_tokens import is_awaited
from tests.journeys.clients import Reply, new_ip
from tests.journeys.residents import Resident, new_resident
from tests.journeys.walking import eventually, execution_of

FETCHES = "/digilocker/fetches"
CALLBACK = "/digilocker/callback"
CONSENTS = "/consents"
BORN_ON = date(1985, 7, 21)
_MOVING = ("at_digilocker", "fetching")
_numbers = itertools.count(1)


def digilocker() -> DigiLocker:
    """The simulated DigiLocker of the laptop that runs."""
    return playing().digilocker


def wish(*document_types: str, **changed: Any) -> dict[str, Any]:
    """What the consent page sends; a value of None leaves the field out."""
    body: dict[str, Any] = {
        "purpose": "my_documents",
        "document_types": list(document_types or ("PANCR",)),
        "locker": "person",
        "valid_days": 30,
        "consent": True,
        "text_version": consent_text.version(),
        "date_of_birth": BORN_ON.isoformat(),
    }
    return {name: value for name, value in (body | changed).items() if value is not None}


def pan_card(name: str, number: str, **odd: Any) -> Issued:
    """A PAN card in somebody's locker."""
    made = Issued(
        f"in.gov.pan-PANCR-{number}", "PANCR", "PAN Verification Record", "in.gov.pan", "Income Tax Department",
        number, name, BORN_ON, "F", date(2015, 4, 7), mimes=(PDF, XML),
    )  # fmt: skip
    for attribute, value in odd.items():
        setattr(made, attribute, value)
    return made


def licence(name: str, number: str) -> Issued:
    """A driving licence in somebody's locker."""
    return Issued(
        f"in.gov.transport-DRVLC-{number}", "DRVLC", "Driving License", "in.gov.transport", "Road Transport",
        number, name, BORN_ON, "F", date(2019, 7, 4), status="Active", is_iso_dated=True,
    )  # fmt: skip


@dataclass
class Fetcher:
    """Somebody with an account, and with a locker in the same name."""

    resident: Resident
    citizen: Citizen
    number: int

    @property
    def pan(self) -> str:
        return f"ZZZPF{self.number:04}Z"

    @property
    def laptop(self) -> Laptop:
        return self.resident.laptop

    def is_also(self, resident: Resident, name: str, born_on: date) -> None:
        """Let another account fetch, whose person has this locker."""
        self.resident = resident
        self.citizen.name, self.citizen.born_on = name, born_on

    def call(self, method: str, path: str, body: object = None, **more: Any) -> Reply:
        """Make a request with the session."""
        return self.resident.call(method, path, body, **more)

    def begin(self, *document_types: str, **changed: Any) -> Visit:
        """Agree on our page, and be sent to DigiLocker."""
        reply = self.call("POST", FETCHES, wish(*document_types, **changed)).demand(201)
        return Visit(self, reply)

    def fetched(self, *document_types: str, **changed: Any) -> Visit:
        """A visit at which everything was allowed and came."""
        visit = self.begin(*document_types, **changed)
        visit.allow()
        visit.until_settled()
        return visit

    def consents(self) -> list[dict[str, Any]]:
        """The consents as the API lists them."""
        found: list[dict[str, Any]] = self.call("GET", CONSENTS).demand(200).content["consents"]
        return found

    def documents(self) -> list[dict[str, Any]]:
        """My documents, as the API lists them."""
        found: list[dict[str, Any]] = self.call("GET", "/own-documents").demand(200).content["documents"]
        return found


@dataclass
class Visit:
    """One visit to DigiLocker, as its browser knows it."""

    fetcher: Fetcher
    opened: Reply

    @property
    def fetch_id(self) -> str:
        return str(self.opened.content["fetch_id"])

    @property
    def authorize_url(self) -> str:
        return str(self.opened.content["authorize_url"])

    @property
    def cookie(self) -> str:
        """What the browser keeps of the answer."""
        return self.opened.headers["Set-Cookie"].partition(";")[0]

    @property
    def stored(self) -> Fetch:
        """The fetch as it is stored."""
        fetch = suite().store.fetch(self.fetch_id)
        assert fetch is not None
        return fetch

    @property
    def consent(self) -> Consent:
        """The consent that came of it, as it is stored."""
        assert self.stored.consent_id is not None
        consent = suite().store.consent(self.stored.consent_id)
        assert consent is not None
        return consent

    def allow(self, *doctypes: str) -> Reply:
        """Allow it at DigiLocker, and come back."""
        return self.back(digilocker().allow(self.authorize_url, self.fetcher.citizen, doctypes or None))

    def deny(self) -> Reply:
        """Do not, and come back."""
        return self.back(digilocker().deny(self.authorize_url))

    def back(self, location: str, cookie: str | None = "own") -> Reply:
        """Come back as a browser does: from another site, without the session's cookie."""
        return came_back(self.fetcher.laptop, location, self.cookie if cookie == "own" else cookie)

    def read(self) -> dict[str, Any]:
        """How the API tells that it stands."""
        return self.fetcher.call("GET", f"{FETCHES}/{self.fetch_id}").demand(200).content

    def until_settled(self) -> dict[str, Any]:
        """How it stands once its journey rests."""

        def look() -> dict[str, Any] | None:
            read = self.read()
            return read if read["status"] not in _MOVING else None

        return eventually(look, lambda: (self.stored, self.stored.items, self.stored.reason, self.execution))

    @property
    def execution(self) -> Execution:
        """Its journey."""
        return execution_of(self.fetcher.laptop, self.fetch_id)

    def until_ended(self) -> Execution:
        """Its journey, once it ended."""
        return eventually(
            lambda: self.execution if self.execution.status != "RUNNING" else None, lambda: self.execution
        )

    def until_waiting(self) -> None:
        """Wait until the journey waits for the callback."""
        eventually(
            lambda: is_awaited(self.stored.task_token) or None if self.stored.task_token else None,
            lambda: (self.stored, self.execution),
        )


def came_back(laptop: Laptop, location: str, cookie: str | None = None, language: str = "en") -> Reply:
    """What a browser is answered that DigiLocker sent back; nothing is followed."""
    parts = urlsplit(location)
    assert f"{parts.scheme}://{parts.netloc}" == laptop.site_url, location
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=90, source_address=(new_ip(), 0))
    headers = {"Accept-Language": language, "Sec-Fetch-Site": "cross-site", **({"Cookie": cookie} if cookie else {})}
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def callback(laptop: Laptop, **query: str) -> str:
    """The address of our callback with whatever query."""
    return f"{laptop.site_url}{CALLBACK}?{urlencode(query)}"


def fetcher(laptop: Laptop, name: str | None = None, *, has: tuple[str, ...] = ("PANCR", "DRVLC")) -> Fetcher:
    """Somebody of whom no test has heard, with an account and a locker; `name` is how the documents are made out."""
    number = next(_numbers)
    own = f"Leela Locker {'abcdefghij'[number % 10]}{'klmnopqrst'[number // 10 % 10]}{'uvwxyz'[number // 100 % 6]}"
    resident = new_resident(laptop, name=own)
    citizen = Citizen(own, BORN_ON, "F", f"98111{number:05}", f"leela{number}@citizens.example", f"ZZZPF{number:04}Z")
    made = {
        "PANCR": pan_card(name or own, f"ZZZPF{number:04}Z"),
        "DRVLC": licence(name or own, f"TN-01202{number:06}"),
    }
    citizen.issued = [made[doctype] for doctype in has]
    digilocker().citizens.add(citizen)
    return Fetcher(resident, citizen, number)
