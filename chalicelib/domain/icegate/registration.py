"""One simplified registration: its record and every step that it can take, as pure functions.

Each function takes the record and the clock's reading and returns the record after the step, or raises a `Refusal`.
Nothing is stored and nothing is sent here. Source: ICEGATE's advisory on Simplified Auto Registration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain import codes
from chalicelib.domain.codes import Challenge, Purpose
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.identifiers import Gstin, IcegateId, Iec
from chalicelib.domain.refusals import Code, Refusal, invalid

LIFETIME = timedelta(hours=2)
# The longest a registration can live: choosing credentials, contact codes, the decision, alternate codes.
WHOLE_LIFETIME = 4 * LIFETIME
# A step that claimed the sending and died is taken over after this long.
CLAIM = timedelta(seconds=30)
# A resume whose answer was lost may be repeated for this long with the same codes; then they are used up.
RESUME_REPEAT = timedelta(minutes=2)
# A provider that failed this often in a row is left alone until the person asks again.
SENDING_TRIES = 3


class Status(StrEnum):
    """Where a registration stands, as clients see it."""

    CREDENTIALS_REQUIRED = "credentials_required"
    SENDING_CODES = "sending_codes"
    CODES_NOT_SENT = "codes_not_sent"
    CODES_SENT = "codes_sent"
    CONTACT_VERIFIED = "contact_verified"
    ALTERNATE_CODES_SENT = "alternate_codes_sent"
    REGISTERING = "registering"
    REGISTERED = "registered"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class CodesFor(StrEnum):
    """Which addresses the live codes were made for."""

    CONTACT = "contact"
    ALTERNATE = "alternate"


class Wait(StrEnum):
    """What the journey waits for, with its task token stored."""

    CONTACT_CODES = "contact_codes"
    DECISION = "decision"
    ALTERNATE_CODES = "alternate_codes"


ENDED = frozenset({Status.REGISTERED, Status.EXPIRED, Status.SUPERSEDED})
AWAITING_CODES = frozenset(
    {Status.SENDING_CODES, Status.CODES_NOT_SENT, Status.CODES_SENT, Status.ALTERNATE_CODES_SENT}
)


@dataclass(frozen=True, slots=True)
class Registration:
    """The record of one simplified registration. Holds no code, no token and no password in the clear.

    Times are aware UTC.
    `contact` is the holder's contact of record, `alternate` the one chosen instead; `challenge` the codes that count
    now. `revision` is the store's mark of the version that was read.
    """

    registration_id: str
    flow_token_hash: str
    status: Status
    iec: Iec
    gstin: Gstin
    legal_name: str
    language: str
    contact: Contact
    temporary_password_id: str
    expires_at: datetime
    icegate_id: IcegateId | None = None
    password_hash: str | None = None
    codes_for: CodesFor | None = None
    challenge: Challenge | None = None
    alternate: Contact | None = None
    waiting_for: Wait | None = None
    waiting_since: str | None = None
    task_token: str | None = None
    claimed_until: datetime | None = None
    sending_failures: int = 0
    told: tuple[str, ...] = ()
    revision: str | None = None

    def __repr__(self) -> str:
        return f"Registration({self.registration_id!r}, {self.status.value})"

    @property
    def codes_contact(self) -> Contact:
        """Where the live codes go."""
        return self.alternate if self.codes_for is CodesFor.ALTERNATE and self.alternate else self.contact

    @property
    def live_challenge(self) -> Challenge:
        """The codes that count now. Raises `Refusal` `step_out_of_order` where none were asked for yet."""
        if self.challenge is None:
            raise Refusal(Code.STEP_OUT_OF_ORDER, current_status=self.status.value)
        return self.challenge


# A step of a registration, applied to whatever version is read.
Rewrite = Callable[[Registration], Registration]


def demand_live(registration: Registration, now: datetime) -> None:
    """Raises `Refusal` where the registration has ended or its time is over, whatever the stored status still says."""
    if registration.status is Status.REGISTERED:
        raise Refusal(Code.REGISTRATION_ENDED)
    if registration.status is Status.SUPERSEDED:
        raise Refusal(Code.REGISTRATION_SUPERSEDED)
    if is_expired(registration, now):
        raise Refusal(Code.REGISTRATION_EXPIRED)


def is_expired(registration: Registration, now: datetime) -> bool:
    """Whether its time is over. What a person has already decided is carried out even if that takes past the hour."""
    if registration.status is Status.EXPIRED:
        return True
    return registration.status not in ENDED | {Status.REGISTERING} and now >= registration.expires_at


def status_at(registration: Registration, now: datetime) -> Status:
    """The status to show: a registration whose time is over is expired, before any sweep has said so."""
    return Status.EXPIRED if is_expired(registration, now) else registration.status


def _out_of_order(registration: Registration) -> Refusal:
    return Refusal(Code.STEP_OUT_OF_ORDER, current_status=registration.status.value)


def _new_challenge(purpose: Purpose, key_id: str, nonce: bytes, now: datetime, expires_at: datetime) -> Challenge:
    return Challenge(purpose, key_id, nonce, generation=0, expires_at=expires_at, asked_at=now)


def with_credentials(
    registration: Registration, icegate_id: IcegateId, password_hash: str, key_id: str, nonce: bytes, now: datetime
) -> Registration:
    """ICEGATE ID and password chosen: two codes are to be sent to the contact of record, good for 2 h from now."""
    demand_live(registration, now)
    if registration.status is not Status.CREDENTIALS_REQUIRED:
        raise _out_of_order(registration)
    expires_at = now + LIFETIME
    return replace(
        registration,
        status=Status.SENDING_CODES,
        icegate_id=icegate_id,
        password_hash=password_hash,
        codes_for=CodesFor.CONTACT,
        challenge=_new_challenge(Purpose.SIMPLIFIED_REGISTRATION_CONTACT, key_id, nonce, now, expires_at),
        expires_at=expires_at,
    )


def with_codes_asked_again(registration: Registration, now: datetime) -> Registration:
    """The same codes are to be sent once more (`codes.asked_again` says when they may)."""
    demand_live(registration, now)
    if registration.status not in AWAITING_CODES:
        raise _out_of_order(registration)
    return replace(
        registration,
        status=Status.SENDING_CODES,
        challenge=codes.asked_again(registration.live_challenge, now),
        sending_failures=0,
    )


def with_attempt_spent(registration: Registration, codes_for: CodesFor, now: datetime) -> Registration:
    """One attempt at the live codes spent. Refused where the codes that count now are for the other addresses."""
    demand_live(registration, now)
    if registration.codes_for is not codes_for or registration.status not in AWAITING_CODES:
        raise _out_of_order(registration)
    return replace(registration, challenge=codes.spent(registration.live_challenge, now))


def with_codes_confirmed(registration: Registration, now: datetime) -> Registration:
    """Both codes were right: the contact is verified, or, for alternate codes, the account is to be made."""
    demand_live(registration, now)
    if registration.status not in AWAITING_CODES:
        raise _out_of_order(registration)
    challenge = codes.used(registration.live_challenge, now)
    if registration.codes_for is CodesFor.ALTERNATE:
        return replace(registration, status=Status.REGISTERING, challenge=challenge)
    return replace(registration, status=Status.CONTACT_VERIFIED, challenge=challenge, expires_at=now + LIFETIME)


def finishing(registration: Registration, now: datetime) -> Registration:
    """Finish: register with the contact of record.

    Also the way back for who began a change and thinks better of it.
    """
    demand_live(registration, now)
    if registration.status is Status.CONTACT_VERIFIED or (
        registration.codes_for is CodesFor.ALTERNATE and registration.status in AWAITING_CODES
    ):
        return replace(registration, status=Status.REGISTERING, alternate=None)
    raise _out_of_order(registration)


def with_alternate(
    registration: Registration, alternate: Contact, key_id: str, nonce: bytes, now: datetime
) -> Registration:
    """Another email and mobile chosen: two new codes are to be sent there, good for 2 h.

    Chosen once more before they are confirmed (a mistyped address), the new codes die when the first would have, and
    each choice counts as a send.
    """
    demand_live(registration, now)
    if alternate.same_as(registration.contact):
        raise invalid(email="contact_unchanged", mobile="contact_unchanged")
    purpose = Purpose.SIMPLIFIED_REGISTRATION_ALTERNATE
    if registration.status is Status.CONTACT_VERIFIED:
        expires_at = now + LIFETIME
        challenge = _new_challenge(purpose, key_id, nonce, now, expires_at)
    elif registration.codes_for is CodesFor.ALTERNATE and registration.status in AWAITING_CODES:
        expires_at = registration.expires_at
        again = codes.asked_again(registration.live_challenge, now)
        challenge = replace(
            _new_challenge(purpose, key_id, nonce, now, expires_at),
            generation=again.generation + 1,
            sends=max(again.sends, registration.live_challenge.sends + 1),
        )
        if challenge.sends > codes.SENDS:
            raise Refusal(Code.SEND_LIMIT_REACHED)
    else:
        raise _out_of_order(registration)
    return replace(
        registration,
        status=Status.SENDING_CODES,
        codes_for=CodesFor.ALTERNATE,
        alternate=alternate,
        challenge=challenge,
        expires_at=expires_at,
        sending_failures=0,
    )


# What the journey's steps do.


def waiting(registration: Registration, wait: Wait, task_token: str, since: str | None = None) -> Registration:
    """The journey waits at `wait`: its task token is kept, so that a route can wake it.

    A second run of a step may come late, when the journey waits further on (it never goes back) or has come to the same
    wait anew: its token is dead. `since` tells two times at one wait apart: text that sorts as they came.
    """
    order = list(Wait)
    if registration.waiting_for is not None:
        is_behind = order.index(wait) < order.index(registration.waiting_for)
        is_older = wait is registration.waiting_for and (since or "") < (registration.waiting_since or "")
        if is_behind or is_older:
            return registration
    return replace(registration, waiting_for=wait, waiting_since=since, task_token=task_token)


def claimed(registration: Registration, now: datetime) -> Registration:
    """The sending is taken by one run of a step, for 30 s."""
    return replace(registration, claimed_until=now + CLAIM)


def is_claimed(registration: Registration, now: datetime) -> bool:
    """Whether another run of a step is sending at this moment."""
    return registration.claimed_until is not None and now < registration.claimed_until


def with_codes_delivered(
    registration: Registration, challenge: Challenge, channels: tuple[Channel, ...]
) -> Registration:
    """The providers took the messages of `challenge` for `channels`; whoever confirmed meanwhile stays confirmed."""
    now_live = registration.challenge
    if now_live is None or now_live.nonce != challenge.nonce:
        return replace(registration, claimed_until=None)
    sent = codes.delivered(replace(now_live, sends=challenge.sends), channels)
    live = replace(sent, sends=now_live.sends)
    status = registration.status
    if status in {Status.SENDING_CODES, Status.CODES_NOT_SENT} and not live.unsent:
        is_alternate = registration.codes_for is CodesFor.ALTERNATE
        status = Status.ALTERNATE_CODES_SENT if is_alternate else Status.CODES_SENT
    failures = registration.sending_failures if live.unsent else 0
    return replace(registration, challenge=live, status=status, claimed_until=None, sending_failures=failures)


def with_sending_failed(registration: Registration) -> Registration:
    """A provider failed once more; after the third time the person is told, and may ask again."""
    failures = registration.sending_failures + 1
    status = registration.status
    if failures >= SENDING_TRIES and status is Status.SENDING_CODES:
        status = Status.CODES_NOT_SENT
    return replace(registration, status=status, sending_failures=failures, claimed_until=None)


def registered(registration: Registration) -> Registration:
    """The account exists. What only the way here needed is dropped from the record."""
    return replace(registration, status=Status.REGISTERED, password_hash=None, task_token=None, waiting_for=None)


def ended(registration: Registration, status: Status) -> Registration:
    """The registration ends without an account, as `expired` or `superseded`.

    The challenge stays (its codes are dead by the clock), so that who comes back with the right codes can be told why
    they fail.
    """
    return replace(registration, status=status, password_hash=None, task_token=None, waiting_for=None)


def told(registration: Registration, messages: tuple[str, ...]) -> Registration:
    """These closing messages have gone out."""
    return replace(registration, told=(*registration.told, *messages), claimed_until=None)
