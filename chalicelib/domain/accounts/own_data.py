"""Own data: everything that is held about a signed-in person (DPDP Act, s. 11). No hash, secret or token is in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.accounts.flows import Flow
from chalicelib.domain.accounts.owners import Owner, OwnerKey
from chalicelib.domain.audit import Deed, Entry, Event
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.digilocker.consents import Consent
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.icegate.full_registrations import FullRegistration
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

    `iec_user` is their place among an IEC's users; `signings`, every document that they handed a signature in for,
    the newest first, whatever became of it and whichever IEC it was about; `full_registration` is the one that an
    ICEGATE registrant opened last; `consents`, all that were given for DigiLocker, the newest first.
    """

    at: datetime
    owner: Owner
    sessions: tuple[Session, ...]
    messages: tuple[OutboxMessage, ...]
    events: tuple[Event, ...]
    flows: tuple[Flow, ...]
    iec_user: IecUser | None = None
    signings: tuple[Signing, ...] = ()
    full_registration: FullRegistration | None = None
    consents: tuple[Consent, ...] = ()


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
        events = tuple(self.store.audit_events(actor.key))
        return OwnData(
            at=now,
            owner=owner,
            sessions=self.store.sessions_of(actor.key),
            messages=self.store.messages_of(actor.key),
            events=events,
            flows=(flow,) if flow is not None else (),
            iec_user=user,
            signings=self._signings(actor.key, events),
            full_registration=self._full_registration(owner),
            consents=self.store.consents_of(actor.key),
        )

    def _full_registration(self, owner: Owner) -> FullRegistration | None:
        registration_id = owner.full_registration_id if isinstance(owner, IcegateAccount) else None
        return self.store.full_registration(registration_id) if registration_id is not None else None

    def _signings(self, owner: OwnerKey, events: Iterable[Event]) -> tuple[Signing, ...]:
        """The owner's signings that the audit names: each that was judged is in it."""
        named = dict.fromkeys(event.facts["signing"] for event in events if "signing" in event.facts)
        found = [signing for signing in map(self.store.signing, named) if signing is not None]
        mine = (signing for signing in found if signing.owner == owner)
        return tuple(sorted(mine, key=lambda signing: signing.created_at, reverse=True))
