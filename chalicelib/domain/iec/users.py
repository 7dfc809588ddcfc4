"""Users of an IEC: the logins that may act for it, each with a role, and the signature that proved it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.signatures.report import Kind
from chalicelib.domain.signatures.signings import SignatureMethod

INVITATION_LIFETIME = timedelta(days=7)
# A certificate of e-Sign lives half an hour: a link by e-Sign is good for a year, then it is re-proved (ADR 34).
ESIGN_LINK_LIFETIME = timedelta(days=365)
REMINDED_BEFORE = timedelta(days=30)


class IecRole(StrEnum):
    """What a login is for an IEC. Only a signature makes an owner."""

    OWNER = "owner"
    MANAGER = "manager"
    SIGNATORY = "signatory"
    PREPARER = "preparer"
    VIEWER = "viewer"


class Right(StrEnum):
    """What a role may do."""

    SEE = "see"
    PREPARE = "prepare"
    SIGN = "sign"
    MANAGE_USERS = "manage_users"
    TRANSFER = "transfer"


_VIEWER = frozenset({Right.SEE})
_PREPARER = _VIEWER | {Right.PREPARE}
_SIGNATORY = _PREPARER | {Right.SIGN}
RIGHTS: Mapping[IecRole, frozenset[Right]] = {
    IecRole.OWNER: frozenset(Right),
    IecRole.MANAGER: _PREPARER | {Right.MANAGE_USERS},
    IecRole.SIGNATORY: _SIGNATORY,
    IecRole.PREPARER: _PREPARER,
    IecRole.VIEWER: _VIEWER,
}


class IecUserStatus(StrEnum):
    """Where a user of an IEC stands."""

    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Link:
    """The signature that links a login to its IEC: how, when, with which certificate, and until when it counts.

    `signer` is a keyed hash of who signed (the PAN's hash, or name and year of birth), so that another certificate of
    the same person is known again; `expires_at` is the certificate's end, or a year after e-Sign.
    """

    method: SignatureMethod
    signing_id: str
    linked_at: datetime
    expires_at: datetime
    kind: Kind
    common_name: str
    issuer: str
    fingerprint: str
    signer: str
    reminded_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Link({self.method.value}, {self.signing_id!r})"


@dataclass(frozen=True, slots=True)
class IecUser:
    """One user of an IEC, or one who is invited to become one (no `account_id` yet). Times are aware UTC.

    `offered_to`: on an owner, the user to whom ownership is offered, until the offer is accepted or withdrawn.
    """

    iec: str
    user_id: str
    name: str
    email: str
    role: IecRole
    status: IecUserStatus
    since: datetime
    account_id: str | None = None
    link: Link | None = None
    invited_by: str | None = None
    invitation_expires_at: datetime | None = None
    offered_to: str | None = None
    offer_signing_id: str | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"IecUser({self.user_id!r}, {self.role.value}, {self.status.value})"


@dataclass(frozen=True, slots=True)
class Membership:
    """Which IEC a login is of: one at most (DGFT: one login, one IEC)."""

    account_id: str
    iec: str
    user_id: str
