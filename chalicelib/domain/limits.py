"""Limits and locks: how often a thing may be tried, by whom, and until when it may not.

A counter counts in a window of the clock and is a condition of the write that it guards. A lock belongs to one
purpose and one identity, survives resend and restart, and grows with each further failure (NIST 800-63B, 5.2.2).
Whoever is counted appears only under a keyed pseudonym, so the table of limits names nobody.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from chalicelib.domain.refusals import Code, Refusal

IST = timezone(timedelta(hours=5, minutes=30))
BY_ADDRESS_A_DAY = 10
# What strangers may have sent to one owner in a day: half of an address's, so that they leave the owner the other half.
BY_STRANGERS_A_DAY = 5
BY_IP = 25
# What all firms together may have sent to one address in a day: four of them leave room for no fifth.
BY_INVITED_ADDRESS_A_DAY = 20
# Documents to sign that one person may open in a day: each is an execution of a journey, and is paid for.
BY_SIGNER_A_DAY = 100
# Documents that one person may ask to upload in a day: each is read and inspected.
BY_UPLOADER_A_DAY = 100
# Visits to DigiLocker that one person may begin in a day: each is an execution of a journey.
BY_FETCHER_A_DAY = 30
IP_WINDOW = timedelta(minutes=5)


class TryPurpose(StrEnum):
    """What is tried. Each has its own lock: who closes one has not closed another."""

    TEMPORARY_PASSWORD = "temporary_password"  # noqa: S105 - a purpose
    CODES = "codes"
    RESUME = "resume"
    SIGN_IN = "sign_in"
    # From a browser that its owner trusts: a stranger who locks the front door does not lock the owner out.
    SIGN_IN_TRUSTED = "sign_in_trusted"
    SECOND_FACTOR = "second_factor"
    STEP_UP = "step_up"
    AUTHENTICATOR_LOSS = "authenticator_loss"
    ACCOUNT_CODES = "account_codes"
    ACCOUNT_RESUME = "account_resume"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a purpose
    PASSWORD_CHECK = "password_check"  # noqa: S105 - a purpose
    CONTACT_CHANGE = "contact_change"
    MOBILE_STOP = "mobile_stop"
    STAFF_JOINING = "staff_joining"


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter of one window: at most `limit` until `until`; `refusal` is what the next one is told."""

    key: str
    limit: int
    until: datetime
    refusal: Code


@dataclass(frozen=True, slots=True)
class TryPolicy:
    """How many failures in a row close a lock, for how long, and how long at most (each further failure doubles it)."""

    failures: int
    first: timedelta
    longest: timedelta
    refusal: Code


CODE_TRIES = TryPolicy(10, timedelta(minutes=15), timedelta(hours=24), Code.LOCKED)
SIGN_IN_TRIES = CODE_TRIES


@dataclass(frozen=True, slots=True)
class Tries:
    """The failures in a row of one identity for one purpose. A try counts as failed until it is known to be right."""

    key: str
    failures: int = 0
    locked_until: datetime | None = None
    revision: str | None = None


def pseudonym(key: bytes, *parts: str) -> str:
    """A stable name for `parts` that nobody without the server key can turn back or make; 32 hex digits."""
    message = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hmac.new(key, b"pravesh/limits" + message, hashlib.sha256).hexdigest()[:32]


def by_ip(key: bytes, ip: str, now: datetime) -> Counter:
    """Sends and checks from one IP: 25 in a window of 5 minutes. `ip` comes from the request context only."""
    seconds = int(IP_WINDOW.total_seconds())
    window = int(now.timestamp()) // seconds
    until = datetime.fromtimestamp((window + 1) * seconds, tz=now.tzinfo)
    return Counter(f"ip#{pseudonym(key, ip)}#{window}", BY_IP, until, Code.TOO_MANY_REQUESTS)


def by_address(key: bytes, address: str, now: datetime) -> Counter:
    """Messages with a code to one address: 10 in a day (of India's clock)."""
    return _in_a_day(f"sends#{pseudonym(key, address.lower())}", BY_ADDRESS_A_DAY, now)


def by_new_address(key: bytes, address: str, now: datetime) -> Counter:
    """Messages to an address that somebody signs up with, or changes theirs to: 10 in a day (of India's clock).

    Counted apart: whoever types another's address uses up none of the codes with which its owner signs in.
    """
    return _in_a_day(f"signing_up#{pseudonym(key, address.lower())}", BY_ADDRESS_A_DAY, now)


