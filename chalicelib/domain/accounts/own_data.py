"""Own data: everything that is held about a signed-in person (DPDP Act, s. 11). No hash, secret or token is in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from chalicelib.domain.digilocker.fetches import Fetch
    from chalicelib.domain.digilocker.own_documents import OwnDocument

# A visit to DigiLocker is stored for a week, and a little longer where the store's clearing is late.
_VISITS_OF = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class OwnData:
    """What is held about an owner at `at`: the record, sessions, messages, the audit's stream, the flow it names.

    `iec_user` is their place among an IEC's users; `signings`, every document that they handed a signature in for,
    the newest first, whatever became of it and whichever IEC it was about; `full_registration` is the one that an
    ICEGATE registrant opened last; `consents`, all that were given for DigiLocker, the newest first; `fetches`, the
    visits to DigiLocker that are still stored, a week each; `documents`, what came of them.
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
    fetches: tuple[Fetch, ...] = ()
    documents: tuple[OwnDocument, ...] = ()


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
            fetches=self._fetches(actor.key, events, now - _VISITS_OF),
            documents=self.store.own_documents_of(actor.key),
        )

    def _fetches(self, owner: OwnerKey, events: Iterable[Event], since: datetime) -> tuple[Fetch, ...]:
        """The owner's visits to DigiLocker that the audit names: each that was begun is in it."""
        late = (event for event in events if event.at >= since)
        named = dict.fromkeys(event.facts["fetch"] for event in late if "fetch" in event.facts)
        found = [fetch for fetch in map(self.store.fetch, named) if fetch is not None and fetch.owner == owner]
        return tuple(sorted(found, key=lambda fetch: fetch.opened_at, reverse=True))

    def _full_registration(self, owner: Owner) -> FullRegistration | None:
        registration_id = owner.full_registration_id if isinstance(owner, IcegateAccount) else None
        return self.store.full_registration(registration_id) if registration_id is not None else None

    def _signings(self, owner: OwnerKey, events: Iterable[Event]) -> tuple[Signing, ...]:
        """The owner's signings that the audit names: each that was judged is in it."""
        named = dict.fromkeys(event.facts["signing"] for event in events if "signing" in event.facts)
        found = [signing for signing in map(self.store.signing, named) if signing is not None]
        mine = (signing for signing in found if signing.owner == owner)
        return tuple(sorted(mine, key=lambda signing: signing.created_at, reverse=True))
