"""Push URI: telling DigiLocker that a certificate is there, has changed, or is withdrawn.

The fields of a call, its two encodings, and what an answer means. Source: Meri Pehchaan 2.4 and the Authorized
Partner API (docs/sources.md). No body of a 200 is documented, so none is read.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from chalicelib.domain.departments.certificates import Certificate
from chalicelib.domain.departments.departments import DigiLockerClient
from chalicelib.domain.departments.pushes import PushAction
from chalicelib.domain.digilocker import formulas
from chalicelib.domain.digilocker.line import Call, DigiLockerUnavailable, Reply

_OK = 200
_TEXT_AT_MOST = 4000
# DigiLocker's words for "later": too busy, too slow, and its own failures where they come under a status below 500.
_LATER = frozenset({408, 425, 429})
_OWN_FAILURES = frozenset({"unexpected_error", "partner_service_unresponsive"})


class PushAnswer(StrEnum):
    """What DigiLocker said to a push. Each that is a reason for parking has a sentence (`trouble.push_<answer>`)."""

    DONE = "done"
    # On `A` the same as done: an earlier call came through and its answer was lost.
    IN_THIS_ACCOUNT = "in_this_account"
    # Somebody else has this URI in their account: a person must look.
    IN_ANOTHER_ACCOUNT = "in_another_account"
    ACCOUNT_UNKNOWN = "account_unknown"
    CLIENT_UNKNOWN = "client_unknown"
    SCOPE_MISSING = "scope_missing"
    URI_REFUSED = "uri_refused"
    DOCTYPE_REFUSED = "doctype_refused"
    DESCRIPTION_REFUSED = "description_refused"
    DOC_ID_REFUSED = "doc_id_refused"
    DATE_REFUSED = "date_refused"
    TIME_REFUSED = "time_refused"
    HMAC_REFUSED = "hmac_refused"
    PARAMETER_REFUSED = "parameter_refused"
    NOT_UNDERSTOOD = "not_understood"


# The department's own set-up: once that is mended, the same push goes through.
OF_THE_CLIENT = frozenset({PushAnswer.CLIENT_UNKNOWN, PushAnswer.SCOPE_MISSING, PushAnswer.HMAC_REFUSED})
# By the words of `error_description`, looked for in this order.
_PARAMETERS = (
    ("already exists in this account", PushAnswer.IN_THIS_ACCOUNT),
    ("already exists in another account", PushAnswer.IN_ANOTHER_ACCOUNT),
    ("hmac", PushAnswer.HMAC_REFUSED),
    ("timestamp", PushAnswer.TIME_REFUSED),
    ("description", PushAnswer.DESCRIPTION_REFUSED),
    ("doctype", PushAnswer.DOCTYPE_REFUSED),
    ("docid", PushAnswer.DOC_ID_REFUSED),
    ("issuedate", PushAnswer.DATE_REFUSED),
    ("validfrom", PushAnswer.DATE_REFUSED),
    ("validto", PushAnswer.DATE_REFUSED),
    ("uri", PushAnswer.URI_REFUSED),
)
_ERRORS = {
    "invalid_client_id": PushAnswer.CLIENT_UNKNOWN,
    "insufficient_scope": PushAnswer.SCOPE_MISSING,
    "invalid_digilocker_id": PushAnswer.ACCOUNT_UNKNOWN,
}


def fields(
    client: DigiLockerClient,
    secret: bytes,
    certificate: Certificate,
    description: str,
    action: PushAction,
    now: datetime,
) -> Mapping[str, str]:
    """The fields of one call, in the order of the hash, `hmac` the last; optional ones that are empty are left out.

    Dates are DDMMYYYY, `ts` is UNIX seconds. PDF and XML, which Push URI leaves open, do not go along: Pull URI gives
    them. A certificate whose account is not known is `ValueError`.
    """
    if certificate.account is None:
        raise ValueError(certificate.certificate_id)
    given = {
        "clientid": client.client_id,
        "digilockerid": certificate.account.digilocker_id,
        "uri": certificate.uri,
        "doctype": certificate.doctype,
        "description": description,
        "docid": certificate.doc_id,
        "issuedate": _date(certificate.issued_on),
        "validfrom": _date(certificate.valid_from),
        "validto": _date(certificate.valid_to),
        "action": action.value,
        "ts": str(int(now.timestamp())),
    }
    sent = {name: value for name, value in given.items() if value}
    return {**sent, "hmac": formulas.push_hmac(secret, given)}


def call(path: str, client: DigiLockerClient, given: Mapping[str, str]) -> Call:
    """The call with these fields, in the client's encoding: `multipart`, or urlencoded for any other word."""
    if client.push_encoding != "multipart":
        return Call("POST", path, form=tuple(given.items()))
    # Random, so that no value can hold it.
    boundary = secrets.token_hex(16)
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in given.items()
    )
    body = f"{parts}--{boundary}--\r\n".encode()
    return Call("POST", path, body=body, content_type=f"multipart/form-data; boundary={boundary}")


def read(reply: Reply) -> PushAnswer:
    """What DigiLocker said. It is told by `error` and its description first: the statuses differ between versions.

    Raises `DigiLockerUnavailable` where repeating later helps.
    """
    if reply.status == _OK:
        return PushAnswer.DONE
    error, words = _error(reply.body)
    if error in _OWN_FAILURES or reply.status in _LATER:
        raise DigiLockerUnavailable(error or f"status_{reply.status}")
    if error in _ERRORS:
        return _ERRORS[error]
    if error == "invalid_parameter" or any(text in words for text, _ in _PARAMETERS[:2]):
        found = (answer for text, answer in _PARAMETERS if text in words)
        return next(found, PushAnswer.PARAMETER_REFUSED)
    return PushAnswer.NOT_UNDERSTOOD


def _error(body: bytes) -> tuple[str, str]:
    """`error` and `error_description`, lower case and bounded; "" for what is not there or is no text."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(content, dict):
        return "", ""
    error, words = content.get("error"), content.get("error_description")
    return (
        error.strip().lower()[:_TEXT_AT_MOST] if isinstance(error, str) else "",
        " ".join(words[:_TEXT_AT_MOST].lower().split()) if isinstance(words, str) else "",
    )


def _date(day: date | None) -> str:
    return day.strftime("%d%m%Y") if day else ""
