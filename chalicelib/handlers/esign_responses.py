"""The address to which eSign providers send browsers back, with the provider's answer in a form."""

from __future__ import annotations

import time
from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code
from chalicelib.handlers.forms import fields_of, holding
from chalicelib.handlers.operations import Answer, Asked, Posted, operation
from chalicelib.suite import suite

esign_responses = Blueprint(__name__)
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_MARK = b"<EsignResp"
_AT_MOST = 256 * 1024
# Whatever came, the answer takes as long: what becomes of it is for the journey to say, to the person alone.
_SECONDS = 0.4


@operation(
    esign_responses,
    "POST /esign/responses/{signing_id}",
    "Take an eSign provider's answer, brought by the person's browser",
    form=_FORMS,
    answers={HTTPStatus.SEE_OTHER: None},
    refusals=(Code.NOT_FOUND, Code.SERVICE_UNAVAILABLE),
)
def receive_esign_response(asked: Asked[Posted], signing_id: str) -> Answer:
    """Leads to the page on which the person sees what became of it. The answer is the same whatever is posted."""
    started = time.perf_counter()
    takes = suite().esign_answers
    signing = takes.take(signing_id, _content(asked.body), asked.ip)
    language = signing.language if signing else asked.language
    suite().sleep(max(0.0, _SECONDS - (time.perf_counter() - started)))
    where = f"{suite().settings['PUBLIC_ORIGIN']}/{language}/signing/answer?signing={signing_id}"
    return Answer(status=HTTPStatus.SEE_OTHER, headers={"Location": where})


def _content(posted: Posted) -> bytes | None:
    """The XML in the form, by the provider's name for its field or by what it looks like."""
    if len(posted.raw) > _AT_MOST:
        return None
    names = suite().esign_providers.response_fields()
    return holding(fields_of(posted.content_type, posted.raw), names, _MARK)
