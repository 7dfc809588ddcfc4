"""Own data: everything that is held about a signed-in person (DPDP Act, s. 11). No hash, secret or token is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.accounts.flows import Flow
from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.audit import Deed, Entry, Event
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.iec.membership import user_of
from chalicelib.domain.iec.users import IecUser
from chalicelib.domain.outbox import OutboxMessage
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.sessions import Session
from chalicelib.domain.signatures.signings import Signing


@dataclass(frozen=True, slots=True)
class OwnData:
    """What is held about an owner at `at`: the record, sessions, messages, the audit's stream, the flow it names.

    `iec_user` is their place among an IEC's users; `signings`, what they signed, or began to, about that IEC.
    """

    at: datetime
    owner: Owner
    sessions: tuple[Session, ...]
    messages: tuple[OutboxMessage, ...]
    events: tuple[Event, ...]
    flows: tuple[Flow, ...]
    iec_user: IecUser | None = None
    signings: tuple[Signing, ...] = ()


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
        user = user_of(self.store, actor)
        signings = self.store.signings_of_iec(user.iec) if user is not None else ()
        return OwnData(
            at=now,
            owner=owner,
            sessions=self.store.sessions_of(actor.key),
            messages=self.store.messages_of(actor.key),
            events=tuple(self.store.audit_events(actor.key)),
            flows=(flow,) if flow is not None else (),
            iec_user=user,
            signings=tuple(signing for signing in signings if signing.owner == actor.key),
        )
