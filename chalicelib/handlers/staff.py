"""The routes of the staff directory: who is there, who is ready, and how posts change."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.accounts.account import Account
from chalicelib.domain.authorisation import Standing
from chalicelib.domain.contacts import Contact
from chalicelib.domain.refusals import Code
from chalicelib.domain.staff.members import Invitation
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.signed_in import STAFF
from chalicelib.handlers.staff_models import (
    AuthoritiesView,
    DepartureBody,
    InvitationBody,
    MembersView,
    MemberView,
    PostBody,
    ReadinessView,
    RemindedView,
    RemindersBody,
    SuspensionBody,
    authority_view,
    member_view,
    member_views,
    readiness_view,
)
from chalicelib.suite import suite

staff = Blueprint(__name__)
_SENSITIVE = (*STAFF, Code.STEP_UP_REQUIRED)
_CHANGES = (*_SENSITIVE, Code.NOT_FOUND, Code.STAFF_STATUS_CONFLICT)
_QUERY = {"authority": "The code of a Regional Authority, or a department's id; without it, one's own."}


@operation(
    staff,
    "GET /authorities",
    "List the Regional Authorities",
    answers={HTTPStatus.OK: AuthoritiesView},
    refusals=STAFF,
)
def list_authorities(asked: Asked[None]) -> Answer:
    """Every Regional Authority that is configured."""
    found = suite().authorities.all()
    return Answer(AuthoritiesView([authority_view(authority, asked.language) for authority in found]))


@operation(
    staff,
    "GET /staff",
    "List the staff of a Regional Authority",
    query=_QUERY,
    answers={HTTPStatus.OK: MembersView},
    refusals=(*STAFF, Code.INVALID_FIELDS, Code.NOT_FOUND),
)
def list_staff(asked: Asked[None]) -> Answer:
    """Every member, those who left among them."""
    found = suite().staff_directory.members(asked.actor, asked.query.get("authority"))
    return Answer(MembersView(member_views(found, asked.language)))


@operation(
    staff,
    "POST /staff",
    "Invite somebody to the staff",
    body=InvitationBody,
    answers={HTTPStatus.CREATED: MemberView},
    refusals=(*_SENSITIVE, Code.INVALID_FIELDS, Code.ALREADY_INVITED, Code.SEND_LIMIT_REACHED),
)
def invite_staff(asked: Asked[InvitationBody]) -> Answer:
    """Makes an account that is to be joined within 7 days, and mails the invitation."""
    body = asked.body
    invitation = Invitation(
        body.name, Contact(body.email, body.mobile), body.authority, body.role, asked.caller.language
    )
    made = suite().staff_invitations.invite(asked.actor, invitation, asked.caller)
    return Answer(member_view(made, asked.language), HTTPStatus.CREATED)


@operation(
    staff,
    "GET /staff/readiness",
    "Read who lacks what staff must have",
    query=_QUERY,
    answers={HTTPStatus.OK: ReadinessView},
    refusals=(*STAFF, Code.INVALID_FIELDS, Code.NOT_FOUND),
)
def read_readiness(asked: Asked[None]) -> Answer:
    """How a Regional Authority stands; an administrator who names none reads the overview of all as well."""
    desk, authority = suite().staff_readiness, asked.query.get("authority")
    wants_overview = authority is None and asked.actor.standing is Standing.ADMINISTRATOR
    overview = desk.overview() if wants_overview else None
    return Answer(readiness_view(desk.of(asked.actor, authority), overview, asked.language))


@operation(
    staff,
    "POST /staff/reminders",
    "Remind everybody who lacks something",
    body=RemindersBody,
    answers={HTTPStatus.ACCEPTED: RemindedView},
    refusals=(*STAFF, Code.INVALID_FIELDS, Code.NOT_FOUND),
)
def remind_staff(asked: Asked[RemindersBody]) -> Answer:
    """Mails each of them, at most once a day for one thing."""
    body = asked.body
    reminded = suite().staff_readiness.remind(asked.actor, body.authority, body.what, asked.caller)
    return Answer(RemindedView(reminded), HTTPStatus.ACCEPTED)


@operation(
    staff,
    "GET /staff/{account_id}",
    "Read a member of the staff",
    answers={HTTPStatus.OK: MemberView},
    refusals=(*STAFF, Code.NOT_FOUND),
)
def read_staff_member(asked: Asked[None], account_id: str) -> Answer:
    """One member, as their supervisor or an administrator sees them."""
    return _answer(asked, suite().staff_directory.member(asked.actor, account_id))


@operation(
    staff,
    "POST /staff/{account_id}/invitation",
    "Send an invitation again",
    answers={HTTPStatus.OK: MemberView},
    refusals=(*STAFF, Code.NOT_FOUND, Code.STAFF_STATUS_CONFLICT, Code.SEND_LIMIT_REACHED),
)
def invite_staff_again(asked: Asked[None], account_id: str) -> Answer:
    """The invitation's 7 days begin anew."""
    return _answer(asked, suite().staff_invitations.invite_again(asked.actor, account_id, asked.caller))


