"""The routes of the simplified registration (docs/openapi.json)."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import identifiers
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate.registration import CodesFor, Registration, Status
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.handlers.bodies import same_twice
from chalicelib.handlers.flow_models import CodesBody
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.registration_models import (
    AvailabilityView,
    ContactBody,
    CredentialsBody,
    FinishBody,
    OpenedView,
    RegistrationView,
    ResumeBody,
    StartBody,
    opened_view,
    registration_view,
)
from chalicelib.handlers.settling import AFTER_SECONDS, settled
from chalicelib.suite import suite

registrations = Blueprint(__name__)
_BUSY = (Code.INVALID_FIELDS, Code.TOO_MANY_REQUESTS, Code.SERVICE_UNAVAILABLE)
_LIVE = (Code.FLOW_TOKEN_INVALID, Code.REGISTRATION_EXPIRED, Code.REGISTRATION_ENDED, Code.REGISTRATION_SUPERSEDED)
_FLOW = (*_LIVE, Code.STEP_OUT_OF_ORDER)
_CODES = (Code.CODES_INCORRECT, Code.CODES_EXHAUSTED, Code.LOCKED)
_SENDING = (Code.RESEND_TOO_SOON, Code.SEND_LIMIT_REACHED)


@operation(
    registrations,
    "POST /icegate/registrations",
    "Open a simplified registration",
    body=StartBody,
    answers={HTTPStatus.CREATED: OpenedView},
    refusals=(
        *_BUSY,
        Code.CAPTCHA_INCORRECT,
        Code.CAPTCHA_EXPIRED,
        Code.CAPTCHA_USED,
        Code.DETAILS_NOT_MATCHED,
        Code.TEMPORARY_PASSWORD_EXHAUSTED,
    ),
)
def open_registration(asked: Asked[StartBody]) -> Answer:
    """IEC, GSTIN, temporary password and captcha open a registration; its flow token is told once."""
    body = asked.body
    opened = suite().simplified_registrations.start(
        body.iec, body.gstin, body.temporary_password, body.captcha, asked.ip, asked.language
    )
    return Answer(opened_view(opened.registration, opened.flow_token), HTTPStatus.CREATED)


@operation(
    registrations,
    "GET /icegate/registrations/{registration_id}",
    "Read a registration",
    answers={HTTPStatus.OK: RegistrationView},
    refusals=(Code.FLOW_TOKEN_INVALID, Code.SERVICE_UNAVAILABLE),
)
def read_registration(asked: Asked[None], registration_id: str) -> Answer:
    """Where the registration stands."""
    return Answer(registration_view(suite().simplified_registrations.read(registration_id, asked.flow_token)))


@operation(
    registrations,
    "GET /icegate/registrations/{registration_id}/availability",
    "Ask whether an ICEGATE ID is free",
    query={"icegate_id": "The ICEGATE ID to ask about."},
    answers={HTTPStatus.OK: AvailabilityView},
    refusals=(Code.INVALID_FIELDS, *_LIVE, Code.SERVICE_UNAVAILABLE),
)
def read_availability(asked: Asked[None], registration_id: str) -> Answer:
    """Whether this registration may choose an ICEGATE ID now."""
    desk = suite().simplified_registrations
    wanted = asked.queried("icegate_id", identifiers.parse_icegate_id)
    return Answer(AvailabilityView(desk.is_available(registration_id, asked.flow_token, wanted)))


@operation(
    registrations,
    "PUT /icegate/registrations/{registration_id}/credentials",
    "Choose ICEGATE ID and password; two codes are sent",
    body=CredentialsBody,
    answers={HTTPStatus.ACCEPTED: RegistrationView},
    refusals=(*_BUSY, *_FLOW, Code.ICEGATE_ID_TAKEN, Code.SEND_LIMIT_REACHED),
)
def choose_credentials(asked: Asked[CredentialsBody], registration_id: str) -> Answer:
    """Holds the ID and has the codes sent to the mobile and email on record."""
    body = asked.body
    password = same_twice(body.password, body.confirm_password)
    chosen = suite().simplified_registrations.choose_credentials(
        registration_id, asked.flow_token, body.icegate_id, password, asked.ip
    )
    return _once_sent(chosen, asked)


@operation(
    registrations,
    "POST /icegate/registrations/{registration_id}/codes",
    "Send the same codes again",
    answers={HTTPStatus.ACCEPTED: RegistrationView},
    refusals=(*_BUSY, *_FLOW, *_SENDING, Code.CODES_EXHAUSTED),
)
def send_codes_again(asked: Asked[None], registration_id: str) -> Answer:
    """Sends the live codes once more; their expiry stays."""
    again = suite().simplified_registrations.send_again(registration_id, asked.flow_token, asked.ip)
    return _once_sent(again, asked)


@operation(
    registrations,
    "POST /icegate/registrations/{registration_id}/codes/verify",
    "Confirm the two codes",
    body=CodesBody,
    answers={HTTPStatus.OK: RegistrationView},
    refusals=(*_BUSY, *_FLOW, *_CODES),
)
def verify_codes(asked: Asked[CodesBody], registration_id: str) -> Answer:
    """Both codes confirm the contact on record."""
    verified = suite().simplified_registrations.verify(
        registration_id, asked.flow_token, CodesFor.CONTACT, asked.body.typed, asked.ip
    )
    return Answer(registration_view(verified))


@operation(
    registrations,
    "POST /icegate/registrations/{registration_id}/finish",
    "Finish with the contact on record",
    body=FinishBody,
    answers={HTTPStatus.OK: RegistrationView, HTTPStatus.ACCEPTED: RegistrationView},
    refusals=(Code.INVALID_FIELDS, Code.SERVICE_UNAVAILABLE, *_FLOW),
)
def finish_registration(asked: Asked[FinishBody], registration_id: str) -> Answer:
    """Has the account made."""
    return _once_registered(
        suite().simplified_registrations.finish(registration_id, asked.flow_token), asked.flow_token
    )


@operation(
    registrations,
    "PUT /icegate/registrations/{registration_id}/alternate-contact",
    "Choose another email and mobile; two codes are sent there",
    body=ContactBody,
    answers={HTTPStatus.ACCEPTED: RegistrationView},
    refusals=(*_BUSY, *_FLOW, *_SENDING, Code.CODES_EXHAUSTED),
)
def choose_alternate_contact(asked: Asked[ContactBody], registration_id: str) -> Answer:
    """Has codes sent to the alternate contact."""
    alternate = Contact(asked.body.email, asked.body.mobile)
    changed = suite().simplified_registrations.change_contact(registration_id, asked.flow_token, alternate, asked.ip)
    return _once_sent(changed, asked)


@operation(
    registrations,
    "POST /icegate/registrations/{registration_id}/alternate-contact/verify",
    "Confirm the two codes of the alternate contact",
    body=CodesBody,
    answers={HTTPStatus.OK: RegistrationView, HTTPStatus.ACCEPTED: RegistrationView},
    refusals=(*_BUSY, *_FLOW, *_CODES),
)
def verify_alternate_codes(asked: Asked[CodesBody], registration_id: str) -> Answer:
    """Both codes confirm the alternate contact, and the account is made with it."""
    verified = suite().simplified_registrations.verify(
        registration_id, asked.flow_token, CodesFor.ALTERNATE, asked.body.typed, asked.ip
    )
    return _once_registered(verified, asked.flow_token)


@operation(
    registrations,
    "POST /icegate/registrations/resume",
    "Go on from any browser with the two codes",
    body=ResumeBody,
    answers={HTTPStatus.OK: OpenedView, HTTPStatus.ACCEPTED: OpenedView},
    refusals=(
        *_BUSY,
        Code.CODES_NOT_MATCHED,
        Code.CODES_USED,
        Code.REGISTRATION_EXPIRED,
        Code.REGISTRATION_SUPERSEDED,
        Code.LOCKED,
    ),
)
def resume_registration(asked: Asked[ResumeBody]) -> Answer:
    """Lands where the matching verify would, with a new flow token."""
    body = asked.body
    opened = suite().simplified_registrations.resume(
        body.iec, body.gstin, Codes(body.mobile_code, body.email_code), asked.ip
    )
    if opened.registration.status is Status.REGISTERING:
        return _once_registered(opened.registration, opened.flow_token, tell_token=True)
    return Answer(opened_view(opened.registration, opened.flow_token))


def _settled(registration: Registration, flow_token: str, is_settled: Callable[[Registration], bool]) -> Registration:
    desk = suite().simplified_registrations
    return settled(registration, lambda: desk.read(registration.registration_id, flow_token), is_settled)


def _once_sent(registration: Registration, asked: Asked[Any]) -> Answer:
    sent = _settled(registration, asked.flow_token, lambda read: read.status is not Status.SENDING_CODES)
    return Answer(registration_view(sent), HTTPStatus.ACCEPTED, {"Retry-After": AFTER_SECONDS})


def _once_registered(registration: Registration, flow_token: str, *, tell_token: bool = False) -> Answer:
    ended = _settled(registration, flow_token, lambda read: read.status is not Status.REGISTERING)
    if ended.status is not Status.REGISTERED and ended.status is not Status.REGISTERING:
        raise Refusal(Code.REGISTRATION_SUPERSEDED if ended.status is Status.SUPERSEDED else Code.REGISTRATION_EXPIRED)
    view = opened_view(ended, flow_token) if tell_token else registration_view(ended)
    if ended.status is Status.REGISTERING:
        return Answer(view, HTTPStatus.ACCEPTED, {"Retry-After": AFTER_SECONDS})
    return Answer(view)
