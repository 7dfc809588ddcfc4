"""Deciding about a department: read it, change it, write it with its line of the audit on the version that was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor, demand_department
from chalicelib.domain.callers import Caller
from chalicelib.domain.departments.changes import WriteDepartment
from chalicelib.domain.departments.departments import Department, stream_of
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds


def demand_theirs(store: Store, actor: Actor, department_id: str) -> Department:
    """A department that the actor may see. Raises `Refusal` `not_found` for another's as for none."""
    demand_department(actor, department_id)
    found = store.department(department_id)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


def changed(
    store: Store,
    clock: Clock,
    actor: Actor,
    department_id: str,
    caller: Caller,
    change: Callable[[Department, datetime], tuple[Department, Entry]],
) -> Department:
    """The department after `change`, written with its entry; what is as it was is not written.

    Raises `Refusal` `not_found`, and whatever `change` raises.
    """

    def attempt() -> Department:
        now, before = clock(), demand_theirs(store, actor, department_id)
        after, entry = change(before, now)
        if after == before:
            return before
        lines = recorded(store, now, caller.request_id, entry)
        return replace(after, revision=store.write(WriteDepartment(after), *lines))

    return in_rounds(attempt)


def told(deed: Deed, actor: Actor, department: Department, facts: Mapping[str, str] | None = None) -> Entry:
    """What the audit says of a deed on a department."""
    return Entry(deed, actor.key, stream_of(department.department_id), facts=facts or {})
