"""Changing keys: a department's secrets are made or taken in, replaced with an overlap, and ended.

What is made here is told once, in the answer that makes it. What has to be read again is sealed before it is written;
of an issuing token the hash is kept alone. A key that was replaced works until the day that was said, so that the
other end may change in its own time.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain import sessions
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.departments.deciding import changed, demand_theirs, told
from chalicelib.domain.departments.departments import Department, DepartmentKey, KeyPurpose
from chalicelib.domain.departments.keys import DepartmentKeys, context_of, hash_of, new_api_key, new_token
from chalicelib.domain.ports import Clock, Store, Vault
from chalicelib.domain.refusals import Code, Refusal, invalid

# How long a replaced key may go on working: a rotation is an affair of days, not a second key for ever.
OVERLAP_AT_MOST = timedelta(days=90)
# Each is tried on every pull, so there are few: the new one, and those that it replaces one after another.
WORKING_AT_MOST = 3
# What ended longer ago than this is in the audit alone.
_KEPT = timedelta(days=90)
# What stands in a portal's field or a header: ASCII that is seen, no blank.
_GIVEN = re.compile(r"[!-~]{8,256}")
_IS_GIVEN = KeyPurpose.CLIENT_SECRET
_IS_HASHED = KeyPurpose.ISSUING_TOKEN


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key to be made. `secret` is what was given, None where it is to be made here.

    `old_until` (UTC): until when those that it replaces go on working; None ends them at once.
    """

    purpose: KeyPurpose
    api_id: str | None = None
    secret: str | None = None
    old_until: datetime | None = None

    def __repr__(self) -> str:
        return f"Wanted({self.purpose.value})"


@dataclass(frozen=True, slots=True)
class Made:
    """A key that was made. `secret` is told this once; None for one that was given."""

    key_id: str
    secret: str | None

    def __repr__(self) -> str:
        return f"Made({self.key_id!r})"


@dataclass(frozen=True, slots=True)
class KeyDesk:
    """The desk at which departments' keys are made and ended."""

    store: Store
    vault: Vault
    keys: DepartmentKeys
    clock: Clock

    def make(self, actor: Actor, department_id: str, wanted: Wanted, caller: Caller) -> Made:
        """Makes a key, or takes in the one that was given, in the place of those of its purpose (and endpoint).

        A given secret that is the newest already is that key; how long those before it go on working may be cut short
        so, never made longer. Raises `Refusal` `not_found`; `invalid_fields`:
        `required` or `api_unknown` (`api_id`), `required`, `secret_form` or `secret_not_taken` (`secret`),
        `instant_past` or `overlap_too_long` (`old_until`), `keys_too_many` (`purpose`). Raises `VaultUnavailable`.
        """
        department = demand_theirs(self.store, actor, department_id)
        now = self.clock()
        _demand_fit(department, wanted, now)
        there = self._there_already(department, wanted, now)
        if there is not None:
            return self._once_more(actor, department_id, there, wanted, caller)
        _demand_room(department, wanted, now)
        key_id, secret = sessions.new_id(), wanted.secret or _made(wanted.purpose, department_id)
        is_hashed = wanted.purpose is _IS_HASHED
        context = context_of(department_id, wanted.purpose, key_id)
        key = DepartmentKey(
            key_id=key_id,
            purpose=wanted.purpose,
            created_at=now,
            created_by=actor.key,
            api_id=wanted.api_id,
            sealed=None if is_hashed else self.vault.seal(context, secret.encode()),
            sha256=hash_of(secret) if is_hashed else None,
        )

        def change(before: Department, now: datetime) -> tuple[Department, Entry]:
            _demand_fit(before, wanted, now)
            _demand_room(before, wanted, now)
            kept = tuple(_replaced(one, wanted, now) for one in before.keys if not _is_forgotten(one, now))
            facts = {"key_id": key_id, "purpose": wanted.purpose.value}
            return replace(before, keys=(*kept, key)), told(Deed.DEPARTMENT_KEY_MADE, actor, before, facts)

        changed(self.store, self.clock, actor, department_id, caller, change)
        return Made(key_id, None if wanted.secret else secret)

    def end(self, actor: Actor, department_id: str, key_id: str, caller: Caller) -> Department:
        """Ends a key now; one that ended already stays as it is. Raises `Refusal` `not_found`."""

        def change(before: Department, now: datetime) -> tuple[Department, Entry]:
            found = next((one for one in before.keys if one.key_id == key_id), None)
            if found is None:
                raise Refusal(Code.NOT_FOUND)
            ended = replace(found, until=min(found.until or now, now))
            keys = tuple(ended if one.key_id == key_id else one for one in before.keys)
            facts = {"key_id": key_id, "purpose": found.purpose.value}
            return replace(before, keys=keys), told(Deed.DEPARTMENT_KEY_ENDED, actor, before, facts)

        return changed(self.store, self.clock, actor, department_id, caller, change)

    def _once_more(
        self, actor: Actor, department_id: str, there: DepartmentKey, wanted: Wanted, caller: Caller
    ) -> Made:
        """The key that is there, once those before it work no longer than is wanted now."""

        def change(before: Department, now: datetime) -> tuple[Department, Entry]:
            older = (one.created_at <= there.created_at and one.key_id != there.key_id for one in before.keys)
            keys = tuple(
                _replaced(one, wanted, now) if is_older else one
                for one, is_older in zip(before.keys, older, strict=True)
            )
            facts = {"key_id": there.key_id, "purpose": wanted.purpose.value}
            return replace(before, keys=keys), told(Deed.DEPARTMENT_KEY_MADE, actor, before, facts)

        changed(self.store, self.clock, actor, department_id, caller, change)
        return Made(there.key_id, None)

    def _there_already(self, department: Department, wanted: Wanted, now: datetime) -> DepartmentKey | None:
        """The newest key, where it holds the very secret that is given once more: the answer was lost."""
        if wanted.secret is None:
            return None
        working = department.working_keys(wanted.purpose, now, wanted.api_id)[:1]
        secrets = self.keys.secrets(department, wanted.purpose, wanted.api_id)[:1]
        is_same = [hmac.compare_digest(secret, wanted.secret.encode()) for secret in secrets]
        return working[0] if any(is_same) else None


