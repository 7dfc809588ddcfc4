"""What the journey of a signing is told, read off the record alone (ADR 3).

Routes and steps both ask this, so whichever of them comes second finds what the first left. The three state machines
that begin with a signature share these places.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.signatures.esign.transactions import asked_at
from chalicelib.domain.signatures.signings import SignatureMethod, Signing, SigningStatus
from chalicelib.domain.signatures.transitions import deadline

# How long a journey waits before it looks again for revocation data: often at first, then as often as CRLs are fetched
# anew. An execution's history holds 25,000 events: a day of waits must stay far below that.
_SOON = timedelta(seconds=60)
_LATER = timedelta(minutes=10)
_SOON_FOR = timedelta(hours=1)


class Place(StrEnum):
    """Where in its journey a signing stands."""

    AWAIT_SIGNATURE = "await_signature"
    PREPARE_ESIGN = "prepare_esign"
    VALIDATE_SIGNATURE = "validate_signature"
    VALIDATE_ESIGN = "validate_esign"
    AWAIT_REVOCATION = "await_revocation"
    CARRY_OUT = "carry_out"
    ENDED = "ended"


def place(signing: Signing) -> Place:
    """Where the journey belongs."""
    match signing.status:
        # The provider's answer comes by the browser: the same wait as for a signature.
        case SigningStatus.AWAITING_SIGNATURE | SigningStatus.AT_ESIGN_PROVIDER:
            return Place.AWAIT_SIGNATURE
        case SigningStatus.PREPARING_ESIGN:
            return Place.PREPARE_ESIGN
        case SigningStatus.VALIDATING:
            return validation_of(signing)
        case SigningStatus.AWAITING_REVOCATION:
            return Place.AWAIT_REVOCATION
        case SigningStatus.VERIFIED:
            return Place.CARRY_OUT
    return Place.ENDED


def validation_of(signing: Signing) -> Place:
    """Which step judges what was handed in."""
    if signing.submission is None:
        # Judged without a hand-in: the provider is asked how its transaction stands.
        return Place.VALIDATE_ESIGN if signing.esign is not None else Place.VALIDATE_SIGNATURE
    is_esign = signing.submission.method is SignatureMethod.ESIGN
    return Place.VALIDATE_ESIGN if is_esign else Place.VALIDATE_SIGNATURE


def is_to_be_woken(signing: Signing) -> bool:
    """Whether a journey that waits for a signature should go on."""
    return signing.task_token is not None and place(signing) is not Place.AWAIT_SIGNATURE


def message_body(signing: Signing, now: datetime) -> Mapping[str, str | int]:
    """The output with which the journey goes on: our id, where to, and for how long it waits there (seconds).

    `then` is the step that judges the signature after a wait for revocation data.
    """
    return {
        "signing_id": signing.signing_id,
        "next": place(signing).value,
        "then": validation_of(signing).value,
        "seconds_left": max(1, math.ceil(_wait(signing, now).total_seconds())),
    }


def _wait(signing: Signing, now: datetime) -> timedelta:
    if signing.status is SigningStatus.AWAITING_REVOCATION and signing.submission is not None:
        return _SOON if now < signing.submission.submitted_at + _SOON_FOR else _LATER
    return min(deadline(signing), asked_at(signing) or deadline(signing)) - now
