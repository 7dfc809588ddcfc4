"""The address to which DigiLocker sends browsers back, with a code or an error."""

from __future__ import annotations

import time
from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.digilocker.authorising import callback_of
from chalicelib.domain.refusals import Code
from chalicelib.handlers.cookies import no_digilocker_cookie
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.suite import suite

digilocker_callbacks = Blueprint(__name__)
# Whatever came, the answer takes as long: what becomes of it is for the journey to say, to the person alone.
_SECONDS = 0.4


@operation(
    digilocker_callbacks,
    "GET /digilocker/callback",
    "Take what a browser brings back from DigiLocker",
    query={
        "state": "What the visit began with.",
        "code": "Where the person allowed it.",
        "error": "Where not, or DigiLocker could not.",
    },
    any_query=True,
    answers={HTTPStatus.SEE_OTHER: None},
    refusals=(Code.SERVICE_UNAVAILABLE,),
)
def receive_digilocker_callback(asked: Asked[None]) -> Answer:
    """Leads to the page on which the person sees what became of it. The answer is the same whatever came."""
    started = time.perf_counter()
    callback = callback_of(asked.query)
    fetch = suite().fetches.receive(callback, asked.digilocker_token)
    language = fetch.language if fetch is not None else asked.language
    suite().sleep(max(0.0, _SECONDS - (time.perf_counter() - started)))
    # Coming back from signing out there, a browser brings no state.
    page = f"digilocker/fetch?fetch={callback.fetch_id}" if callback.fetch_id is not None else "my-documents"
    where = f"{suite().settings['PUBLIC_ORIGIN']}/{language}/{page}"
    headers: dict[str, str | list[str]] = {"Location": where, "Referrer-Policy": "no-referrer"}
    if callback.fetch_id is not None:
        headers["Set-Cookie"] = no_digilocker_cookie()
    return Answer(status=HTTPStatus.SEE_OTHER, headers=headers)
