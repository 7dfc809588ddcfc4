"""The routes of signing in and out, and of one's own sessions."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code
from chalicelib.domain.sessions import Level
from chalicelib.handlers.cookies import no_session_cookie, session_cookie
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.session_models import (
    OwnSessionsView,
    SecondFactorRequiredView,
    SessionView,
    SignedInView,
    SignInBody,
    own_sessions_view,
    second_factor_required_view,
    session_view,
    signed_in_view,
)
from chalicelib.suite import suite

sessions = Blueprint(__name__)


@operation(
    sessions,
    "POST /sessions",
    "Sign in",
    body=SignInBody,
    answers={HTTPStatus.OK: SignedInView, HTTPStatus.ACCEPTED: SecondFactorRequiredView},
    refusals=(
        Code.INVALID_FIELDS,
        Code.SIGN_IN_REFUSED,
        Code.LOCKED,
        Code.TOO_MANY_REQUESTS,
        Code.SERVICE_UNAVAILABLE,
    ),
)
def sign_in(asked: Asked[SignInBody]) -> Answer:
    """Username and password open a session: a whole one (200), or one that wants a second factor (202)."""
    body = asked.body
    signed_in = suite().signing_in.sign_in(
        body.username, body.password, asked.caller, asked.browser_token, asked.session_token
    )
    headers = {"Set-Cookie": session_cookie(signed_in.token)}
    if signed_in.session.level is Level.PASSWORD:
        return Answer(second_factor_required_view(signed_in), HTTPStatus.ACCEPTED, headers)
    return Answer(signed_in_view(signed_in), headers=headers)


@operation(
    sessions,
    "GET /sessions/current",
    "Read the session",
    answers={HTTPStatus.OK: SessionView},
    refusals=(Code.SERVICE_UNAVAILABLE,),
)
def read_session(asked: Asked[None]) -> Answer:
    """Whose session it is, until when, and what is still wanted of it."""
    return Answer(session_view(asked.actor, asked.language))


@operation(
    sessions,
    "DELETE /sessions/current",
    "Sign out",
    answers={HTTPStatus.NO_CONTENT: None},
    refusals=(Code.SERVICE_UNAVAILABLE,),
)
def sign_out(asked: Asked[None]) -> Answer:
    """Ends the session at the server and clears the cookie."""
    suite().signing_in.sign_out(_token(asked), asked.caller)
    return _signed_out()


@operation(
    sessions,
    "GET /sessions",
    "List where one is signed in",
    answers={HTTPStatus.OK: OwnSessionsView},
    refusals=(Code.SERVICE_UNAVAILABLE,),
)
def list_sessions(asked: Asked[None]) -> Answer:
    """One's own live sessions, this one marked."""
    return Answer(own_sessions_view(suite().own_sessions.all(asked.actor), asked.actor.session))


@operation(
    sessions,
    "DELETE /sessions/{session_id}",
    "End one of one's own sessions",
    answers={HTTPStatus.NO_CONTENT: None},
    refusals=(Code.NOT_FOUND, Code.SERVICE_UNAVAILABLE),
)
def end_session(asked: Asked[None], session_id: str) -> Answer:
    """Ends a session at the server; where it is this one, the cookie is cleared too."""
    suite().own_sessions.end(asked.actor, session_id, asked.caller)
    if session_id == asked.actor.session.session_id:
        return _signed_out()
    return Answer(None, HTTPStatus.NO_CONTENT)


@operation(
    sessions,
    "DELETE /sessions",
    "End all of one's own sessions",
    answers={HTTPStatus.NO_CONTENT: None},
    refusals=(Code.SERVICE_UNAVAILABLE,),
)
def end_all_sessions(asked: Asked[None]) -> Answer:
    """Signs out everywhere, here too."""
    suite().own_sessions.end_all(asked.actor, asked.caller)
    return _signed_out()


def _token(asked: Asked[Any]) -> str | None:
    return asked.session_token or asked.bearer


def _signed_out() -> Answer:
    return Answer(None, HTTPStatus.NO_CONTENT, {"Set-Cookie": no_session_cookie()})
