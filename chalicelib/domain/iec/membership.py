"""Membership: which user of which IEC a login is; read at each request, so rights end the moment they are taken."""

from __future__ import annotations

from chalicelib.domain.authorisation import Actor
from chalicelib.domain.iec.user_rules import demand_active
from chalicelib.domain.iec.users import RIGHTS, IecUser, Right
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Code, Refusal


def acting(store: Store, actor: Actor, right: Right) -> IecUser:
    """The user of an IEC that the actor's login is, with this right; an expired link does not keep them from looking.

    Raises `Refusal` `not_linked`, or `not_permitted` while suspended or without the right.
    """
    user = demand_active(user_of(store, actor))
    if right not in RIGHTS[user.role]:
        raise Refusal(Code.NOT_PERMITTED)
    return user


def user_of(store: Store, actor: Actor) -> IecUser | None:
    """The user of an IEC that the actor's login is, whatever their status; None for no one's."""
    account_id = getattr(actor.owner, "account_id", None)
    membership = store.membership(account_id) if account_id is not None else None
    return store.iec_user(membership.iec, membership.user_id) if membership else None
