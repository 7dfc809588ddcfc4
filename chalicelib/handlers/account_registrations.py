"""The routes of an account's registration, and the privacy notice that it asks consent to."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.accounts.registration import AccountRegistration, RegistrationStatus
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Contact
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.handlers.account_registration_models import (
    AccountRegistrationView,
    AccountResumeBody,
    OpenedAccountRegistrationView,
    PrivacyNoticeView,
    SignUpBody,
    opened_view,
    registration_view,
)
from chalicelib.handlers.bodies import same_twice
from chalicelib.handlers.flow_models import CodesBody
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.settling import AFTER_SECONDS, settled
from chalicelib.suite import suite
from chalicelib.web import privacy_notice

account_registrations = Blueprint(__name__)
_BUSY = (Code.INVALID_FIELDS, Code.TOO_MANY_REQUESTS, Code.SERVICE_UNAVAILABLE)
_LIVE = (Code.FLOW_TOKEN_INVALID, Code.REGISTRATION_EXPIRED, Code.REGISTRATION_ENDED, Code.STEP_OUT_OF_ORDER)


@operation(
    account_registrations,
    "GET /privacy-notice",
    "Read the privacy notice",
    answers={HTTPStatus.OK: PrivacyNoticeView},
)
def read_privacy_notice(asked: Asked[None]) -> Answer:
    """The notice that holds now, in the reader's language."""
    language = asked.language
    return Answer(
        PrivacyNoticeView(privacy_notice.version(), privacy_notice.title(language), privacy_notice.text_of(language))
    )


@operation(
    account_registrations,
    "POST /accounts/registrations",
    "Open the registration of an account; two messages are sent",
    body=SignUpBody,
    answers={HTTPStatus.ACCEPTED: OpenedAccountRegistrationView},
    refusals=(
        *_BUSY,
        Code.PRIVACY_NOTICE_CHANGED,
        Code.CAPTCHA_INCORRECT,
        Code.CAPTCHA_EXPIRED,
        Code.CAPTCHA_USED,
        Code.SEND_LIMIT_REACHED,
    ),
)
def open_account_registration(asked: Asked[SignUpBody]) -> Answer:
    """The answer is the same whether or not a name is taken: its owner is told over the channel."""
    body = asked.body
    # Imported here: every other route starts without it.
    from chalicelib.domain.accounts.registering import SignUp  # noqa: PLC0415

    wish = SignUp(
        name=body.name,
        contact=Contact(body.email, body.mobile),
        username=body.username,
        password=same_twice(body.password, body.confirm_password),
        privacy_notice=body.privacy_notice,
        captcha=body.captcha,
    )
    opened = suite().account_registrations.open(wish, asked.caller)
    return Answer(opened_view(opened.registration, opened.flow_token), HTTPStatus.ACCEPTED)


@operation(
    account_registrations,
    "GET /accounts/registrations/{registration_id}",
    "Read the registration of an account",
    answers={HTTPStatus.OK: AccountRegistrationView},
    refusals=(Code.FLOW_TOKEN_INVALID, Code.SERVICE_UNAVAILABLE),
)
def read_account_registration(asked: Asked[None], registration_id: str) -> Answer:
    """Where the registration stands."""
    return Answer(registration_view(suite().account_registrations.read(registration_id, asked.flow_token)))


@operation(
    account_registrations,
    "POST /accounts/registrations/{registration_id}/codes",
    "Send the same codes again",
    answers={HTTPStatus.ACCEPTED: AccountRegistrationView},
    refusals=(*_BUSY, *_LIVE, Code.RESEND_TOO_SOON, Code.SEND_LIMIT_REACHED, Code.CODES_EXHAUSTED),
)
def send_account_codes_again(asked: Asked[None], registration_id: str) -> Answer:
    """Sends both messages once more; the codes' expiry stays."""
    again = suite().account_registrations.send_again(registration_id, asked.flow_token, asked.ip)
    return Answer(registration_view(again), HTTPStatus.ACCEPTED)


@operation(
    account_registrations,
    "POST /accounts/registrations/{registration_id}/codes/verify",
    "Confirm the two codes; the account is made",
    body=CodesBody,
    answers={HTTPStatus.OK: AccountRegistrationView, HTTPStatus.ACCEPTED: AccountRegistrationView},
    refusals=(*_BUSY, *_LIVE, Code.CODES_INCORRECT, Code.CODES_EXHAUSTED, Code.LOCKED),
)
def verify_account_codes(asked: Asked[CodesBody], registration_id: str) -> Answer:
    """Both codes confirm both addresses."""
    verified = suite().account_registrations.verify(registration_id, asked.flow_token, asked.body.typed, asked.ip)
    return _once_registered(verified, asked.flow_token)


@operation(
    account_registrations,
    "POST /accounts/registrations/resume",
    "Go on from any browser with the two codes",
    body=AccountResumeBody,
    answers={HTTPStatus.OK: OpenedAccountRegistrationView, HTTPStatus.ACCEPTED: OpenedAccountRegistrationView},
    refusals=(*_BUSY, Code.CODES_NOT_MATCHED, Code.CODES_USED, Code.REGISTRATION_EXPIRED, Code.LOCKED),
)
def resume_account_registration(asked: Asked[AccountResumeBody]) -> Answer:
    """Lands where the matching verify would, with a new flow token."""
    body = asked.body
    opened = suite().account_registrations.resume(
        Contact(body.email, body.mobile), Codes(body.mobile_code, body.email_code), asked.ip
    )
    return _once_registered(opened.registration, opened.flow_token, tell_token=True)


def _once_registered(confirmed: AccountRegistration, flow_token: str, *, tell_token: bool = False) -> Answer:
    desk = suite().account_registrations
    ended = settled(
        confirmed,
        lambda: desk.read(confirmed.registration_id, flow_token),
        lambda read: read.status is not RegistrationStatus.REGISTERING,
    )
    if ended.status is RegistrationStatus.EXPIRED:
        raise Refusal(Code.REGISTRATION_EXPIRED)
    view = opened_view(ended, flow_token) if tell_token else registration_view(ended)
    if ended.status is RegistrationStatus.REGISTERING:
        return Answer(view, HTTPStatus.ACCEPTED, {"Retry-After": AFTER_SECONDS})
    return Answer(view)