@operation(
    staff,
    "POST /staff/{account_id}/suspension",
    "Suspend a member",
    body=SuspensionBody,
    answers={HTTPStatus.OK: MemberView},
    refusals=(*_CHANGES, Code.INVALID_FIELDS, Code.LAST_ADMINISTRATOR),
)
def suspend_staff(asked: Asked[SuspensionBody], account_id: str) -> Answer:
    """Ends the member's sessions; somebody may stand in meanwhile."""
    body = asked.body
    return _answer(
        asked, suite().staff_posts.suspend(asked.actor, account_id, body.reason, body.hands_on_to, asked.caller)
    )


@operation(
    staff,
    "POST /staff/{account_id}/reactivation",
    "Take a suspended member back",
    answers={HTTPStatus.OK: MemberView},
    refusals=_CHANGES,
)
def reactivate_staff(asked: Asked[None], account_id: str) -> Answer:
    """The member may sign in again, and their work is theirs again."""
    return _answer(asked, suite().staff_posts.reactivate(asked.actor, account_id, asked.caller))


@operation(
    staff,
    "PUT /staff/{account_id}/post",
    "Change a member's Regional Authority or role",
    body=PostBody,
    answers={HTTPStatus.OK: MemberView},
    refusals=(*_CHANGES, Code.INVALID_FIELDS, Code.LAST_ADMINISTRATOR),
)
def change_post(asked: Asked[PostBody], account_id: str) -> Answer:
    """Ends the member's sessions; who moves hands their work on."""
    body = asked.body
    return _answer(
        asked,
        suite().staff_posts.post(asked.actor, account_id, body.authority, body.role, body.hands_on_to, asked.caller),
    )


@operation(
    staff,
    "POST /staff/{account_id}/departure",
    "Record that a member has left, or take an invitation back",
    body=DepartureBody,
    answers={HTTPStatus.OK: MemberView},
    refusals=(*_CHANGES, Code.INVALID_FIELDS, Code.LAST_ADMINISTRATOR),
)
def record_departure(asked: Asked[DepartureBody], account_id: str) -> Answer:
    """Ends the account for good and hands the work on."""
    return _answer(
        asked, suite().staff_posts.record_departure(asked.actor, account_id, asked.body.hands_on_to, asked.caller)
    )


@operation(
    staff,
    "POST /staff/{account_id}/authenticator-reset",
    "Remove a member's authenticator",
    answers={HTTPStatus.OK: MemberView},
    refusals=_CHANGES,
)
def reset_staff_authenticator(asked: Asked[None], account_id: str) -> Answer:
    """Ends the member's sessions; they enrol an authenticator anew."""
    return _answer(asked, suite().staff_posts.reset_authenticator(asked.actor, account_id, asked.caller))


def _answer(asked: Asked[Any], member: Account) -> Answer:
    return Answer(member_view(member, asked.language))
