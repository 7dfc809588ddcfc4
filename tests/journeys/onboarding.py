"""Onboarding a department over HTTP, as an administrator does it with DigiLocker's portal beside them."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.accounts.account import Role
from chalicelib.domain.departments.departments import Department
from chalicelib.suite import suite
from infra.local.digilocker.clients import Client as PortalClient
from infra.local.digilocker.clients import PullEndpoint
from infra.local.laptop import Laptop
from infra.local.outside import playing
from tests.journeys.clients import Client, Reply
from tests.journeys.staff import StaffMember, staff_member

AUTHORITY = "mumbai"
SECRET = "test-client-secret-0001"
_orgs = itertools.count(910000)
_numbers = itertools.count(1)


def department_body(**changed: object) -> dict[str, object]:
    """What is entered of a new department, under an issuer id of its own."""
    issuer_id = f"in.gov.tn.onboarded{next(_numbers)}x{secrets.token_hex(3)}"
    return {
        "name_en": "Commissionerate of Trade",
        "name_hi": "व्यापार आयुक्तालय",
        "issuer_id": issuer_id,
        "roles": ["issuer"],
        **changed,
    }


def type_body(**changed: object) -> dict[str, object]:
    """A document type."""
    return {
        "code": "TRCER",
        "title_en": "Trade registration certificate",
        "title_hi": "व्यापार पंजीकरण प्रमाणपत्र",
        "element": "TradeRegistration",
        "fields": [
            {"name": "trade_name", "label_en": "Trade", "label_hi": "व्यापार", "is_required": True},
            {"name": "remark", "label_en": "Remark", "label_hi": "टिप्पणी"},
        ],
        "search": [{"name": "REGNO", "field": "number", "label": "Registration number"}],
        "template": "# {title}\nनंबर / Number | {number}\nव्यापार / Trade | {trade_name}\n",
        "when_not_found": "refuse",
        "when_nearly": "ask_officer",
        "keep_years": 10,
        **changed,
    }


def api_body(**changed: object) -> dict[str, object]:
    """An endpoint."""
    return {
        "kind": "pull_uri",
        "doctypes": ["TRCER"],
        "org_id": f"{next(_orgs):06}",
        "default_format": "both",
        "freshness": "logged",
        "is_open": True,
        **changed,
    }


@dataclass(frozen=True)
class Onboarding:
    """A department, and the administrator who enters it."""

    chief: StaffMember
    department_id: str
    issuer_id: str

    @property
    def path(self) -> str:
        return f"/departments/{self.department_id}"

    def call(self, method: str, below: str = "", body: object = None, **more: Any) -> Reply:
        """Make a request of the administrator's."""
        return self.chief.call(method, f"{self.path}{below}", body, **more)

    def read(self) -> dict[str, Any]:
        """The department as the administrator sees it."""
        return self.call("GET").demand(200).content

    def key(self, purpose: str, **wanted: object) -> dict[str, Any]:
        """Make a key; its id and, where it was made, its secret."""
        return self.call("POST", "/keys", {"purpose": purpose, **wanted}).demand(201).content

    def change(self, **changed: object) -> Reply:
        """Change the department."""
        now = self.read()
        return self.call("PUT", "", {name: now[name] for name in ("name_en", "name_hi", "roles")} | changed)

    @property
    def stored(self) -> Department:
        """The department's record."""
        found = suite().store.department(self.department_id)
        assert found is not None
        return found

    def officer(self, laptop: Laptop) -> StaffMember:
        """A new officer of this department."""
        return staff_member(laptop, Role.DEPARTMENT_OFFICER, self.department_id)

    def findings(self) -> list[tuple[str, str]]:
        """What the self-test says: check and outcome."""
        found = self.call("POST", "/self-test").demand(200).content["findings"]
        return [(one["check"], one["outcome"]) for one in found]


def onboarded(laptop: Laptop, chief: StaffMember | None = None) -> Onboarding:
    """A department that was just entered."""
    chief = chief or staff_member(laptop, Role.ADMINISTRATOR, AUTHORITY)
    made = chief.call("POST", "/departments", department_body()).demand(201).content
    return Onboarding(chief, made["department_id"], made["issuer_id"])


def set_up(laptop: Laptop) -> tuple[Onboarding, str, str]:
    """A department that issues: with a document type, an endpoint and its key, a token, a client that DigiLocker knows.

    Gives the department, the endpoint's key, and the issuing token.
    """
    made = onboarded(laptop)
    made.call("PUT", "/document-types", type_body()).demand(200)
    (api,) = made.call("PUT", "/pull-apis", api_body()).demand(200).content["pull_apis"]
    client = {
        "client_id": f"CL{secrets.token_hex(4)}",
        "service_name": "Trade registration",
        "push_encoding": "urlencoded",
    }
    made.change(client=client, signing_key=f"key-{made.issuer_id}").demand(200)
    made.key("client_secret", secret=SECRET)
    api_key, token = made.key("pull_api", api_id=api["api_id"])["secret"], made.key("issuing_token")["secret"]
    endpoint = PullEndpoint(api["url"], api_key, api["org_id"], ("TRCER",), (("REGNO", "Registration number", "TR/1"),))
    playing().digilocker.clients.add(
        PortalClient(
            client["client_id"],
            SECRET,
            "Commissionerate of Trade",
            issuer_id=made.issuer_id,
            org_id=api["org_id"],
            endpoints=[endpoint],
        )
    )
    return made, api_key, token


def system(laptop: Laptop) -> Client:
    """A department's own system, as a client from elsewhere."""
    return Client(laptop.site_url)
