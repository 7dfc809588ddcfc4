"""The routes of what a signed-in registrant may do at ICEGATE."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.icegate.accounts import IcegateAccount, Service, demand, refused
from chalicelib.domain.refusals import Code, FieldProblem
from chalicelib.handlers.bodies import sent
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.suite import suite
from chalicelib.web.texts import text

icegate_services = Blueprint(__name__)
_SESSION = (Code.SESSION_REQUIRED, Code.SESSION_EXPIRED, Code.SERVICE_UNAVAILABLE)


def _document(value: str) -> Service:
    try:
        return {"shipping_bill": Service.SHIPPING_BILL_FILING, "bill_of_entry": Service.BILL_OF_ENTRY_FILING}[value]
    except KeyError:
        raise FieldProblem("document_unknown") from None


@dataclass(frozen=True, slots=True)
class FilingBody:
    """What is to be filed."""

    document: Service = sent(_document, "`shipping_bill` or `bill_of_entry`.", "shipping_bill")


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service that this registrant may use."""

    service: str
    title: str


@dataclass(frozen=True, slots=True)
class RefusedServiceView:
    """A service that this registrant may not use, and what is wanted for it."""

    service: str
    title: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ServicesView:
    """What this registrant may and may not do."""

    allowed: list[ServiceView]
    refused: list[RefusedServiceView]


@dataclass(frozen=True, slots=True)
class FilingView:
    """The registrant may file; `detail` says where."""

    service: str
    title: str
    detail: str


@operation(
    icegate_services,
    "GET /icegate/services",
    "List what this registrant may and may not do",
    answers={HTTPStatus.OK: ServicesView},
    refusals=_SESSION,
)
def list_services(asked: Asked[None]) -> Answer:
    """The services of ICEGATE, apart by whether this registrant may use them."""
    account = _registrant(asked)
    view = ServicesView([], [])
    for service in Service:
        title = text(asked.language, f"service.{service.value}")
        why = refused(account, service, suite().clock())
        if why is None:
            view.allowed.append(ServiceView(service.value, title))
        else:
            detail = text(asked.language, f"refusal.{why.value}.detail")
            view.refused.append(RefusedServiceView(service.value, title, why.value, detail))
    return Answer(view)


@operation(
    icegate_services,
    "POST /icegate/filings",
    "Ask to file a Customs document",
    body=FilingBody,
    answers={HTTPStatus.OK: FilingView},
    refusals=(
        Code.INVALID_FIELDS,
        Code.DIGITAL_SIGNATURE_REGISTRATION_REQUIRED,
        Code.DIGITAL_SIGNATURE_EXPIRED,
        *_SESSION,
    ),
)
def file_document(asked: Asked[FilingBody]) -> Answer:
    """Whether this registrant may file it now; Customs' own system takes the document, nothing is sent from here."""
    demand(_registrant(asked), asked.body.document, suite().clock())
    service, language = asked.body.document.value, asked.language
    return Answer(FilingView(service, text(language, f"service.{service}"), text(language, "service.may_be_filed")))


def _registrant(asked: Asked[Any]) -> IcegateAccount:
    owner = asked.actor.owner
    assert isinstance(owner, IcegateAccount)
    return owner
