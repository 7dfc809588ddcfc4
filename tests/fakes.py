"""Fakes of the outside: they keep their port's promises in memory, and can be told to fail."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from threading import Lock

from chalicelib.domain import changes
from chalicelib.domain.changes import Change, ChangeRefused, StoreUnavailable
from chalicelib.domain.codes import ServerKey
from chalicelib.domain.contacts import Channel
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.icegate.registration import Registration
from chalicelib.domain.identifiers import Iec, folded
from chalicelib.domain.limits import Tries
from chalicelib.domain.notices import Notice, NoticeNotSent
from chalicelib.domain.ports import JourneysUnavailable, Woken
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
        self._icegate_ids: dict[str, IcegateAccount | Hold] = {}
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

    def icegate_id(self, folded_id: str) -> IcegateAccount | Hold | None:
        return self._icegate_ids.get(folded_id)

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

    def _holds(self, change: Change) -> bool:  # noqa: C901, PLR0911 - one case for each change
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
                found = self._icegate_ids.get(folded(hold.icegate_id))
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

    def _is_held_by(self, icegate_id: str, registration_id: str) -> bool:
        found = self._icegate_ids.get(folded(icegate_id))
        return isinstance(found, Hold) and found.registration_id == registration_id

    def _apply(self, change: Change, revision: str) -> None:  # noqa: C901 - one case for each change
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
                self._icegate_ids[folded(hold.icegate_id)] = hold
            case changes.ReleaseIcegateId(hold):
                del self._icegate_ids[folded(hold.icegate_id)]
            case changes.OpenAccount(account):
                self._icegate_ids[folded(account.icegate_id)] = account
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


class FakeJourneys:
    """`ports.Journeys`: remembers what was started and how each wait was woken; a wait is woken once."""

    def __init__(self) -> None:
        self.started: dict[str, int] = {}
        self.woken: dict[str, Mapping[str, str | int]] = {}
        self.is_available = True

    def start(self, registration_id: str, seconds_left: int) -> None:
        self._demand_available()
        self.started.setdefault(registration_id, seconds_left)

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