def by_invited_address(key: bytes, address: str, now: datetime) -> Counter:
    """Invitations to one address by all IECs: 20 in a day (of India's clock), counted apart as above."""
    return _in_a_day(f"iec_invitations#{pseudonym(key, address.lower())}", BY_INVITED_ADDRESS_A_DAY, now)


def by_inviting_iec(key: bytes, iec: str, address: str, now: datetime) -> Counter:
    """Invitations of one IEC to one address: 5 in a day (of India's clock).

    Counted for each IEC: no firm keeps another from inviting somebody, nor learns that it has.
    """
    return _in_a_day(f"iec_inviting#{pseudonym(key, iec, address.lower())}", BY_STRANGERS_A_DAY, now)


def by_strangers(key: bytes, purpose: TryPurpose, whom: str, now: datetime) -> Counter:
    """Sends that people who are not signed in asked for in `whom`'s name: 5 in a day (of India's clock)."""
    return _in_a_day(f"strangers#{purpose.value}#{pseudonym(key, whom)}", BY_STRANGERS_A_DAY, now)


def by_signer(key: bytes, whom: str, now: datetime) -> Counter:
    """Documents to sign that one person opens: 100 in a day (of India's clock)."""
    name = f"signings#{pseudonym(key, whom)}"
    return replace(_in_a_day(name, BY_SIGNER_A_DAY, now), refusal=Code.TOO_MANY_REQUESTS)


def by_uploader(key: bytes, whom: str, now: datetime) -> Counter:
    """Documents that one person asks to upload: 100 in a day (of India's clock)."""
    name = f"uploads#{pseudonym(key, whom)}"
    return replace(_in_a_day(name, BY_UPLOADER_A_DAY, now), refusal=Code.TOO_MANY_REQUESTS)


def by_fetcher(key: bytes, whom: str, now: datetime) -> Counter:
    """Visits to DigiLocker that one person begins: 30 in a day (of India's clock)."""
    name = f"fetches#{pseudonym(key, whom)}"
    return replace(_in_a_day(name, BY_FETCHER_A_DAY, now), refusal=Code.TOO_MANY_REQUESTS)


def _in_a_day(name: str, limit: int, now: datetime) -> Counter:
    day = now.astimezone(IST).date()
    until = datetime(day.year, day.month, day.day, tzinfo=IST) + timedelta(days=1)
    return Counter(f"{name}#{day:%Y%m%d}", limit, until.astimezone(now.tzinfo), Code.SEND_LIMIT_REACHED)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The next try may be taken."""


@dataclass(frozen=True, slots=True)
class Locked:
    """No try may be taken before `until`; `reason` is what the person is told."""

    reason: Code
    until: datetime


def decided(tries: Tries, policy: TryPolicy, now: datetime) -> Allowed | Locked:
    """Whether an identity may try once more now."""
    if tries.locked_until is not None and now < tries.locked_until:
        return Locked(policy.refusal, tries.locked_until)
    return Allowed()


def tries_key(key: bytes, purpose: TryPurpose, *identity: str) -> str:
    """Where the tries of one identity for one purpose are counted; no two purposes share a count or a lock."""
    return f"tries#{purpose.value}#{pseudonym(key, *identity)}"


def spent(tries: Tries, policy: TryPolicy, now: datetime) -> Tries:
    """The tries with one more taken, to be stored before anything is compared.

    Raises `Refusal` with the policy's code and `retry_at` while the lock is closed.
    """
    decision = decided(tries, policy, now)
    if isinstance(decision, Locked):
        raise Refusal(decision.reason, retry_at=decision.until)
    failures = tries.failures + 1
    locked_until = None
    if failures >= policy.failures:
        # 2**20 times a quarter of an hour is beyond every `longest`; the cap keeps the arithmetic small.
        locked_until = now + min(policy.first * 2 ** min(failures - policy.failures, 20), policy.longest)
    return Tries(tries.key, failures, locked_until, tries.revision)


def forgiven(tries: Tries) -> Tries:
    """The tries after one was right: the row of failures is broken."""
    return Tries(tries.key, 0, None, tries.revision)
