"""The routes by which people send for their documents at DigiLocker."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code
from chalicelib.handlers.cookies import digilocker_cookie
from chalicelib.handlers.fetch_models import FetchBody, FetchView, OpenedFetchView, fetch_view, written
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.problems import instant
from chalicelib.handlers.signed_in import PERMITTED
from chalicelib.suite import suite

fetches = Blueprint(__name__)


@operation(
    fetches,
    "POST /digilocker/fetches",
    "Agree to fetch documents from DigiLocker, and learn where to go",
    body=FetchBody,
    answers={HTTPStatus.CREATED: OpenedFetchView},
    refusals=(*PERMITTED, Code.INVALID_FIELDS, Code.TOO_MANY_REQUESTS, Code.DIGILOCKER_NOT_OFFERED),
)
def open_fetch(asked: Asked[FetchBody]) -> Answer:
    """Go to `authorize_url` within 10 minutes, in this browser: it must bring the cookie back."""
    opened = suite().fetches.open(asked.actor, asked.body.wish(), asked.caller)
    view = OpenedFetchView(opened.fetch.fetch_id, written(opened.address), instant(opened.fetch.expires_at))
    return Answer(view, HTTPStatus.CREATED, {"Set-Cookie": digilocker_cookie(opened.browser)})


@operation(
    fetches,
    "GET /digilocker/fetches/{fetch_id}",
    "Read how a fetch stands",
    answers={HTTPStatus.OK: FetchView},
    refusals=(*PERMITTED, Code.NOT_FOUND),
)
def read_fetch(asked: Asked[None], fetch_id: str) -> Answer:
    """One's own only. `why` says why it ended without documents; what was entered is told, to begin again with it."""
    desk = suite().fetches
    fetch = desk.read(fetch_id, asked.actor.key)
    return Answer(fetch_view(fetch, asked.language, suite().clock(), desk.logout_address(fetch)))
