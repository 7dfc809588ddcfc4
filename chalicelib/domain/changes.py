"""Changes: what a decision wants written, as values.

A service returns its decision as changes and hands them to the store in one call; the store writes all of them or
none. Each change carries its own condition, so that two people (or two runs of one step) can never both win. A
condition that does not hold comes back as `ChangeRefused`, naming the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from chalicelib.domain.versioned import Versioned

if TYPE_CHECKING:
    from chalicelib.domain.accounts.account import AccountName
    from chalicelib.domain.accounts.flows import Flow
    from chalicelib.domain.accounts.owners import Owner
    from chalicelib.domain.accounts.registration import AccountRegistration
    from chalicelib.domain.audit import Event
    from chalicelib.domain.departments.changes import DepartmentChange
    from chalicelib.domain.digilocker.changes import DigiLockerChange
    from chalicelib.domain.icegate.accounts import Hold, IcegateAccount
    from chalicelib.domain.icegate.full_registrations import FullRegistration
    from chalicelib.domain.icegate.registration import Registration
    from chalicelib.domain.iec.users import IecUser, Membership
    from chalicelib.domain.limits import Counter, Tries
    from chalicelib.domain.outbox import OutboxMessage
    from chalicelib.domain.sessions import Session
    from chalicelib.domain.signatures.crl_states import CrlState
    from chalicelib.domain.signatures.signings import Signing
    from chalicelib.domain.temporary_passwords import TemporaryPassword


@dataclass(frozen=True, slots=True)
class WriteRegistration(Versioned):
    """Write `registration`.

    It holds only while the stored one is still the version that `registration.revision` names.
    """

    registration: Registration


@dataclass(frozen=True, slots=True)
class CountUp:
    """Count one more; it holds only below the counter's limit."""

    counter: Counter


@dataclass(frozen=True, slots=True)
class WriteTries(Versioned):
    """Write the tries of an identity; it holds only on the version that was read."""

    tries: Tries
    keep_until: datetime


@dataclass(frozen=True, slots=True)
class UseOnce:
    """Use up a name that serves once (a captcha's nonce)."""

    key: str
    keep_until: datetime


@dataclass(frozen=True, slots=True)
class HoldIcegateId:
    """Hold an ICEGATE ID.

    It holds where nobody has it, or a hold has run out at `now`, or the same holder held it before.
    """

    hold: Hold
    now: datetime


@dataclass(frozen=True, slots=True)
class ReleaseIcegateId:
    """Give up a hold; it is no matter if it is no longer this registration's."""

    hold: Hold


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """Turn this registration's hold into the account; it holds only while the hold is still this registration's."""

    account: IcegateAccount


@dataclass(frozen=True, slots=True)
class PointToRegistration:
    """Remember which registration a resume of this IEC's holder means."""

    iec: str
    registration_id: str


@dataclass(frozen=True, slots=True)
class UseTemporaryPassword:
    """Use up the holder's temporary password; it holds only once.

    One that was issued anew while the registration was under way is used up in the place of the one that opened it.
    """

    iec: str
    now: datetime


@dataclass(frozen=True, slots=True)
class WriteTemporaryPassword(Versioned):
    """Write a temporary password's record; it holds only on the version that was read."""

    temporary_password: TemporaryPassword


@dataclass(frozen=True, slots=True)
class WriteSession(Versioned):
    """Write a session; a new one (no revision) must not exist yet, an old one must still be there."""

    session: Session


@dataclass(frozen=True, slots=True)
class EndSession:
    """End a session; it holds only while the stored one is still the version that was read.

    So one token gives one successor.
    """

    session: Session


@dataclass(frozen=True, slots=True)
class WriteOwner(Versioned):
    """Write a DGFT account or an ICEGATE account; it holds only on the version that was read.

    A new one (no revision) must not exist yet. An ICEGATE account is opened by `OpenAccount`, never by this.
    """

    owner: Owner


@dataclass(frozen=True, slots=True)
class TakeName:
    """Give a name to an account.

    It holds where nobody has it, or who had it has it no more at `now`, or it is this account's already (whose `until`
    is thus set).
    """

    name: AccountName
    now: datetime


@dataclass(frozen=True, slots=True)
class ReleaseName:
    """Take a name from an account; it holds only while the name is this account's."""

    name: AccountName


@dataclass(frozen=True, slots=True)
class WriteAccountRegistration(Versioned):
    """Write the registration of an account; it holds only on the version that was read."""

    registration: AccountRegistration


@dataclass(frozen=True, slots=True)
class PointToAccountRegistration:
    """Remember which registration a resume with these two addresses means (`key` is a pseudonym of the pair)."""

    key: str
    registration_id: str
    keep_until: datetime


@dataclass(frozen=True, slots=True)
class WriteFlow(Versioned):
    """Write a flow; it holds only on the version that was read."""

    flow: Flow


@dataclass(frozen=True, slots=True)
class WriteMessage(Versioned):
    """Write a message of the outbox; it holds only on the version that was read, a new one only where none is."""

    message: OutboxMessage


@dataclass(frozen=True, slots=True)
class AppendEvent:
    """Append an event to its stream; it holds only where the stream has no event of this sequence yet."""

    event: Event


@dataclass(frozen=True, slots=True)
class WriteSigning(Versioned):
    """Write a signing; it holds only on the version that was read, a new one only where none is."""

    signing: Signing


@dataclass(frozen=True, slots=True)
class WriteIecUser(Versioned):
    """Write a user of an IEC; it holds only on the version that was read, a new one only where none is."""

    user: IecUser


@dataclass(frozen=True, slots=True)
class TakeMembership:
    """Tie a login to an IEC; it holds only where the login is of none, or is this very user already."""

    membership: Membership


@dataclass(frozen=True, slots=True)
class ReleaseMembership:
    """Untie a login from an IEC; it holds only while the login is this very user."""

    membership: Membership


@dataclass(frozen=True, slots=True)
class WriteFullRegistration(Versioned):
    """Write a full registration; it holds only on the version that was read, a new one only where none is."""

    registration: FullRegistration


@dataclass(frozen=True, slots=True)
class WriteCrlState(Versioned):
    """Write what is known of a watched CRL; it holds only on the version that was read."""

    state: CrlState


OwnChange = (
    WriteRegistration
    | CountUp
    | WriteTries
    | UseOnce
    | HoldIcegateId
    | ReleaseIcegateId
    | OpenAccount
    | PointToRegistration
    | UseTemporaryPassword
    | WriteTemporaryPassword
    | WriteSession
    | EndSession
    | WriteOwner
    | TakeName
    | ReleaseName
    | WriteAccountRegistration
    | PointToAccountRegistration
    | WriteFlow
    | WriteMessage
    | AppendEvent
    | WriteSigning
    | WriteIecUser
    | TakeMembership
    | ReleaseMembership
    | WriteFullRegistration
    | WriteCrlState
)
# A name in quotes: what has nothing to do with departments and DigiLocker starts without their changes.
Change: TypeAlias = "OwnChange | DepartmentChange | DigiLockerChange"


class ChangeRefused(Exception):  # noqa: N818 - it is an outcome, not a failure
    """A change's condition did not hold; nothing of the call was written.

    `change` is None where writers only collided.
    """

    def __init__(self, change: Change | None) -> None:
        super().__init__(type(change).__name__ if change else "collision")
        self.change = change


class StoreUnavailable(Exception):  # noqa: N818
    """The store did not answer, or not in time.

    Whether the write happened is not known: repeating the request tells.
    """
