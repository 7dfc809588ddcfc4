"""The routes of invitations to an IEC, for whoever is invited."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code
from chalicelib.handlers.iec_link_models import IecLinkView, iec_link_view
from chalicelib.handlers.iec_user_models import IecInvitationView, invitation_view
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.signed_in import PERMITTED
from chalicelib.suite import suite

iec_invitations = Blueprint(__name__)
# An id that has not the form of ours is told so by the router.
_REFUSALS = (*PERMITTED, Code.NOT_FOUND, Code.INVITATION_NOT_VALID)


@operation(
    iec_invitations,
    "GET /iec-invitations/{user_id}",
    "Read an invitation to an IEC",
    answers={HTTPStatus.OK: IecInvitationView},
    refusals=_REFUSALS,
)
def read_iec_invitation(asked: Asked[None], user_id: str) -> Answer:
    """Only for the login whose confirmed email is the invited one."""
    return Answer(invitation_view(suite().iec_invitations.read(asked.actor, user_id)))


@operation(
    iec_invitations,
    "POST /iec-invitations/{user_id}/acceptance",
    "Accept an invitation to an IEC",
    answers={HTTPStatus.OK: IecLinkView},
    refusals=(*_REFUSALS, Code.ALREADY_LINKED),
)
def accept_iec_invitation(asked: Asked[None], user_id: str) -> Answer:
    """Makes the login a user of the IEC, with the role that was signed; a second time changes nothing."""
    suite().iec_invitations.accept(asked.actor, user_id, asked.caller)
    return Answer(iec_link_view(suite().iec_linking.read(asked.actor)))
