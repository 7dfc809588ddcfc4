"""The routes by which a login is linked to an IEC under signature."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code
from chalicelib.handlers.iec_link_models import IecLinkBody, IecLinkView, iec_link_view
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.signed_in import PERMITTED
from chalicelib.handlers.signing_models import SigningView, signing_view
from chalicelib.suite import suite

iec_links = Blueprint(__name__)


@operation(
    iec_links,
    "POST /iec-links",
    "Draw up the statement that links one's login to an IEC",
    body=IecLinkBody,
    answers={HTTPStatus.CREATED: SigningView},
    refusals=(*PERMITTED, Code.INVALID_FIELDS, Code.ALREADY_LINKED, Code.TOO_MANY_REQUESTS),
)
def open_iec_link(asked: Asked[IecLinkBody]) -> Answer:
    """The answer is the same for an IEC that does not exist: only a good signature tells."""
    signing = suite().iec_linking.open(asked.actor, asked.body.iec, asked.caller)
    return Answer(signing_view(signing, asked.language), HTTPStatus.CREATED)


@operation(
    iec_links,
    "GET /iec-links/current",
    "Read which IEC one's login is linked to",
    answers={HTTPStatus.OK: IecLinkView},
    refusals=PERMITTED,
)
def read_iec_link(asked: Asked[None]) -> Answer:
    """What one may do there, how one was linked, and until when that counts."""
    return Answer(iec_link_view(suite().iec_linking.read(asked.actor)))


@operation(
    iec_links,
    "POST /iec-links/current/renewal",
    "Draw up the statement that proves one's link anew",
    answers={HTTPStatus.CREATED: SigningView},
    refusals=(*PERMITTED, Code.NOT_LINKED, Code.TOO_MANY_REQUESTS),
)
def renew_iec_link(asked: Asked[None]) -> Answer:
    """For a link whose certificate has ended, or will."""
    signing = suite().iec_linking.renew(asked.actor, asked.caller)
    return Answer(signing_view(signing, asked.language), HTTPStatus.CREATED)
