"""Finding an owner by what somebody who is not signed in typed: the same reads, whoever has the name."""

from __future__ import annotations

from chalicelib.domain.accounts.account import AccountName
from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.identifiers import parse_mobile
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import FieldProblem

_NOBODYS = "none"


def typed_name(typed: str) -> str:
    """A name as it is looked up: folded, without the blanks around it."""
    return typed.strip().lower()


def owner_named(store: Store, name: str) -> Owner | None:
    """Whose a name is: a username, an email, a mobile or an ICEGATE ID. Two reads, whether there is anybody or not."""
    found = store.named(name)
    account = store.account(found.account_id if isinstance(found, AccountName) else _NOBODYS)
    return found if isinstance(found, IcegateAccount) else account


def owner_reached_by(store: Store, name: str) -> Owner | None:
    """As `owner_named`, and a mobile may be spelt in any usual way. How many reads it takes, what was typed decides."""
    found = owner_named(store, name)
    try:
        mobile = parse_mobile(name)
    except FieldProblem:
        return found
    of_mobile = owner_named(store, mobile)
    return found or of_mobile
