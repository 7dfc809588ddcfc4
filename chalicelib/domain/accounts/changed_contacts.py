"""Changed contacts: an owner under another email or mobile, and what becomes of the names that lead to the account."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.accounts.account import Account, names_of
from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.changes import Change, ReleaseName, TakeName
from chalicelib.domain.contacts import Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile


def renamed(before: Owner, after: Owner, now: datetime) -> tuple[Change, ...]:
    """The changes of names that a change of an owner brings with it; an ICEGATE account has but its ID."""
    if not isinstance(before, Account) or not isinstance(after, Account):
        return ()
    old, new = names_of(before), names_of(after)
    taken = tuple(TakeName(name, now) for name in new if name not in old)
    return (*taken, *(ReleaseName(name) for name in old if name not in new))


def with_email(owner: Owner, email: EmailAddress, now: datetime) -> Owner:
    """The owner under another email, confirmed now. A username that was the old email follows it."""
    changed = replace(owner, contact=Contact(email, owner.contact.mobile), email_confirmed_at=now)
    if isinstance(changed, Account) and changed.username.lower() == owner.contact.email.lower():
        return replace(changed, username=email)
    return changed


def with_mobile(owner: Owner, mobile: Mobile, now: datetime) -> Owner:
    """The owner under another mobile (or the same), confirmed now."""
    return replace(owner, contact=Contact(owner.contact.email, mobile), mobile_confirmed_at=now)
