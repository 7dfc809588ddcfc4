"""What the routes of one's own account take and give: bodies and views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain import passwords
from chalicelib.domain.accounts import names
from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.names import PersonName
from chalicelib.domain.accounts.owners import display_name, username_of
from chalicelib.domain.audit import REFUSABLE, Event, Outcome
from chalicelib.domain.authorisation import standing_of
from chalicelib.domain.contacts import masked_mobile
from chalicelib.domain.refusals import FieldProblem
from chalicelib.domain.staff.authorities import of_staff
from chalicelib.handlers.bodies import confirmed, required, sent
from chalicelib.handlers.problems import instant
from chalicelib.suite import suite
from chalicelib.web.texts import LANGUAGES, text

if TYPE_CHECKING:
    from chalicelib.domain.accounts.own_account import OwnAccount


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise FieldProblem("language_unknown")
    return value


@dataclass(frozen=True, slots=True)
class ProfileBody:
    """How the person is called, and the language of their messages."""

    name: PersonName = sent(names.parse_person_name, "The person's name, 2 to 100 characters.", "Asha Nair")
    language: str = sent(_language, "`en` or `hi`.", "hi")


@dataclass(frozen=True, slots=True)
class PasswordBody:
    """The password there is, and the new one."""

    current_password: str = sent(required, "The password as it is now.", "Sagar#2026", secret=True)
    password: str = sent(passwords.parse_password, "8 to 128 characters of all four kinds.", "Nadi#2027", secret=True)
    confirm_password: str = sent(required, "The new password once more.", "Nadi#2027", secret=True)


@dataclass(frozen=True, slots=True)
class TrainingBody:
    """The staff member's word."""

    confirm: bool = confirmed("Must be true.")


@dataclass(frozen=True, slots=True)
class ClosureBody:
    """The password, and the person's yes."""

    password: str = sent(required, "The password.", "Sagar#2026", secret=True)
    confirm: bool = confirmed("Must be true.")


@dataclass(frozen=True, slots=True)
class PostView:
    """A Regional Authority, by its name in the reader's language."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class AuthenticatorView:
    """That there is an authenticator, and since when."""

    enrolled_at: str


@dataclass(frozen=True, slots=True)
class TrustedBrowserView:
    """A browser in which no second factor is asked for."""

    browser_id: str
    device: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class PendingMobileView:
    """A new mobile that waits for its day."""

    flow_id: str
    mobile: str
    effective_at: str


@dataclass(frozen=True, slots=True)
class ConsentView:
    """Which version of the privacy notice was agreed to, and when."""

    version: str
    at: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """One's own account. What a kind of account does not have is null."""

    role: str
    username: str
    name: str
    email: str
    mobile: str
    language: str
    created_at: str
    authority: PostView | None
    mobile_confirmed_at: str | None
    mobile_confirm_by: str | None
    training_acknowledged_at: str | None
    authenticator: AuthenticatorView | None
    recovery_codes_left: int
    trusted_browsers: list[TrustedBrowserView]
    pending_mobile: PendingMobileView | None
    may_close: bool
    consent: ConsentView | None


@dataclass(frozen=True, slots=True)
class PasswordChangedView:
    """Every other session has ended; this one goes on under a new token, which is also set as a cookie."""

    ended_sessions: bool
    session_token: str
    expires_at: str
    idle_expires_at: str


@dataclass(frozen=True, slots=True)
class EventView:
    """One thing that was done, in the reader's language."""

    sequence: int
    at: str
    text: str
    outcome: str
    device: str | None


@dataclass(frozen=True, slots=True)
class ActivityView:
    """What was done, the newest first; `next` is the `before` of the next page, null on the last."""

    events: list[EventView]
    next: int | None


def account_view(account: OwnAccount, language: str) -> AccountView:
    """An account as its owner sees it at this moment."""
    owner, now = account.owner, suite().clock()
    security, is_account = owner.security, isinstance(owner, Account)
    pending, consent = account.pending, owner.consent if isinstance(owner, Account) else None
    post = owner.post if isinstance(owner, Account) else None
    return AccountView(
        role=standing_of(owner).value,
        username=username_of(owner),
        name=display_name(owner),
        email=owner.contact.email,
        mobile=owner.contact.mobile,
        language=owner.language,
        created_at=instant(owner.created_at if isinstance(owner, Account) else owner.registered_at),
        authority=_post_view(post.authority, language) if post is not None else None,
        mobile_confirmed_at=instant(owner.mobile_confirmed_at) if owner.mobile_confirmed_at else None,
        mobile_confirm_by=instant(account.mobile_confirm_by) if account.mobile_confirm_by else None,
        training_acknowledged_at=(
            instant(post.training_acknowledged_at) if post is not None and post.training_acknowledged_at else None
        ),
        authenticator=AuthenticatorView(instant(security.authenticator.enrolled_at))
        if security.authenticator
        else None,
        recovery_codes_left=len(security.recovery_codes),
        trusted_browsers=[
            TrustedBrowserView(one.browser_id, one.device, instant(one.since), instant(one.until))
            for one in security.trusted_browsers
            if now < one.until
        ],
        pending_mobile=(
            PendingMobileView(pending.flow_id, masked_mobile(pending.contact.mobile), instant(pending.effective_at))
            if pending is not None and pending.effective_at is not None
            else None
        ),
        may_close=account.may_close and is_account,
        consent=ConsentView(consent.version, instant(consent.at)) if consent is not None else None,
    )


def event_view(event: Event, language: str) -> EventView:
    """One event of the audit as its owner reads it."""
    refused = ".refused" if event.outcome is Outcome.REFUSED and event.deed in REFUSABLE else ""
    return EventView(
        sequence=event.sequence,
        at=instant(event.at),
        text=text(language, f"deed.{event.deed.value}{refused}"),
        outcome=event.outcome.value,
        device=event.facts.get("device") or None,
    )


def _post_view(code: str, language: str) -> PostView:
    return PostView(code, of_staff(suite().staff_offices, code).called(language))
