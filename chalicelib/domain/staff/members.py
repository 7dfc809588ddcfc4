"""Staff members: every step that a member's record can take, and what the member must still put in order.

Pure functions: each takes the record and the clock's reading and gives the record after the step, or refuses with
`staff_status_conflict` where the member does not stand where the step begins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.accounts.account import Account, AccountStatus, HandedOn, Post, Role
from chalicelib.domain.accounts.security import Security
from chalicelib.domain.authorisation import is_mobile_fresh
from chalicelib.domain.contacts import Contact
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.staff.official_email import is_official

INVITATION = timedelta(days=7)


class Lacking(StrEnum):
    """What a member must have, as Regional Authorities are asked to see to it."""

    OFFICIAL_EMAIL = "official_email"
    FRESH_MOBILE = "fresh_mobile"
    AUTHENTICATOR = "authenticator"
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom to invite, to which Regional Authority (its code), as what."""

    name: str
    contact: Contact
    authority: str
    role: Role
    language: str


def post_of(member: Account) -> Post:
    """The post of a staff account; every one has it."""
    assert member.post is not None
    return member.post


def invited(account_id: str, invitation: Invitation, invited_by: str, now: datetime) -> Account:
    """The account of somebody who is invited: it has no password yet, and its username is the email."""
    return Account(
        account_id=account_id,
        role=invitation.role,
        status=AccountStatus.INVITED,
        username=invitation.contact.email,
        name=invitation.name,
        contact=invitation.contact,
        password_hash=None,
        language=invitation.language,
        created_at=now,
        post=Post(invitation.authority, invited_by, now, now + INVITATION),
    )


def invited_again(member: Account, now: datetime) -> Account:
    """The invitation begins anew: 7 days from now."""
    demand_status(member, AccountStatus.INVITED)
    return replace(member, post=replace(post_of(member), invited_at=now, invitation_expires_at=now + INVITATION))


def may_join(member: Account | None, now: datetime) -> bool:
    """Whether this is an invited member whose invitation has not run out."""
    if member is None or member.post is None or member.status is not AccountStatus.INVITED:
        return False
    return now < member.post.invitation_expires_at


def joined(member: Account, password_hash: str, now: datetime) -> Account:
    """The member has joined: both addresses were confirmed just now, and the invitation is used up."""
    demand_status(member, AccountStatus.INVITED)
    return replace(
        member,
        status=AccountStatus.ACTIVE,
        password_hash=password_hash,
        email_confirmed_at=now,
        mobile_confirmed_at=now,
        post=replace(post_of(member), joined_at=now),
    )


def suspended(member: Account, reason: str, work_goes_to: str | None) -> Account:
    """The member may do nothing until they are taken back."""
    demand_status(member, AccountStatus.ACTIVE)
    post = replace(post_of(member), work_goes_to=work_goes_to, status_reason=reason)
    return replace(member, status=AccountStatus.SUSPENDED, post=post, security=_locked_out(member.security))


def reactivated(member: Account) -> Account:
    """The member is back, and so is their work."""
    demand_status(member, AccountStatus.SUSPENDED)
    post = replace(post_of(member), work_goes_to=None, status_reason=None)
    return replace(member, status=AccountStatus.ACTIVE, post=post)


def posted(member: Account, authority: str, role: Role, work_goes_to: str | None) -> Account:
    """The member belongs to `authority` as `role`. What they leave behind in another one goes to `work_goes_to`."""
    demand_status(member, AccountStatus.ACTIVE, AccountStatus.SUSPENDED)
    post = post_of(member)
    if post.authority != authority:
        handed_on = [one for one in post.handed_on if one.authority not in {authority, post.authority}]
        # Where the member was away already, whoever stands in keeps the work.
        to = work_goes_to or post.work_goes_to
        handed_on += [HandedOn(post.authority, to)] if to else []
        post = replace(post, authority=authority, work_goes_to=None, handed_on=tuple(handed_on))
    return replace(member, role=role, post=post, security=_locked_out(member.security))


def departed(member: Account, work_goes_to: str | None) -> Account:
    """The member has left for good, or an invitation was taken back."""
    demand_status(member, AccountStatus.INVITED, AccountStatus.ACTIVE, AccountStatus.SUSPENDED)
    post = replace(post_of(member), work_goes_to=work_goes_to or post_of(member).work_goes_to)
    security = Security(generation=member.security.generation + 1)
    return replace(member, status=AccountStatus.DEPARTED, password_hash=None, post=post, security=security)


def without_authenticator(member: Account) -> Account:
    """The member must enrol an authenticator anew; recovery codes and trusted browsers go with the old one."""
    demand_status(member, AccountStatus.ACTIVE, AccountStatus.SUSPENDED)
    return replace(member, security=Security(generation=member.security.generation + 1))


def demand_status(member: Account, *allowed: AccountStatus) -> None:
    """Raises `Refusal` `staff_status_conflict`, telling the status, where it is none of these."""
    if member.status not in allowed:
        raise Refusal(Code.STAFF_STATUS_CONFLICT, current_status=member.status.value)


def lacking(member: Account, domains: tuple[str, ...], now: datetime) -> tuple[Lacking, ...]:
    """What the member must still put in order, in the order of `Lacking`; `domains` may have changed."""
    is_there = {
        Lacking.OFFICIAL_EMAIL: is_official(member.contact.email, domains),
        Lacking.FRESH_MOBILE: is_mobile_fresh(member, now),
        Lacking.AUTHENTICATOR: member.security.authenticator is not None,
        Lacking.TRAINING: post_of(member).training_acknowledged_at is not None,
    }
    return tuple(what for what, is_had in is_there.items() if not is_had)


def _locked_out(security: Security) -> Security:
    """Every session ends, and no browser is trusted any more."""
    return replace(security, generation=security.generation + 1, trusted_browsers=())
