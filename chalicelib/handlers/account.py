"""The routes of one's own account: reading it, name, password, activity, data, and closing it."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code, FieldProblem
from chalicelib.handlers.account_models import (
    AccountView,
    ActivityView,
    ClosureBody,
    PasswordBody,
    PasswordChangedView,
    ProfileBody,
    TrainingBody,
    account_view,
    event_view,
)
from chalicelib.handlers.bodies import same_twice
from chalicelib.handlers.cookies import no_session_cookie, session_cookie
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.own_data_models import OwnDataView, own_data_view
from chalicelib.handlers.problems import instant
from chalicelib.handlers.signed_in import SESSION
from chalicelib.suite import suite

account = Blueprint(__name__)
_SEQUENCE_AT_MOST = 15


@operation(
    account,
    "GET /account",
    "Read one's own account",
    answers={HTTPStatus.OK: AccountView},
    refusals=SESSION,
)
def read_account(asked: Asked[None]) -> Answer:
    """The account, the second factor, and what is under way."""
    return Answer(account_view(suite().own_accounts.read(asked.actor, asked.caller), asked.language))


@operation(
    account,
    "PUT /account/profile",
    "Change name and language",
    body=ProfileBody,
    answers={HTTPStatus.OK: AccountView},
    refusals=(Code.INVALID_FIELDS, *SESSION, Code.NOT_PERMITTED),
)
def change_profile(asked: Asked[ProfileBody]) -> Answer:
    """How the person is called, and the language of their messages."""
    changed = suite().own_accounts.change_profile(asked.actor, asked.body.name, asked.body.language, asked.caller)
    return Answer(account_view(changed, asked.language))


@operation(
    account,
    "PUT /account/password",
    "Change the password",
    body=PasswordBody,
    answers={HTTPStatus.OK: PasswordChangedView},
    refusals=(
        Code.INVALID_FIELDS,
        *SESSION,
        Code.STEP_UP_REQUIRED,
        Code.PASSWORD_INCORRECT,
        Code.LOCKED,
        Code.TOO_MANY_REQUESTS,
    ),
)
def change_password(asked: Asked[PasswordBody]) -> Answer:
    """Every other session ends; this one goes on under a new token."""
    body = asked.body
    password = same_twice(body.password, body.confirm_password)
    changed = suite().own_accounts.change_password(asked.actor, body.current_password, password, asked.caller)
    view = PasswordChangedView(
        ended_sessions=True,
        session_token=changed.token,
        expires_at=instant(changed.session.expires_at),
        idle_expires_at=instant(changed.session.idle_expires_at),
    )
    return Answer(view, headers={"Set-Cookie": session_cookie(changed.token)})


@operation(
    account,
    "POST /account/training",
    "Acknowledge the training",
    body=TrainingBody,
    answers={HTTPStatus.OK: AccountView},
    refusals=(Code.INVALID_FIELDS, *SESSION, Code.NOT_PERMITTED),
)
def acknowledge_training(asked: Asked[TrainingBody]) -> Answer:
    """A staff member's word that they know the training."""
    return Answer(account_view(suite().own_accounts.acknowledge_training(asked.actor, asked.caller), asked.language))


@operation(
    account,
    "GET /account/activity",
    "Read what was done with one's account",
    query={"before": "The `next` of the page before; left out for the newest."},
    answers={HTTPStatus.OK: ActivityView},
    refusals=(Code.INVALID_FIELDS, *SESSION),
)
def read_activity(asked: Asked[None]) -> Answer:
    """A page of 20, the newest first."""
    page = suite().own_accounts.activity(asked.actor, asked.queried("before", _sequence))
    return Answer(ActivityView([event_view(event, asked.language) for event in page.events], page.before))


@operation(
    account,
    "GET /account/data",
    "Download everything that is held about oneself",
    answers={HTTPStatus.OK: OwnDataView},
    refusals=(*SESSION, Code.STEP_UP_REQUIRED),
)
def download_data(asked: Asked[None]) -> Answer:
    """The account, its sessions, messages, activity and changes, as JSON."""
    held = suite().own_data.handed_out(asked.actor, asked.caller)
    seen = suite().own_accounts.read(asked.actor, asked.caller)
    headers = {"Content-Disposition": 'attachment; filename="pravesh-data.json"'}
    return Answer(own_data_view(held, seen, asked.language), headers=headers)


@operation(
    account,
    "POST /account/closure",
    "Close one's account",
    body=ClosureBody,
    answers={HTTPStatus.NO_CONTENT: None},
    refusals=(
        Code.INVALID_FIELDS,
        *SESSION,
        Code.NOT_PERMITTED,
        Code.STEP_UP_REQUIRED,
        Code.PASSWORD_INCORRECT,
        Code.CLOSURE_REFUSED,
        Code.LOCKED,
        Code.TOO_MANY_REQUESTS,
    ),
)
def close_account(asked: Asked[ClosureBody]) -> Answer:
    """Nobody signs in with it any more; after a year it is erased."""
    suite().own_accounts.close(asked.actor, asked.body.password, asked.caller)
    return Answer(None, HTTPStatus.NO_CONTENT, {"Set-Cookie": no_session_cookie()})


def _sequence(value: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) <= _SEQUENCE_AT_MOST):
        raise FieldProblem("not_a_number")
    return int(value)
