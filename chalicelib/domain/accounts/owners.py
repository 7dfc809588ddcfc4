"""Owners: whoever a session, a limit or a line of the audit belongs to, a DGFT account or an ICEGATE account."""

from __future__ import annotations

from typing import NewType

from chalicelib.domain.accounts.account import Account
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.identifiers import folded

Owner = Account | IcegateAccount
# `account:<account id>` or `icegate:<folded ICEGATE ID>`.
OwnerKey = NewType("OwnerKey", str)


def account_key(account_id: str) -> OwnerKey:
    """The key of a DGFT account."""
    return OwnerKey(f"account:{account_id}")


def icegate_key(icegate_id: str) -> OwnerKey:
    """The key of an ICEGATE account."""
    return OwnerKey(f"icegate:{folded(icegate_id)}")


def owner_key(owner: Owner) -> OwnerKey:
    """The key of an owner."""
    return account_key(owner.account_id) if isinstance(owner, Account) else icegate_key(owner.icegate_id)


def username_of(owner: Owner) -> str:
    """The name that the owner signs in with, as they wrote it."""
    return owner.username if isinstance(owner, Account) else owner.icegate_id


def display_name(owner: Owner) -> str:
    """How the owner is greeted."""
    return owner.name if isinstance(owner, Account) else owner.legal_name
