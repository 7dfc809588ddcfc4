"""New passwords: what one must be beside `passwords.parse_password`, and what follows from a change."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain import passwords
from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.owners import Owner, username_of
from chalicelib.domain.refusals import invalid


def demand_fit(owner: Owner, password: str) -> None:
    """Raises `Refusal` `invalid_fields` for a password that holds the owner's name, or is the one they have."""
    if passwords.holds_name(password, username_of(owner)):
        is_account = isinstance(owner, Account)
        raise invalid(password="password_contains_username" if is_account else "password_contains_icegate_id")
    if passwords.matches(password, owner.password_hash):
        raise invalid(password="password_same")  # noqa: S106 - a reason


def with_password(owner: Owner, password_hash: str) -> Owner:
    """The owner under a new password: every session ends, no browser is trusted; the second factor stays."""
    security = owner.security
    security = replace(security, generation=security.generation + 1, trusted_browsers=())
    return replace(owner, password_hash=password_hash, security=security)