def _demand_fit(department: Department, wanted: Wanted, now: datetime) -> None:
    troubles = {
        "api_id": _trouble_with_api(department, wanted),
        "secret": _trouble_with_secret(wanted),
        "old_until": _trouble_with_overlap(wanted, now),
    }
    wrong = {name: trouble for name, trouble in troubles.items() if trouble is not None}
    if wrong:
        raise invalid(**wrong)


def _demand_room(department: Department, wanted: Wanted, now: datetime) -> None:
    working = department.working_keys(wanted.purpose, now, wanted.api_id)
    if wanted.old_until is not None and len(working) >= WORKING_AT_MOST:
        raise invalid(purpose="keys_too_many")


def _trouble_with_api(department: Department, wanted: Wanted) -> str | None:
    if wanted.purpose is not KeyPurpose.PULL_API:
        return None if wanted.api_id is None else "api_not_wanted"
    if wanted.api_id is None:
        return "required"
    return "api_unknown" if department.pull_api(wanted.api_id) is None else None


def _trouble_with_secret(wanted: Wanted) -> str | None:
    if wanted.secret is None:
        return "required" if wanted.purpose is _IS_GIVEN else None
    if wanted.purpose is _IS_HASHED:
        return "secret_not_taken"
    return None if _GIVEN.fullmatch(wanted.secret) else "secret_form"


def _trouble_with_overlap(wanted: Wanted, now: datetime) -> str | None:
    if wanted.old_until is None:
        return None
    if wanted.old_until <= now:
        return "instant_past"
    return "overlap_too_long" if wanted.old_until > now + OVERLAP_AT_MOST else None


def _made(purpose: KeyPurpose, department_id: str) -> str:
    return new_token(department_id) if purpose is _IS_HASHED else new_api_key()


def _replaced(key: DepartmentKey, wanted: Wanted, now: datetime) -> DepartmentKey:
    """A key after another took its place: it works until the overlap's end, or until its own where that is sooner."""
    if (key.purpose, key.api_id) != (wanted.purpose, wanted.api_id):
        return key
    until = wanted.old_until or now
    return replace(key, until=min(key.until or until, until))


def _is_forgotten(key: DepartmentKey, now: datetime) -> bool:
    return key.until is not None and now >= key.until + _KEPT
