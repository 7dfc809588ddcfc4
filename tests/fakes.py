"""Fakes of the outside: they keep their port's promises in memory, and can be told to fail."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from threading import Lock

from chalicelib.domain import changes
from chalicelib.domain.accounts.account import Account, AccountName
from chalicelib.domain.accounts.flows import Flow
from chalicelib.domain.accounts.owners import Owner, OwnerKey
from chalicelib.domain.accounts.registration import AccountRegistration
from chalicelib.domain.audit import Event
from chalicelib.domain.changes import Change, ChangeRefused, StoreUnavailable
from chalicelib.domain.codes import ServerKey
from chalicelib.domain.contacts import Channel
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.icegate.registration import Registration
from chalicelib.domain.identifiers import Iec, folded
from chalicelib.domain.limits import Tries
from chalicelib.domain.notices import Notice, NoticeNotSent
from chalicelib.domain.outbox import OutboxMessage
from chalicelib.domain.ports import Journey, JourneysUnavailable, Woken
from chalicelib.domain.sessions import Session
from chalicelib.domain.temporary_passwords import TemporaryPassword


class FakeStore:
    """`ports.Store` in memory: all changes of a write or none, each under its condition."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._registrations: dict[str, Registration] = {}
        self._holders: dict[str, Holder] = {}
        self._temporary_passwords: dict[str, TemporaryPassword] = {}
        self._names: dict[str, IcegateAccount | Hold | AccountName] = {}
        self._accounts: dict[str, Account] = {}
        self._account_registrations: dict[str, AccountRegistration] = {}
        self._pointers: dict[str, tuple[str, datetime]] = {}
        self._flows: dict[str, Flow] = {}
        self._messages: dict[str, OutboxMessage] = {}
        self._events: dict[str, list[Event]] = {}
        self._tries: dict[str, tuple[Tries, datetime]] = {}
        self._counted: dict[str, int] = {}
        self._used: set[str] = set()
        self._sessions: dict[str, Session] = {}
        self.writes = 0
        self.lose_answers = 0

    def registration(self, registration_id: str) -> Registration | None:
        return self._registrations.get(registration_id)

    def holder(self, iec: Iec) -> Holder | None:
        return self._holders.get(iec)

    def temporary_password(self, iec: Iec) -> TemporaryPassword | None:
        return self._temporary_passwords.get(iec)

    def named(self, name: str) -> IcegateAccount | Hold | AccountName | None:
        return self._names.get(name)

    def account(self, account_id: str) -> Account | None:
        found = self._accounts.get(account_id)
        is_erased = found is not None and found.erase_at is not None and self._clock() >= found.erase_at
        return None if is_erased else found

    def owner(self, key: OwnerKey) -> Owner | None:
        kind, _, name = key.partition(":")
        if kind == "account":
            return self.account(name)
        found = self.named(name)
        return found if isinstance(found, IcegateAccount) else None

    def staff(self, authority: str) -> tuple[Account, ...]:
        found = [a for a in self._accounts.values() if a.post is not None and a.post.authority == authority]
        return tuple(sorted(found, key=lambda account: account.name))

    def account_registration(self, registration_id: str) -> AccountRegistration | None:
        return self._account_registrations.get(registration_id)

    def account_registration_of(self, pointer: str) -> AccountRegistration | None:
        registration_id, keep_until = self._pointers.get(pointer, ("", self._clock()))
        return self._account_registrations.get(registration_id) if self._clock() < keep_until else None

    def flow(self, flow_id: str) -> Flow | None:
        return self._flows.get(flow_id)

    def message(self, message_id: str) -> OutboxMessage | None:
        return self._messages.get(message_id)

    def due_messages(self, now: datetime, at_most: int) -> tuple[str, ...]:
        due = [(m.due_at, m.message_id) for m in self._messages.values() if m.due_at is not None and m.due_at <= now]
        return tuple(message_id for _, message_id in sorted(due)[:at_most])

    def messages_of(self, owner: OwnerKey) -> tuple[OutboxMessage, ...]:
        mine = [message for message in self._messages.values() if message.owner == owner]
        return tuple(sorted(mine, key=lambda message: message.asked_at, reverse=True))

    def audit_head(self, stream: str) -> Event | None:
        return self._events.get(stream, [None])[-1]

    def audit_events(self, stream: str) -> Iterator[Event]:
        yield from list(self._events.get(stream, []))

    def latest_events(self, stream: str, at_most: int, before: int | None = None) -> tuple[Event, ...]:
        events = [e for e in self._events.get(stream, []) if before is None or e.sequence < before]
        return tuple(events[::-1][:at_most])

    def sessions_of(self, owner: OwnerKey) -> tuple[Session, ...]:
        return tuple(session for session in self._sessions.values() if session.owner == owner)

    def tries(self, key: str) -> Tries:
        tries, keep_until = self._tries.get(key, (Tries(key), self._clock()))
        return tries if self._clock() < keep_until else Tries(key, revision=tries.revision)

    def session(self, token_hash: str) -> Session | None:
        return self._sessions.get(token_hash)

    def end_session(self, token_hash: str) -> None:
        self._sessions.pop(token_hash, None)

    def holders(self) -> Iterator[Holder]:
        yield from list(self._holders.values())

    def put_holder(self, holder: Holder) -> None:
        self._holders[holder.iec] = holder

    def write(self, *asked: Change) -> str:
        revision = secrets.token_hex(8)
        with self._lock:
            for change in asked:
                if not self._holds(change):
                    raise ChangeRefused(change)
            for change in asked:
                self._apply(change, revision)
            self.writes += 1
        if self.lose_answers:
            self.lose_answers -= 1
            raise StoreUnavailable
        return revision

    def _holds(self, change: Change) -> bool:  # noqa: C901, PLR0911, PLR0912 - one case for each change
        match change:
            case changes.WriteRegistration(registration):
                stored = self._registrations.get(registration.registration_id)
                return registration.revision == (stored.revision if stored else None)
            case changes.CountUp(counter):
                return self._counted.get(counter.key, 0) < counter.limit
            case changes.WriteTries(tries, _):
                return tries.revision == self._tries.get(tries.key, (Tries(tries.key), None))[0].revision
            case changes.UseOnce(key, _):
                return key not in self._used
            case changes.HoldIcegateId(hold, now):
                found = self._names.get(folded(hold.icegate_id))
                return found is None or (isinstance(found, Hold) and (found.until <= now or found.iec == hold.iec))
            case changes.ReleaseIcegateId(hold):
                return self._is_held_by(hold.icegate_id, hold.registration_id)
            case changes.OpenAccount(account):
                return self._is_held_by(account.icegate_id, account.registration_id)
            case changes.PointToRegistration(iec, _):
                return iec in self._temporary_passwords
            case changes.UseTemporaryPassword(iec, _):
                known = self._temporary_passwords.get(iec)
                return known is not None and known.used_at is None
            case changes.WriteTemporaryPassword(temporary):
                kept = self._temporary_passwords.get(temporary.iec)
                return temporary.revision == (kept.revision if kept else None)
            case changes.WriteSession(session):
                opened = self._sessions.get(session.token_hash)
                return session.revision == (opened.revision if opened else None)
            case changes.EndSession(session):
                ending = self._sessions.get(session.token_hash)
                return ending is not None and ending.revision == session.revision
            case changes.WriteOwner(owner):
                return self._owner_is_unchanged(owner)
            case changes.TakeName(name, now):
                taken = self._names.get(name.name)
                return taken is None or (isinstance(taken, Hold) and taken.until <= now)
            case changes.ReleaseName(name):
                return self._names.get(name.name) == name
            case changes.WriteAccountRegistration(account_registration):
                before = self._account_registrations.get(account_registration.registration_id)
                return account_registration.revision == (before.revision if before else None)
            case changes.PointToAccountRegistration():
                return True
            case changes.WriteFlow(flow):
                flowing = self._flows.get(flow.flow_id)
                return flow.revision == (flowing.revision if flowing else None)
            case changes.WriteMessage(message):
                asked = self._messages.get(message.message_id)
                return message.revision == (asked.revision if asked else None)
            case changes.AppendEvent(event):
                return event.sequence == len(self._events.get(event.stream, [])) + 1

    def _owner_is_unchanged(self, owner: Owner) -> bool:
        if isinstance(owner, Account):
            account = self._accounts.get(owner.account_id)
            return owner.revision == (account.revision if account else None)
        named = self._names.get(folded(owner.icegate_id))
        return isinstance(named, IcegateAccount) and named.revision == owner.revision

    def _is_held_by(self, icegate_id: str, registration_id: str) -> bool:
        found = self._names.get(folded(icegate_id))
        return isinstance(found, Hold) and found.registration_id == registration_id

    def _apply(self, change: Change, revision: str) -> None:  # noqa: C901, PLR0912 - one case for each change
        match change:
            case changes.WriteRegistration(registration):
                self._registrations[registration.registration_id] = replace(registration, revision=revision)
            case changes.CountUp(counter):
                self._counted[counter.key] = self._counted.get(counter.key, 0) + 1
            case changes.WriteTries(tries, keep_until):
                self._tries[tries.key] = (replace(tries, revision=revision), keep_until)
            case changes.UseOnce(key, _):
                self._used.add(key)
            case changes.HoldIcegateId(hold, _):
                self._names[folded(hold.icegate_id)] = hold
            case changes.ReleaseIcegateId(hold):
                del self._names[folded(hold.icegate_id)]
            case changes.OpenAccount(account):
                self._names[folded(account.icegate_id)] = replace(account, revision=revision)
            case changes.PointToRegistration(iec, registration_id):
                kept = self._temporary_passwords[iec]
                self._temporary_passwords[iec] = replace(kept, registration_id=registration_id, revision=revision)
            case changes.UseTemporaryPassword(iec, now):
                kept = self._temporary_passwords[iec]
                self._temporary_passwords[iec] = replace(kept, used_at=now, revision=revision)
            case changes.WriteTemporaryPassword(temporary):
                self._temporary_passwords[temporary.iec] = replace(temporary, revision=revision)
            case changes.WriteSession(session):
                self._sessions[session.token_hash] = replace(session, revision=revision)
            case changes.EndSession(session):
                del self._sessions[session.token_hash]
            case changes.WriteOwner(Account() as account):
                self._accounts[account.account_id] = replace(account, revision=revision)
            case changes.WriteOwner(IcegateAccount() as account):
                self._names[folded(account.icegate_id)] = replace(account, revision=revision)
            case changes.TakeName(name, _):
                self._names[name.name] = name
            case changes.ReleaseName(name):
                del self._names[name.name]
            case changes.WriteAccountRegistration(made):
                self._account_registrations[made.registration_id] = replace(made, revision=revision)
            case changes.PointToAccountRegistration(key, registration_id, keep_until):
                self._pointers[key] = (registration_id, keep_until)
            case changes.WriteFlow(flow):
                self._flows[flow.flow_id] = replace(flow, revision=revision)
            case changes.WriteMessage(message):
                self._messages[message.message_id] = replace(message, revision=revision)
            case changes.AppendEvent(event):
                self._events.setdefault(event.stream, []).append(event)


