"""Parting: what becomes of a login's place among an IEC's users when its account is closed.

An owner stays until they have left under signature or handed ownership on; so the last owner never goes unnoticed.
Everybody else goes with the account: giving rights up takes nothing from anybody.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.closing import Partings, Tie, TieKind, Ties
from chalicelib.domain.changes import Change, ReleaseMembership, WriteIecUser
from chalicelib.domain.iec.users import IecRole, IecUser, IecUserStatus
from chalicelib.domain.ports import Store


def link_ties(store: Store) -> Ties:
    """What ties an account to an IEC that it owns."""

    def ties(account: Account) -> tuple[Tie, ...]:
        user = _user_of(store, account)
        is_owner = user is not None and user.role is IecRole.OWNER and user.status is IecUserStatus.ACTIVE
        return (Tie(TieKind.IEC_LINK, user.iec),) if user is not None and is_owner else ()

    return ties


def partings(store: Store) -> Partings:
    """What closing an account writes of the IEC that it is of; an offer of ownership to it ends."""

    def changes(account: Account) -> tuple[Change, ...]:
        membership, user = store.membership(account.account_id), _user_of(store, account)
        if membership is None or user is None:
            return ()
        offering = [owner for owner in store.iec_users(user.iec) if owner.offered_to == user.user_id]
        return (
            WriteIecUser(replace(user, status=IecUserStatus.REMOVED)),
            *(WriteIecUser(replace(owner, offered_to=None, offer_signing_id=None)) for owner in offering),
            ReleaseMembership(membership),
        )

    return changes


def _user_of(store: Store, account: Account) -> IecUser | None:
    membership = store.membership(account.account_id)
    return store.iec_user(membership.iec, membership.user_id) if membership else None
