"""The routes of signing in, and of what a signed-in registrant may do."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.accounts.owners import username_of
from chalicelib.domain.icegate.accounts import IcegateAccount, Service, demand, refused
from chalicelib.domain.refusals import Code, FieldProblem
from chalicelib.handlers.bodies import required, sent
from chalicelib.handlers.operations import SESSION_COOKIE, Answer, Asked, operation
from chalicelib.handlers.problems import instant
from chalicelib.suite import suite
from chalicelib.web.texts import text

sessions = Blueprint(__name__)
_COOKIE = f"{SESSION_COOKIE}={{}}; Path=/; Secure; HttpOnly; SameSite=Strict"
_SESSION = (Code.SESSION_REQUIRED, Code.SESSION_EXPIRED, Code.SERVICE_UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class SignInBody:
    """Username (the ICEGATE ID) and password."""

    username: str = sent(required, "The ICEGATE ID, in any case.", "asha_exports", at_most=128)
    password: str = sent(required, "The password.", "Sagar#2026", secret=True)


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
class SignedInView:
    """A new session; the token is also set as a cookie."""

    status: str
    icegate_id: str
    session_token: str
    expires_at: str
    idle_expires_at: str


@dataclass(frozen=True, slots=True)
class SessionView:
    """The session and whose it is."""

    icegate_id: str
    legal_name: str
    registration_kind: str
    expires_at: str
    idle_expires_at: str


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


@operation(
    sessions,
    "POST /sessions",
    "Sign in",
    body=SignInBody,
    answers={HTTPStatus.OK: SignedInView},
    refusals=(
        Code.INVALID_FIELDS,
        Code.SIGN_IN_REFUSED,
        Code.LOCKED,
        Code.TOO_MANY_REQUESTS,
        Code.SERVICE_UNAVAILABLE,
    ),
)
def sign_in(asked: Asked[SignInBody]) -> Answer:
    """Username and password open a session."""
    signed_in = suite().signing_in.sign_in(asked.body.username, asked.body.password, asked.caller)
    session = signed_in.session
    view = SignedInView(
        "signed_in",
        username_of(signed_in.owner),
        signed_in.token,
        instant(session.expires_at),
        instant(session.idle_expires_at),
    )
    return Answer(view, headers={"Set-Cookie": _COOKIE.format(signed_in.token)})


@operation(
    sessions,
    "GET /sessions/current",
    "Read the session",
    answers={HTTPStatus.OK: SessionView},
    refusals=_SESSION,
)
def read_session(asked: Asked[None]) -> Answer:
    """Whose session it is and until when."""
    session, account = asked.actor.session, _registrant(asked)
    view = SessionView(
        account.icegate_id,
        account.legal_name,
        account.kind.value,
        instant(session.expires_at),
        instant(session.idle_expires_at),
    )
    return Answer(view)


@operation(
    sessions,
    "DELETE /sessions/current",
    "Sign out",
    answers={HTTPStatus.NO_CONTENT: None},
    refusals=(Code.SERVICE_UNAVAILABLE,),
)
def sign_out(asked: Asked[None]) -> Answer:
    """Ends the session at the server and clears the cookie."""
    suite().signing_in.sign_out(_token(asked))
    return Answer(None, HTTPStatus.NO_CONTENT, {"Set-Cookie": _COOKIE.format("") + "; Max-Age=0"})


@operation(
    sessions,
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
        why = refused(account.kind, service)
        if why is None:
            view.allowed.append(ServiceView(service.value, title))
        else:
            detail = text(asked.language, f"refusal.{why.value}.detail")
            view.refused.append(RefusedServiceView(service.value, title, why.value, detail))
    return Answer(view)


@operation(
    sessions,
    "POST /icegate/filings",
    "File a Customs document",
    body=FilingBody,
    answers={},
    refusals=(Code.INVALID_FIELDS, Code.DIGITAL_SIGNATURE_REGISTRATION_REQUIRED, *_SESSION),
)
def file_document(asked: Asked[FilingBody]) -> Answer:
    """Every registrant here is a simplified one, and those may not file: the demand refuses."""
    account = _registrant(asked)
    demand(account.kind, asked.body.document)
    raise AssertionError(account.kind)


def _token(asked: Asked[Any]) -> str | None:
    return asked.session_token or asked.bearer


def _registrant(asked: Asked[Any]) -> IcegateAccount:
    owner = asked.actor.owner
    assert isinstance(owner, IcegateAccount)
    return owner
