"""Temporary passwords: sent by ICEGATE to an IEC holder, they open the simplified registration with IEC and GSTIN.

Only an Argon2id hash is kept. One serves a single registration, lives 7 days and bears 5 wrong tries.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain import passwords
from chalicelib.domain.identifiers import Iec
from chalicelib.domain.limits import TryPolicy
from chalicelib.domain.refusals import Code

LIFETIME = timedelta(days=7)
# Five wrong tries close it for as long as it could live; only a newly issued one helps.
TRIES = TryPolicy(5, LIFETIME, LIFETIME, Code.TEMPORARY_PASSWORD_EXHAUSTED)
# While one run of the step is sending, another leaves the holder alone for this long.
CLAIM = timedelta(minutes=2)
# No 0/O, 1/I/L: it is read from a mail and typed. 12 of 31 signs are 59 bits.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 3, 4


@dataclass(frozen=True, slots=True)
class TemporaryPassword:
    """What is kept of one: the hash, its life, and whether it was sent and used.

    Also which registration a resume means.
    """

    iec: Iec
    temporary_password_id: str
    password_hash: str
    issued_at: datetime
    expires_at: datetime
    sent_at: datetime | None = None
    used_at: datetime | None = None
    registration_id: str | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"TemporaryPassword({self.temporary_password_id!r})"


def generate() -> str:
    """A new temporary password as it is mailed, such as `K7PM-9XQ2-HTRW`."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def canonical(typed: str) -> str:
    """What is hashed and compared: blanks and hyphens dropped, upper case, so that a careful reader is not refused."""
    return "".join(typed.split()).replace("-", "").upper()


def issued(iec: Iec, password: str, now: datetime) -> TemporaryPassword:
    """The record of a newly generated password, not sent yet."""
    return TemporaryPassword(iec, secrets.token_hex(8), passwords.hashed(canonical(password)), now, now + LIFETIME)


def is_usable(stored: TemporaryPassword | None, now: datetime) -> bool:
    """Whether it can open a registration at `now`: sent, not used, not past its 7 days."""
    return stored is not None and stored.sent_at is not None and stored.used_at is None and now < stored.expires_at


def matches(stored: TemporaryPassword | None, typed: str, now: datetime) -> bool:
    """Whether `typed` is the holder's usable temporary password. Takes the same work whether or not there is one."""
    usable = stored if is_usable(stored, now) else None
    return passwords.matches(canonical(typed), usable.password_hash if usable else None)


def may_issue(stored: TemporaryPassword | None, now: datetime, replace_issued_before: datetime | None) -> bool:
    """Whether a new one is to be issued to a holder with `stored`.

    Not to one who has a live or a used one, nor while another run is sending; so running the step twice sends nothing
    twice. `replace_issued_before` re-issues what is older than that instant, for holders whose password was lost or
    exhausted.
    """
    if stored is None:
        return True
    if stored.used_at is not None:
        return False
    if stored.sent_at is None:
        return now >= stored.issued_at + CLAIM
    if replace_issued_before is not None and stored.issued_at < replace_issued_before:
        return True
    return now >= stored.expires_at


def reissued(stored: TemporaryPassword | None, fresh: TemporaryPassword) -> TemporaryPassword:
    """`fresh` in the place of what is stored, keeping which registration a resume means."""
    if stored is None:
        return fresh
    return replace(fresh, registration_id=stored.registration_id, revision=stored.revision)


def sent(stored: TemporaryPassword, now: datetime) -> TemporaryPassword:
    """The record after the mail was taken by the provider."""
    return replace(stored, sent_at=now)
