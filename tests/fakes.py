"""Fakes of the outside: they keep their port's promises in memory, and can be told to fail."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
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
from chalicelib.domain.ports import (
    DocumentChanged,
    DocumentState,
    DocumentsUnavailable,
    Journey,
    JourneysUnavailable,
    UploadForm,
    VaultUnavailable,
    Woken,
)
from chalicelib.domain.sealing import SealBroken
from chalicelib.domain.sessions import Session
from chalicelib.domain.temporary_passwords import TemporaryPassword
from tests.fake_departments import FakeDepartmentReads, FakeDigiLockerReads
from tests.fake_signatures import FakeSignatureReads, user_key
from tests.fake_writes import FakeWrite, over

Named = IcegateAccount | Hold | AccountName | None


_CHANGES_AT_MOST = 100


class FakeStore(FakeSignatureReads, FakeDepartmentReads, FakeDigiLockerReads):
    """`ports.Store` in memory: all changes of a write or none, each under its condition."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
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
        self._events: dict[str, Event] = {}
        self._tries: dict[str, tuple[Tries, datetime]] = {}
        self._counted: dict[str, int] = {}
        self._used: dict[str, bool] = {}
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

    def dscs_due(self, before: datetime) -> Iterator[IcegateAccount]:
        for named in list(self._names.values()):
            dsc = named.dsc if isinstance(named, IcegateAccount) else None
            if isinstance(named, IcegateAccount) and dsc and dsc.reminded_at is None and dsc.expires_at < before:
                yield named

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
        found = [a.account_id for a in list(self._accounts.values()) if a.post and a.post.authority == authority]
        accounts = [account for account in map(self.account, found) if account is not None]
        return tuple(sorted(accounts, key=lambda account: account.name))

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
        due = [(m.due_at, m.message_id) for m in list(self._messages.values()) if m.due_at and m.due_at <= now]
        return tuple(message_id for _, message_id in sorted(due)[:at_most])

    def messages_of(self, owner: OwnerKey) -> tuple[OutboxMessage, ...]:
        mine = [message for message in list(self._messages.values()) if message.owner == owner]
        return tuple(sorted(mine, key=lambda message: message.asked_at, reverse=True))

    def audit_head(self, stream: str) -> Event | None:
        return next(iter(self.latest_events(stream, 1)), None)

    def audit_events(self, stream: str) -> Iterator[Event]:
        yield from reversed(self.latest_events(stream, len(self._events)))

    def latest_events(self, stream: str, at_most: int, before: int | None = None) -> tuple[Event, ...]:
        events = [event for event in list(self._events.values()) if event.stream == stream]
        earlier = [event for event in events if before is None or event.sequence < before]
        return tuple(sorted(earlier, key=lambda event: event.sequence, reverse=True)[:at_most])

    def sessions_of(self, owner: OwnerKey) -> tuple[Session, ...]:
        return tuple(session for session in list(self._sessions.values()) if session.owner == owner)

    def tries(self, key: str) -> Tries:
        tries, keep_until = self._tries.get(key, (Tries(key), self._clock()))
        return tries if self._clock() < keep_until else Tries(key, revision=tries.revision)

    def session(self, token_hash: str) -> Session | None:
        return self._sessions.get(token_hash)

    def holders(self) -> Iterator[Holder]:
        yield from list(self._holders.values())

    def put_holder(self, holder: Holder) -> None:
        self._holders[holder.iec] = holder

    def write(self, *asked: Change) -> str:
        revision = secrets.token_hex(8)
        if len(asked) > _CHANGES_AT_MOST:
            raise ValueError("DynamoDB takes no more than 100 changes in one write")
        with self._lock:
            writes = [self._write_of(change, revision) for change in asked]
            if len({(id(write.table), write.key) for write in writes}) < len(writes):
                raise ValueError("DynamoDB takes no two changes of one item in one write")
            for change, write in zip(asked, writes, strict=True):
                if not write.holds:
                    raise ChangeRefused(change)
            for write in writes:
                write.make()
            self.writes += 1
        if self.lose_answers:
            self.lose_answers -= 1
            raise StoreUnavailable
        return revision

    def _write_of(self, change: Change, revision: str) -> FakeWrite:  # noqa: C901, PLR0911, PLR0912 - one for each change
        match change:
            case changes.WriteRegistration(made):
                return over(self._registrations, made.registration_id, made, revision)
            case changes.CountUp(counter):
                counted = self._counted.get(counter.key, 0)
                return FakeWrite(self._counted, counter.key, counted < counter.limit, counted + 1)
            case changes.WriteTries(tries, keep_until):
                known, _ = self._tries.get(tries.key, (Tries(tries.key), None))
                written = (replace(tries, revision=revision), keep_until)
                return FakeWrite(self._tries, tries.key, tries.revision == known.revision, written)
            case changes.UseOnce(key, _):
                return FakeWrite(self._used, key, key not in self._used, value=True)
            case changes.PointToRegistration(iec, registration_id):
                kept = self._temporary_passwords.get(iec)
                pointing = kept and replace(kept, registration_id=registration_id, revision=revision)
                return FakeWrite(self._temporary_passwords, iec, kept is not None, pointing)
            case changes.UseTemporaryPassword(iec, now):
                kept = self._temporary_passwords.get(iec)
                used = kept and replace(kept, used_at=now, revision=revision)
                return FakeWrite(self._temporary_passwords, iec, kept is not None and kept.used_at is None, used)
            case changes.WriteTemporaryPassword(temporary):
                return over(self._temporary_passwords, temporary.iec, temporary, revision)
            case changes.WriteSession(session):
                return over(self._sessions, session.token_hash, session, revision)
            case changes.EndSession(session):
                known_one = self._sessions.get(session.token_hash)
                holds = known_one is not None and known_one.revision == session.revision
                return FakeWrite(self._sessions, session.token_hash, holds, None)
            case changes.WriteOwner(Account() as account):
                return over(self._accounts, account.account_id, account, revision)
            case changes.WriteAccountRegistration(opened):
                return over(self._account_registrations, opened.registration_id, opened, revision)
            case changes.PointToAccountRegistration(key, registration_id, keep_until):
                return FakeWrite(self._pointers, key, holds=True, value=(registration_id, keep_until))
            case changes.WriteFlow(flow):
                return over(self._flows, flow.flow_id, flow, revision)
            case changes.WriteMessage(message):
                return over(self._messages, message.message_id, message, revision)
            case changes.AppendEvent(event):
                key = f"{event.stream} {event.sequence}"
                return FakeWrite(self._events, key, key not in self._events, event)
            case _:
                return (
                    self._write_of_signatures(change, revision)
                    or self.write_of_departments(change, revision)
                    or self.write_of_digilocker(change, revision)
                    or self._write_of_name(change, revision)
                )

    def _write_of_signatures(self, change: Change, revision: str) -> FakeWrite | None:  # noqa: PLR0911 - as above
        match change:
            case changes.WriteSigning(signing):
                return over(self._signings, signing.signing_id, signing, revision)
            case changes.WriteIecUser(user):
                return over(self._iec_users, user_key(user.iec, user.user_id), user, revision)
            case changes.TakeMembership(membership):
                known = self._memberships.get(membership.account_id)
                return FakeWrite(self._memberships, membership.account_id, known in (None, membership), membership)
            case changes.ReleaseMembership(membership):
                holds = self._memberships.get(membership.account_id) == membership
                return FakeWrite(self._memberships, membership.account_id, holds, None)
            case changes.WriteFullRegistration(registration):
                return over(self._full_registrations, registration.registration_id, registration, revision)
            case changes.WriteCrlState(state):
                return over(self._crl_states, state.source_id, state, revision)
        return None

    def _write_of_name(self, change: Change, revision: str) -> FakeWrite:
        names, name = self._names, _name_in(change)
        known = names.get(name)
        match change:
            case changes.HoldIcegateId(hold, now):
                is_own = isinstance(known, Hold) and known.iec == hold.iec
                return FakeWrite(names, name, is_own or _is_free(known, now), hold)
            case changes.ReleaseIcegateId(hold):
                return FakeWrite(names, name, _is_held_by(known, hold.registration_id), None)
            case changes.OpenAccount(account):
                value = replace(account, revision=revision)
                return FakeWrite(names, name, _is_held_by(known, account.registration_id), value)
            case changes.WriteOwner(IcegateAccount() as account):
                holds = isinstance(known, IcegateAccount) and known.revision == account.revision
                return FakeWrite(names, name, holds, replace(account, revision=revision))
            case changes.TakeName(taken, now):
                return FakeWrite(names, name, _is_of(known, taken.account_id) or _is_free(known, now), taken)
            case changes.ReleaseName(taken):
                return FakeWrite(names, name, _is_of(known, taken.account_id), None)
        raise TypeError(type(change).__name__)