class FakeJourneys:
    """`ports.Journeys`: remembers what was started and how each wait was woken; a wait is woken once."""

    def __init__(self) -> None:
        self.started: dict[str, int] = {}
        self.journeys: dict[str, Journey] = {}
        self.woken: dict[str, Mapping[str, str | int]] = {}
        self.is_available = True

    def start(self, journey: Journey, journey_id: str, seconds_left: int) -> None:
        self._demand_available()
        self.journeys.setdefault(journey_id, journey)
        self.started.setdefault(journey_id, seconds_left)

    def wake(self, task_token: str, message: Mapping[str, str | int]) -> Woken:
        self._demand_available()
        if task_token in self.woken:
            return Woken.WAITS_NO_MORE
        self.woken[task_token] = message
        return Woken.AWAKE

    def _demand_available(self) -> None:
        if not self.is_available:
            raise JourneysUnavailable


class FakeMessenger:
    """`notices.Messenger`: keeps what was sent; channels in `broken` take nothing."""

    def __init__(self) -> None:
        self.sent: list[Notice] = []
        self.broken: set[Channel] = set()

    def send(self, notice: Notice) -> str:
        if notice.channel in self.broken:
            raise NoticeNotSent(f"{notice.kind.value}.{notice.channel.value}")
        self.sent.append(notice)
        return str(len(self.sent))

    def last_code(self, channel: Channel) -> str:
        return next(n.values["code"] for n in reversed(self.sent) if n.channel is channel and "code" in n.values)


class FakeKeyring:
    """`ports.Keyring`: one key, until `rotate`."""

    def __init__(self) -> None:
        self._keys = [ServerKey("first", b"\x01" * 32)]

    def current(self) -> ServerKey:
        return self._keys[-1]

    def by_id(self, key_id: str) -> ServerKey:
        return {key.key_id: key for key in self._keys}[key_id]

    def rotate(self) -> None:
        self._keys.append(ServerKey(f"key{len(self._keys)}", bytes([len(self._keys) + 1]) * 32))

    def withdraw_oldest(self) -> None:
        del self._keys[0]
