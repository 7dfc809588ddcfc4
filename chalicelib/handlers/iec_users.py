"""The routes of an IEC's users: who is there, what was signed, and what is to be signed."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.iec.managing_users import Wanted
from chalicelib.domain.refusals import Code
from chalicelib.handlers.iec_user_models import (
    IecHistoryView,
    IecUsersView,
    UserChangeBody,
    history_view,
    users_view,
)
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.signed_in import PERMITTED
from chalicelib.handlers.signing_models import SigningView, signing_view
from chalicelib.suite import suite

iec_users = Blueprint(__name__)
_OF_AN_IEC = (*PERMITTED, Code.NOT_LINKED)


@operation(
    iec_users,
    "GET /iec/users",
    "List the users of one's IEC",
    answers={HTTPStatus.OK: IecUsersView},
    refusals=_OF_AN_IEC,
)
def list_iec_users(asked: Asked[None]) -> Answer:
    """Everybody but who was removed; who is invited stands among them."""
    return Answer(users_view(suite().iec_users.users(asked.actor)))


@operation(
    iec_users,
    "GET /iec/history",
    "Read what was signed about one's IEC",
    answers={HTTPStatus.OK: IecHistoryView},
    refusals=_OF_AN_IEC,
)
def read_iec_history(asked: Asked[None]) -> Answer:
    """What took effect, or came too late. The evidence is for who signed it."""
    return Answer(history_view(suite().iec_history.read(asked.actor), asked.language))


@operation(
    iec_users,
    "POST /iec/user-changes",
    "Draw up a change of the users of one's IEC",
    body=UserChangeBody,
    answers={HTTPStatus.CREATED: SigningView},
    refusals=(
        *_OF_AN_IEC,
        Code.INVALID_FIELDS,
        Code.NOT_FOUND,
        Code.LINK_EXPIRED,
        Code.LAST_OWNER,
        Code.OFFER_ENDED,
        Code.IEC_USER_CONFLICT,
        Code.SEND_LIMIT_REACHED,
        Code.TOO_MANY_REQUESTS,
    ),
)
def open_iec_user_change(asked: Asked[UserChangeBody]) -> Answer:
    """Nothing changes before it is signed; then it is decided once more, and done."""
    body = asked.body
    wanted = Wanted(body.change, body.user_id, body.name, body.email, body.role)
    signing = suite().iec_users.open(asked.actor, wanted, asked.caller)
    return Answer(signing_view(signing, asked.language), HTTPStatus.CREATED)
