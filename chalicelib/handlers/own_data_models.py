"""Own data as it is handed out: what is held about a person, without hash, secret or token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.contacts import Channel, masked_email, masked_mobile
from chalicelib.domain.sessions import Session
from chalicelib.handlers.account_models import AccountView, EventView, account_view, event_view
from chalicelib.handlers.problems import instant

if TYPE_CHECKING:
    from chalicelib.domain.accounts.own_account import OwnAccount
    from chalicelib.domain.accounts.own_data import OwnData
    from chalicelib.domain.outbox import OutboxMessage


@dataclass(frozen=True, slots=True)
class HeldSessionView:
    """A session that is stored, live or ended."""

    session_id: str
    device: str
    level: str
    signed_in_at: str
    last_used_at: str


@dataclass(frozen=True, slots=True)
class HeldMessageView:
    """A message of the last 30 days: to which address (masked), and when. Its text is made when it is sent."""

    kind: str
    channel: str
    sent_to: str
    asked_at: str
    sent_at: str | None


@dataclass(frozen=True, slots=True)
class HeldFlowView:
    """A change that is, or was, under way."""

    flow_id: str
    kind: str
    status: str
    email: str
    mobile: str
    expires_at: str
    effective_at: str | None


@dataclass(frozen=True, slots=True)
class OwnDataView:
    """Everything that is held about a person, as of `at`."""

    at: str
    account: AccountView
    sessions: list[HeldSessionView]
    messages: list[HeldMessageView]
    activity: list[EventView]
    flows: list[HeldFlowView]


def own_data_view(data: OwnData, account: OwnAccount, language: str) -> OwnDataView:
    """What was read, as its owner may keep it."""
    return OwnDataView(
        at=instant(data.at),
        account=account_view(account, language),
        sessions=[_session_view(session) for session in data.sessions],
        messages=[_message_view(message) for message in data.messages],
        activity=[event_view(event, language) for event in data.events],
        flows=[
            HeldFlowView(
                flow.flow_id,
                flow.kind.value,
                flow.status.value,
                flow.contact.email,
                flow.contact.mobile,
                instant(flow.expires_at),
                instant(flow.effective_at) if flow.effective_at else None,
            )
            for flow in data.flows
        ],
    )


def _session_view(session: Session) -> HeldSessionView:
    return HeldSessionView(
        session.session_id,
        session.device,
        session.level.value,
        instant(session.signed_in_at),
        instant(session.last_used_at),
    )


def _message_view(message: OutboxMessage) -> HeldMessageView:
    masked = masked_email if message.channel is Channel.EMAIL else masked_mobile
    return HeldMessageView(
        message.kind.value,
        message.channel.value,
        masked(message.address),
        instant(message.asked_at),
        instant(message.sent_at) if message.sent_at else None,
    )