def _name_in(change: Change) -> str:
    match change:
        case changes.HoldIcegateId(hold) | changes.ReleaseIcegateId(hold):
            return folded(hold.icegate_id)
        case changes.OpenAccount(account) | changes.WriteOwner(IcegateAccount() as account):
            return folded(account.icegate_id)
        case changes.TakeName(name) | changes.ReleaseName(name):
            return name.name
    raise TypeError(type(change).__name__)


def _is_free(known: Named, now: datetime) -> bool:
    return known is None or (not isinstance(known, IcegateAccount) and known.until is not None and known.until <= now)


def _is_of(known: Named, account_id: str) -> bool:
    return isinstance(known, AccountName) and known.account_id == account_id


def _is_held_by(known: Named, registration_id: str) -> bool:
    return isinstance(known, Hold) and known.registration_id == registration_id


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


class FakeDocuments:
    """`ports.Documents`: what was put, by key; `upload` does what a browser does with a form. Can be unavailable."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self.is_available = True

    def put(self, key: str, content: bytes, content_type: str) -> None:
        self._demand_available()
        self.kept[key] = content
        self.types[key] = content_type

    def get(self, key: str, at_most: int) -> bytes:
        self._demand_available()
        if key not in self.kept:
            raise DocumentsUnavailable(key)
        if len(self.kept[key]) > at_most:
            raise ValueError(key)
        return self.kept[key]

    def state(self, key: str) -> DocumentState:
        content = self.get(key, 1 << 40)
        return DocumentState(len(content), hashlib.sha256(content).hexdigest())

    def is_there(self, key: str) -> bool:
        self._demand_available()
        return key in self.kept

    def part(self, key: str, start: int, end: int, mark: str) -> bytes:
        if end > start and self.state(key).mark != mark:
            raise DocumentChanged(key)
        return self.get(key, 1 << 40)[start:end]

    def upload_form(self, key: str, content_type: str, at_most: int, now: datetime) -> UploadForm:
        fields = {"key": key, "Content-Type": content_type, "at_most": str(at_most)}
        return UploadForm("https://documents.example/", fields, now + timedelta(minutes=10))

    def upload(self, form: UploadForm, content: bytes) -> None:
        if not 1 <= len(content) <= int(form.fields["at_most"]):
            raise ValueError(form.fields["key"])
        self.put(form.fields["key"], content, form.fields["Content-Type"])

    def remove(self, key: str) -> None:
        self._demand_available()
        self.kept.pop(key, None)
        self.types.pop(key, None)

    def remove_folder(self, folder: str) -> None:
        self._demand_available()
        for key in [one for one in self.kept if one.startswith(folder)]:
            self.remove(key)

    def download_url(self, key: str, file_name: str) -> str:
        return f"https://documents.example/{key}?as={file_name}"

    def _demand_available(self) -> None:
        if not self.is_available:
            raise DocumentsUnavailable


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


class FakeVault:
    """`ports.Vault`: what it sealed opens again, for the same context alone; can be unavailable."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, bytes]] = {}
        self.is_available = True

    def seal(self, context: str, secret: bytes) -> str:
        self._demand_available()
        sealed = f"sealed.{secrets.token_hex(8)}"
        self._kept[sealed] = (context, secret)
        return sealed

    def opened(self, context: str, sealed: str) -> bytes:
        self._demand_available()
        of, secret = self._kept.get(sealed, ("", b""))
        if sealed not in self._kept or of != context:
            raise SealBroken
        return secret

    def _demand_available(self) -> None:
        if not self.is_available:
            raise VaultUnavailable
