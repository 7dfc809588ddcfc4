"""A mobile that is being replaced: every step of it, as pure functions.

Who proved themselves by an email code alone waits 24 hours for a new mobile (ADR 25). The new number is taken at once,
so that nobody else can have it meanwhile; everything goes to the old one until the day.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from chalicelib.domain import codes, outbox
from chalicelib.domain.accounts.account import Account, AccountName, names_of
from chalicelib.domain.accounts.changed_contacts import renamed, with_mobile
from chalicelib.domain.accounts.flows import COOLING, Flow, FlowStatus
from chalicelib.domain.accounts.owners import Owner, OwnerKey, owner_key
from chalicelib.domain.accounts.telling import told
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.changes import Change, ReleaseName, TakeName, WriteFlow, WriteMessage, WriteOwner
from chalicelib.domain.codes import Purpose, ServerKey
from chalicelib.domain.contacts import Channel
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Store


def pending(store: Store, owner: Owner) -> Flow | None:
    """The replacement that waits for its day, if there is one. One read where a replacement was ever asked for."""
    flow = store.flow(owner.replacement_id) if owner.replacement_id is not None else None
    return flow if flow is not None and flow.status is FlowStatus.WAITING else None


def stop_entry(actor: str, on: OwnerKey, device: str) -> Entry:
    """The audit's word that a replacement was stopped. `actor` is nobody where only the old mobile's code was shown."""
    return Entry(Deed.MOBILE_REPLACEMENT_STOPPED, actor, on, facts={"device": device})


def waiting(flow: Flow, owner: Owner, key: ServerKey, now: datetime) -> tuple[Flow, tuple[Change, ...]]:
    """The replacement once the new mobile's code was right: it waits its day, and the old addresses are told.

    The old mobile's message carries the code that stops it.
    """
    effective_at = now + COOLING
    nonce = secrets.token_bytes(codes.NONCE_BYTES)
    stop = codes.asked(Purpose.MOBILE_REPLACEMENT_STOP, (Channel.MOBILE,), key.key_id, nonce, effective_at, now)
    waits = replace(
        flow,
        status=FlowStatus.WAITING,
        effective_at=effective_at,
        old_contact=owner.contact,
        stop_challenge=stop,
    )
    kind, mine = NoticeKind.MOBILE_REPLACEMENT_ASKED, owner_key(owner)
    to_old_mobile = outbox.message(kind, Channel.MOBILE, owner.contact, owner.language, now, owner=mine, challenge=stop)
    return waits, (
        *(TakeName(name, now) for name in _new_name(flow, owner)),
        WriteOwner(replace(owner, replacement_id=flow.flow_id)),
        WriteMessage(to_old_mobile),
        *told(kind, owner, now, None, Channel.EMAIL),
    )


def applied(flow: Flow, owner: Owner, now: datetime) -> tuple[Change, ...]:
    """The changes of the day on which the new mobile takes the old one's place: all three addresses are told."""
    confirmed_at = flow.challenge.used_at or now
    after = replace(with_mobile(owner, flow.contact.mobile, confirmed_at), replacement_id=None)
    # The new number's name was taken when the wait began.
    gone = tuple(change for change in renamed(owner, after, now) if isinstance(change, ReleaseName))
    return (
        WriteFlow(replace(flow, status=FlowStatus.DONE)),
        WriteOwner(after),
        *gone,
        *told(NoticeKind.MOBILE_REPLACED, owner, now, None, Channel.MOBILE),
        *told(NoticeKind.MOBILE_REPLACED, after, now),
    )


def stopped(flow: Flow, owner: Owner | None, now: datetime) -> tuple[Change, ...]:
    """The changes that stop a replacement which waits: the new number is free again, both old addresses are told.

    The owner's record goes on naming the flow, so that a repeated request finds what the first one did.
    """
    over = WriteFlow(replace(flow, status=FlowStatus.STOPPED))
    if owner is None:
        return (over,)
    return (
        over,
        *(ReleaseName(name) for name in _new_name(flow, owner)),
        *told(NoticeKind.MOBILE_REPLACEMENT_STOPPED, owner, now),
    )


def _new_name(flow: Flow, owner: Owner) -> tuple[AccountName, ...]:
    """The new number's name, where the owner has such names and not this one already."""
    if not isinstance(owner, Account):
        return ()
    name = AccountName(flow.contact.mobile.lower(), owner.account_id)
    return () if name in names_of(owner) else (name,)
