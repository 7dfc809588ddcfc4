"""What DigiLocker's error codes mean for us: docs/sources.md has the table, `_MEANINGS` is the whole of it.

Decided on the code and not on the HTTP status: the published description of pull-document has two groups of statuses
swapped. An unknown code is judged by its status.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import StrEnum

from chalicelib.domain.digilocker.line import DigiLockerUnavailable, Reply


class Meaning(StrEnum):
    """What follows from an answer."""

    # Repeating later helps: back off, then say that DigiLocker is unavailable.
    LATER = "later"
    # The access token is over: renew it, or ask the person again.
    TOKEN_OVER = "token_over"  # noqa: S105 - a meaning
    # The person did not share it, or the client may not ask for it.
    NOT_SHARED = "not_shared"
    NOT_THERE = "not_there"
    # States of a pull, and no failures.
    PENDING = "pending"
    THERE_ALREADY = "there_already"
    # A code or a refresh token that counts no more.
    GRANT_OVER = "grant_over"
    # Our client id or secret is not taken.
    CLIENT_REFUSED = "client_refused"
    # Something of ours is wrong; repeating does not help.
    OURS = "ours"


_MEANINGS: Mapping[str, Meaning] = {
    "invalid_token": Meaning.TOKEN_OVER,
    "token_revoked": Meaning.TOKEN_OVER,
    "insufficient_scope": Meaning.NOT_SHARED,
    "unexpected_error": Meaning.LATER,
    "server_error": Meaning.LATER,
    "temporarily_unavailable": Meaning.LATER,
    "partner_service_unresponsive": Meaning.LATER,
    "repository_service_inactive": Meaning.LATER,
    "repository_service_unpublished": Meaning.LATER,
    "repository_service_unresponsive": Meaning.LATER,
    "repository_service_configerror": Meaning.LATER,
    "repository_service_resperror": Meaning.LATER,
    "repository_service_exception": Meaning.LATER,
    "uri_missing": Meaning.OURS,
    "invalid_uri": Meaning.NOT_THERE,
    "invalid_id": Meaning.NOT_THERE,
    "record_not_found": Meaning.NOT_THERE,
    "aadhaar_not_linked": Meaning.NOT_THERE,
    "aadhaar_not_available": Meaning.NOT_THERE,
    "pull_response_pending": Meaning.PENDING,
    "uri_exists": Meaning.THERE_ALREADY,
    "invalid_orgid": Meaning.OURS,
    "invalid_doctype": Meaning.OURS,
    "invalid_parameter": Meaning.OURS,
    "invalid_grant": Meaning.GRANT_OVER,
    "invalid_grant_type": Meaning.OURS,
    "invalid_client": Meaning.CLIENT_REFUSED,
    "invalid_client_id": Meaning.CLIENT_REFUSED,
    "unauthorized_client": Meaning.CLIENT_REFUSED,
}
_BY_STATUS: Mapping[int, Meaning] = {401: Meaning.TOKEN_OVER, 403: Meaning.NOT_SHARED, 404: Meaning.NOT_THERE}
_GOOD, _BROKEN = 200, 500


class DigiLockerRefused(Exception):  # noqa: N818
    """DigiLocker said no. `code` is its own, "" where it gave none."""

    def __init__(self, code: str, meaning: Meaning) -> None:
        super().__init__(code or meaning.value)
        self.code = code
        self.meaning = meaning


class AnswerUnfit(Exception):  # noqa: N818
    """DigiLocker's answer is not what the specification says; `reason` is ours, and nothing of the answer is in it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def meaning_of(code: str, status: int) -> Meaning:
    """What an error code means; one that is not known, by the HTTP status."""
    if code in _MEANINGS:
        return _MEANINGS[code]
    return Meaning.LATER if status >= _BROKEN else _BY_STATUS.get(status, Meaning.OURS)


def demand_good(reply: Reply) -> Reply:
    """The reply, where it is a 200. Raises `DigiLockerRefused`, and `DigiLockerUnavailable` where repeating helps."""
    if reply.status == _GOOD:
        return reply
    code = _code_of(reply)
    meaning = meaning_of(code, reply.status)
    if meaning is Meaning.LATER:
        raise DigiLockerUnavailable(code or "unexpected_error")
    raise DigiLockerRefused(code, meaning)


def json_of(reply: Reply) -> Mapping[str, object]:
    """The JSON object in a good reply. Raises as `demand_good`, and `AnswerUnfit`."""
    demand_good(reply)
    found = _json(reply.body)
    if not isinstance(found, dict):
        raise AnswerUnfit("answer_unreadable")
    return found


def list_of(reply: Reply, *names: str) -> tuple[Mapping[str, object], ...]:
    """The objects that a good reply lists, bare or under one of `names`. Raises as `json_of`."""
    demand_good(reply)
    found = _json(reply.body)
    if isinstance(found, dict):
        found = next((found[name] for name in names if name in found), None)
    if not isinstance(found, list):
        raise AnswerUnfit("answer_unreadable")
    return tuple(one for one in found if isinstance(one, dict))


def text_in(found: Mapping[str, object], *names: str) -> str:
    """The first of these members that is there, as text without blanks around it; "" where none is.

    A number is told as its digits: DigiLocker sends some members either way.
    """
    for name in names:
        value = found.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""


def _code_of(reply: Reply) -> str:
    found = _json(reply.body)
    code = found.get("error") if isinstance(found, dict) else None
    return code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,60}", code) else ""


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
