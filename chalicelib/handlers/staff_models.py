"""What the routes of the staff directory take and give: bodies and views."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.domain import identifiers
from chalicelib.domain.accounts.account import STAFF, Account, Role
from chalicelib.domain.accounts.names import PersonName, parse_person_name
from chalicelib.domain.contacts import masked_mobile
from chalicelib.domain.identifiers import EmailAddress, Mobile, is_aadhaar_shaped
from chalicelib.domain.refusals import FieldProblem
from chalicelib.domain.staff.authorities import RegionalAuthority, of_staff
from chalicelib.domain.staff.members import Lacking, lacking, post_of
from chalicelib.domain.staff.readiness import Readiness
from chalicelib.handlers.bodies import optional, required, sent
from chalicelib.handlers.problems import instant
from chalicelib.suite import suite

_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_REASON_AT_MOST = 200
_AUTHORITY = "The code of a Regional Authority; of a department officer, the id of the department."
_ROLES = "`officer`, `supervisor`, `administrator` or `department_officer`."
_SUCCESSOR = "The account id of the active member of the same Regional Authority who takes over the work."
# Twelve digits, as a whole or in groups of four.
_TWELVE_DIGITS = re.compile(r"(?<![0-9])[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])")


def parse_role(value: str) -> Role:
    """A role of the Back Office. Refuses with `role_unknown`."""
    if value not in {role.value for role in STAFF}:
        raise FieldProblem("role_unknown")
    return Role(value)


def parse_lacking(value: str) -> Lacking:
    """What to remind of. Refuses with `reminder_unknown`."""
    if value not in {what.value for what in Lacking}:
        raise FieldProblem("reminder_unknown")
    return Lacking(value)


def parse_reason(value: str) -> str:
    """A short reason, its blanks put in order; it is kept in the audit, so it holds no Aadhaar number."""
    reason = " ".join(required(value).split())
    if any(is_aadhaar_shaped(re.sub("[ -]", "", found)) for found in _TWELVE_DIGITS.findall(reason)):
        raise FieldProblem("aadhaar_refused")
    return reason


def parse_successor(value: str) -> str | None:
    """The id of an account, None for nobody. Refuses with `successor_not_active_here`: what is no id is nobody's."""
    if not value:
        return None
    if not _ID.fullmatch(value):
        raise FieldProblem("successor_not_active_here")
    return value


@dataclass(frozen=True, slots=True)
class InvitationBody:
    """Whom to invite."""

    name: PersonName = sent(parse_person_name, "The person's name.", "Meera Nair")
    email: EmailAddress = sent(identifiers.parse_email, "In an official domain.", "meera.nair@dgft.gov.in")
    mobile: Mobile = sent(identifiers.parse_mobile, "An Indian mobile number.", "9876543210")
    authority: str = sent(required, _AUTHORITY, "mumbai", at_most=64)
    role: Role = sent(parse_role, _ROLES, "officer")


@dataclass(frozen=True, slots=True)
class SuspensionBody:
    """Why a member is suspended, and who stands in."""

    reason: str = sent(
        parse_reason, "Why; it is kept in the audit. Name no person.", "Order 12", at_most=_REASON_AT_MOST
    )
    hands_on_to: str | None = optional(parse_successor, _SUCCESSOR, "u7WqJk0m1n2o3p4q5r6s7t", at_most=22)


@dataclass(frozen=True, slots=True)
class PostBody:
    """The post that a member is to have."""

    authority: str = sent(required, _AUTHORITY, "chennai", at_most=64)
    role: Role = sent(parse_role, _ROLES, "supervisor")
    hands_on_to: str | None = optional(parse_successor, _SUCCESSOR, "u7WqJk0m1n2o3p4q5r6s7t", at_most=22)


@dataclass(frozen=True, slots=True)
class DepartureBody:
    """Who takes over the work; needed wherever the Regional Authority has another active member."""

    hands_on_to: str | None = optional(parse_successor, _SUCCESSOR, "u7WqJk0m1n2o3p4q5r6s7t", at_most=22)


