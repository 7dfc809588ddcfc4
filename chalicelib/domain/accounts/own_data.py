"""Own data: everything that is held about a signed-in person (DPDP Act, s. 11). No hash, secret or token is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.accounts.flows import Flow
from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.audit import Deed, Entry, Event
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.outbox import OutboxMessage
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class OwnData:
    """What is held about an owner at `at`: the record, sessions, messages, the audit's stream, the flow it names."""

    at: datetime
    owner: Owner
    sessions: tuple[Session, ...]
    messages: tuple[OutboxMessage, ...]
    events: tuple[Event, ...]
    flows: tuple[Flow, ...]


@dataclass(frozen=True, slots=True)
class OwnDataDesk:
    """Hands people their own data."""

    store: Store
    clock: Clock

    def handed_out(self, actor: Actor, caller: Caller) -> OwnData:
        """Everything that is held about the actor; that it was handed out is written down, and is part of it."""
        now, entry = self.clock(), Entry(Deed.DATA_DOWNLOADED, actor.key, actor.key, facts={"device": caller.device})
        in_rounds(lambda: self.store.write(*recorded(self.store, now, caller.request_id, entry)))
        owner = actor.owner
        flow = self.store.flow(owner.replacement_id) if owner.replacement_id is not None else None
        return OwnData(
            at=now,
            owner=owner,
            sessions=self.store.sessions_of(actor.key),
            messages=self.store.messages_of(actor.key),
            events=tuple(self.store.audit_events(actor.key)),
            flows=(flow,) if flow is not None else (),
        )
