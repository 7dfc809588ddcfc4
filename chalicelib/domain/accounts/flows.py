"""Flows: short journeys of a person that rest on codes and need no state machine of their own.

A password reset, a change of email or mobile, the replacement of a lost mobile, a staff member's joining: each is one
record with its own flow token, its codes, and where it stands. Which addresses the codes go to is `contact`; which of
the two, the challenge's channels.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain import sessions
from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.codes import Challenge
from chalicelib.domain.contacts import Contact
from chalicelib.domain.refusals import Code, Refusal

# Design, section 5: 15 minutes for accounts.
LIFETIME = timedelta(minutes=15)
# A lost mobile is replaced after a day in which the old one is told and can stop it.
COOLING = timedelta(hours=24)


class FlowKind(StrEnum):
    """What a flow is for; a flow of one kind is none of another."""

    PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind
    CONTACT_CHANGE = "contact_change"
    MOBILE_REPLACEMENT = "mobile_replacement"
    STAFF_JOINING = "staff_joining"


class FlowStatus(StrEnum):
    """Where a flow stands, as clients see it."""

    CODES_SENT = "codes_sent"
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow.

    `is_decoy`: no code of it was sent and none is right; it is there so that whoever asks learns nothing. `owner` is
    None where nobody is behind it. `counted_as` is whom its tries count against: the owner, or, where a stranger
    opened it, the pseudonym of what the stranger typed. `stop_challenge` is the code with which the old mobile may
    stop a replacement; `effective_at` when it is due. `generation` is the owner's when a stranger opened it.
    """

    flow_id: str
    flow_token_hash: str
    kind: FlowKind
    status: FlowStatus
    owner: OwnerKey | None
    contact: Contact
    challenge: Challenge
    language: str
    expires_at: datetime
    counted_as: str
    is_decoy: bool = False
    effective_at: datetime | None = None
    old_contact: Contact | None = None
    stop_challenge: Challenge | None = None
    generation: int | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"Flow({self.flow_id!r}, {self.kind.value}, {self.status.value})"


def demand_opened(flow: Flow | None, kind: FlowKind, flow_token: str) -> Flow:
    """The flow, if it is of this kind and `flow_token` opens it.

    Unknown id, another kind and wrong token are one refusal: `flow_token_invalid`.
    """
    stored = flow.flow_token_hash if flow else sessions.token_hash(kind.value)
    is_right = hmac.compare_digest(stored, sessions.token_hash(flow_token))
    if flow is None or flow.kind is not kind or not is_right:
        raise Refusal(Code.FLOW_TOKEN_INVALID)
    return flow
