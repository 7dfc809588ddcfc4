"""The routes of signings: whatever is to be signed is read, signed, cancelled and proved here."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.signatures.signings import ENDED, Signing, SigningStatus
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.problems import instant
from chalicelib.handlers.settling import AFTER_SECONDS, settled
from chalicelib.handlers.signed_in import PERMITTED
from chalicelib.handlers.signing_models import (
    BODY_AT_MOST,
    EsignBody,
    EvidenceView,
    SignatureBody,
    SigningView,
    signing_view,
)
from chalicelib.suite import suite

signings = Blueprint(__name__)
_OWN = (*PERMITTED, Code.NOT_FOUND)
_OPEN = (*_OWN, Code.SIGNING_EXPIRED, Code.SIGNING_ENDED, Code.STEP_OUT_OF_ORDER)
_TRIES = (*_OPEN, Code.INVALID_FIELDS, Code.SIGNATURE_ATTEMPTS_EXHAUSTED, Code.TOO_MANY_REQUESTS)
# The journey has done its part: it ended, or waits for the person again.
_AT_REST = ENDED | {SigningStatus.AWAITING_SIGNATURE}
_AT_PROVIDER = _AT_REST | {SigningStatus.AT_ESIGN_PROVIDER}
_DOWNLOAD_FOR = timedelta(minutes=5)
# Where revocation data is waited for, a minute passes before the journey looks again.
_LATER_SECONDS = "30"


@operation(
    signings,
    "GET /signings/{signing_id}",
    "Read a document to sign, and how it stands",
    answers={HTTPStatus.OK: SigningView},
    refusals=_OWN,
)
def read_signing(asked: Asked[None], signing_id: str) -> Answer:
    """One's own only; another's is told like one that does not exist."""
    return Answer(signing_view(suite().signing_desk.read(signing_id, asked.actor.key), asked.language))


@operation(
    signings,
    "PUT /signings/{signing_id}/signature",
    "Hand in a signature made with a DSC",
    body=SignatureBody,
    body_at_most=BODY_AT_MOST,
    answers={HTTPStatus.OK: SigningView, HTTPStatus.ACCEPTED: SigningView},
    refusals=(*_TRIES, Code.METHOD_NOT_OFFERED),
)
def hand_in_signature(asked: Asked[SignatureBody], signing_id: str) -> Answer:
    """What was found stands in `report`; the same signature again changes nothing."""
    handed_in = suite().signing_desk.hand_in(signing_id, asked.actor.key, asked.body.signature, asked.caller)
    return _once(asked, handed_in, _AT_REST)


@operation(
    signings,
    "POST /signings/{signing_id}/esign",
    "Begin Aadhaar e-Sign: the answer holds the form for the provider",
    body=EsignBody,
    answers={HTTPStatus.OK: SigningView, HTTPStatus.ACCEPTED: SigningView},
    refusals=(*_TRIES, Code.ESIGN_NOT_OFFERED),
)
def begin_esign(asked: Asked[EsignBody], signing_id: str) -> Answer:
    """Each try is a transaction of its own; an answer to an earlier one comes too late."""
    provider = suite().esign_providers.chosen(asked.body.provider).name
    begun = suite().signing_desk.begin_esign(signing_id, asked.actor.key, provider, asked.caller)
    return _once(asked, begun, _AT_PROVIDER)


@operation(
    signings,
    "DELETE /signings/{signing_id}",
    "Cancel a signing that is not signed yet",
    answers={HTTPStatus.OK: SigningView},
    refusals=_OPEN,
)
def cancel_signing(asked: Asked[None], signing_id: str) -> Answer:
    """Nothing has changed then; cancelling twice is cancelling once."""
    return Answer(signing_view(suite().signing_desk.cancel(signing_id, asked.actor.key), asked.language))


@operation(
    signings,
    "GET /signings/{signing_id}/evidence",
    "Download the evidence of a signature that was accepted",
    answers={HTTPStatus.OK: EvidenceView},
    refusals=_OWN,
)
def read_evidence(asked: Asked[None], signing_id: str) -> Answer:
    """An address that serves for 5 minutes. `python -m infra.evidence verify` checks the file offline."""
    desk, expires_at = suite().signing_desk, suite().clock() + _DOWNLOAD_FOR
    signing = desk.read(signing_id, asked.actor.key)
    if signing.evidence is None:
        raise Refusal(Code.NOT_FOUND)
    return Answer(EvidenceView(desk.evidence_url(signing), instant(expires_at), signing.evidence.sha256))


def _once(asked: Asked[Any], known: Signing, rest: frozenset[SigningStatus]) -> Answer:
    """The signing once its journey has done its part: 200, or 202 as it stands after a while."""
    desk, key = suite().signing_desk, asked.actor.key
    waits = frozenset({SigningStatus.AWAITING_REVOCATION})
    stands = settled(known, lambda: desk.read(known.signing_id, key), lambda read: read.status in rest | waits)
    view = signing_view(stands, asked.language)
    if stands.status in rest:
        return Answer(view)
    after = _LATER_SECONDS if stands.status in waits else AFTER_SECONDS
    return Answer(view, HTTPStatus.ACCEPTED, {"Retry-After": after})
