"""One registration of an account: its record and every step that it can take, as pure functions.

Source: DGFT's registration of users (mobile and email codes, 15 minutes).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain import codes
from chalicelib.domain.accounts.account import Account, AccountStatus, Consent, Role
from chalicelib.domain.codes import Challenge
from chalicelib.domain.contacts import Contact
from chalicelib.domain.refusals import Code, Refusal

LIFETIME = timedelta(minutes=15)
# An answer that was lost may be asked for again for this long with the same codes; then they are used up.
REPEAT = timedelta(minutes=2)


class RegistrationStatus(StrEnum):
    """Where a registration stands, as clients see it."""

    CODES_SENT = "codes_sent"
    REGISTERING = "registering"
    REGISTERED = "registered"
    EXPIRED = "expired"


ENDED = frozenset({RegistrationStatus.REGISTERED, RegistrationStatus.EXPIRED})
CONFIRMED = frozenset({RegistrationStatus.REGISTERING, RegistrationStatus.REGISTERED})


@dataclass(frozen=True, slots=True)
class AccountRegistration:
    """The record of one registration. Holds no code, no token and no password in the clear. Times are aware UTC.

    `account_id` is the id that the account will have. Whether a name in it is taken is not written down: the names are
    asked for when messages go out, and taken when the account is made.
    """

    registration_id: str
    flow_token_hash: str
    status: RegistrationStatus
    account_id: str
    role: Role
    name: str
    username: str
    password_hash: str | None
    contact: Contact
    language: str
    consent: Consent
    challenge: Challenge
    expires_at: datetime
    waiting_since: str | None = None
    task_token: str | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"AccountRegistration({self.registration_id!r}, {self.status.value})"


def is_expired(registration: AccountRegistration, now: datetime) -> bool:
    """Whether its time is over. What was confirmed in time is carried out even if that takes longer."""
    if registration.status is RegistrationStatus.EXPIRED:
        return True
    return registration.status is RegistrationStatus.CODES_SENT and now >= registration.expires_at


def status_at(registration: AccountRegistration, now: datetime) -> RegistrationStatus:
    """The status to show: one whose time is over is expired, before any sweep has said so."""
    return RegistrationStatus.EXPIRED if is_expired(registration, now) else registration.status


def demand_open(registration: AccountRegistration, now: datetime) -> None:
    """Raises `Refusal` where its codes count no more: `registration_expired`, `registration_ended`, or out of order."""
    if is_expired(registration, now):
        raise Refusal(Code.REGISTRATION_EXPIRED)
    if registration.status is RegistrationStatus.REGISTERED:
        raise Refusal(Code.REGISTRATION_ENDED)
    if registration.status is RegistrationStatus.REGISTERING:
        raise Refusal(Code.STEP_OUT_OF_ORDER, current_status=registration.status.value)


def may_repeat(registration: AccountRegistration, now: datetime) -> bool:
    """Whether codes that were right a moment ago may be told so once more."""
    used_at = registration.challenge.used_at
    return used_at is not None and now < used_at + REPEAT


def with_codes_asked_again(registration: AccountRegistration, now: datetime) -> AccountRegistration:
    """The same codes are to be sent once more (`codes.asked_again` says when they may); the outbox takes them."""
    demand_open(registration, now)
    challenge = codes.asked_again(registration.challenge, now)
    return replace(registration, challenge=codes.delivered(challenge, challenge.channels))


def with_attempt_spent(registration: AccountRegistration, now: datetime) -> AccountRegistration:
    """One attempt at the codes spent."""
    demand_open(registration, now)
    return replace(registration, challenge=codes.spent(registration.challenge, now))


def with_codes_confirmed(registration: AccountRegistration, now: datetime) -> AccountRegistration:
    """Both codes were right: the account is to be made."""
    demand_open(registration, now)
    challenge = codes.used(registration.challenge, now)
    return replace(registration, status=RegistrationStatus.REGISTERING, challenge=challenge)


# What the journey's steps do.


def waiting(registration: AccountRegistration, task_token: str, since: str | None = None) -> AccountRegistration:
    """The journey waits: its task token is kept, so that a route can wake it.

    A second run of the step may come late; `since`, text that sorts as the runs came, tells its dead token apart.
    """
    if registration.task_token is not None and (since or "") < (registration.waiting_since or ""):
        return registration
    return replace(registration, waiting_since=since, task_token=task_token)


def registered(registration: AccountRegistration) -> AccountRegistration:
    """The account exists. What only the way here needed is dropped from the record."""
    return replace(registration, status=RegistrationStatus.REGISTERED, password_hash=None, task_token=None)


def expired(registration: AccountRegistration) -> AccountRegistration:
    """The registration ends without an account; the challenge stays, so that right codes can be told why they fail."""
    return replace(registration, status=RegistrationStatus.EXPIRED, password_hash=None, task_token=None)


def account_of(registration: AccountRegistration, now: datetime) -> Account:
    """The account that a confirmed registration becomes; both addresses were confirmed when the codes were right."""
    confirmed_at = registration.challenge.used_at
    return Account(
        account_id=registration.account_id,
        role=registration.role,
        status=AccountStatus.ACTIVE,
        username=registration.username,
        name=registration.name,
        contact=registration.contact,
        password_hash=registration.password_hash,
        language=registration.language,
        created_at=now,
        email_confirmed_at=confirmed_at,
        mobile_confirmed_at=confirmed_at,
        consent=registration.consent,
    )