@dataclass(frozen=True, slots=True)
class RemindersBody:
    """Whom to remind, and of what."""

    authority: str = sent(required, _AUTHORITY, "mumbai", at_most=64)
    what: Lacking = sent(
        parse_lacking, "`official_email`, `fresh_mobile`, `authenticator` or `training`.", "fresh_mobile"
    )


@dataclass(frozen=True, slots=True)
class AuthorityView:
    """A Regional Authority, by its name in the reader's language."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class AuthoritiesView:
    """The Regional Authorities."""

    authorities: list[AuthorityView]


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member as supervisors and administrators see them; `missing` is what they must still put in order."""

    account_id: str
    name: str
    email: str
    mobile: str
    authority: AuthorityView
    role: str
    status: str
    status_reason: str | None
    invitation_expires_at: str
    joined_at: str | None
    mobile_confirmed_at: str | None
    has_authenticator: bool
    training_acknowledged_at: str | None
    work_goes_to: str | None
    missing: list[str]


@dataclass(frozen=True, slots=True)
class MembersView:
    """The members of a Regional Authority, by name."""

    members: list[MemberView]


@dataclass(frozen=True, slots=True)
class LackingView:
    """The active members who lack each thing."""

    official_email: list[MemberView]
    fresh_mobile: list[MemberView]
    authenticator: list[MemberView]
    training: list[MemberView]


@dataclass(frozen=True, slots=True)
class ReadinessRow:
    """How a Regional Authority stands, in numbers."""

    authority: AuthorityView
    total: int
    ready: int
    official_email: int
    fresh_mobile: int
    authenticator: int
    training: int


@dataclass(frozen=True, slots=True)
class ReadinessView:
    """How one Regional Authority stands.

    `authorities` is the overview of all, for an administrator who asked for none.
    """

    authority: AuthorityView
    total: int
    ready: int
    lacking: LackingView
    authorities: list[ReadinessRow] | None


@dataclass(frozen=True, slots=True)
class RemindedView:
    """How many were reminded now."""

    reminded: int


def authority_view(authority: RegionalAuthority, language: str) -> AuthorityView:
    """A Regional Authority as the reader calls it."""
    return AuthorityView(authority.code, authority.called(language))


def member_view(member: Account, language: str, office: RegionalAuthority | None = None) -> MemberView:
    """A member as they stand at this moment; `office` is theirs where it was read already."""
    post, parts = post_of(member), suite()
    office = office or of_staff(parts.staff_offices, post.authority)
    joined, confirmed_at = post.joined_at, member.mobile_confirmed_at
    training = post.training_acknowledged_at
    return MemberView(
        account_id=member.account_id,
        name=member.name,
        email=member.contact.email,
        mobile=masked_mobile(member.contact.mobile),
        authority=authority_view(office, language),
        role=member.role.value,
        status=member.status.value,
        status_reason=post.status_reason,
        invitation_expires_at=instant(post.invitation_expires_at),
        joined_at=instant(joined) if joined else None,
        mobile_confirmed_at=instant(confirmed_at) if confirmed_at else None,
        has_authenticator=member.security.authenticator is not None,
        training_acknowledged_at=instant(training) if training else None,
        work_goes_to=post.work_goes_to,
        missing=[what.value for what in lacking(member, parts.official_domains, parts.clock())],
    )


def member_views(members: Iterable[Account], language: str) -> list[MemberView]:
    """Members, in the order in which they come."""
    there = list(members)
    # A department's name is a read: one for each office, not for each member.
    codes = {post_of(member).authority for member in there}
    offices = {code: of_staff(suite().staff_offices, code) for code in codes}
    return [member_view(member, language, offices[post_of(member).authority]) for member in there]


def readiness_view(found: Readiness, overview: Iterable[Readiness] | None, language: str) -> ReadinessView:
    """How one Regional Authority stands, and all of them where there is an overview."""
    rows = None if overview is None else [_row(one, language) for one in overview]
    lists = {what.value: member_views(found.lacking[what], language) for what in Lacking}
    return ReadinessView(
        authority_view(found.authority, language), found.total, found.ready, LackingView(**lists), rows
    )


def _row(found: Readiness, language: str) -> ReadinessRow:
    counts = {what.value: len(found.lacking[what]) for what in Lacking}
    return ReadinessRow(authority_view(found.authority, language), found.total, found.ready, **counts)
