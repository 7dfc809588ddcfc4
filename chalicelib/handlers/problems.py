"""Problems: every refusal as `application/problem+json` (RFC 9457), in the reader's language."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from chalice.app import Response

from chalicelib.domain.refusals import Code, Refusal
from chalicelib.web.texts import text

STATUS: dict[Code, HTTPStatus] = {
    Code.INVALID_JSON: HTTPStatus.BAD_REQUEST,
    Code.DUPLICATE_KEY: HTTPStatus.BAD_REQUEST,
    Code.UNSUPPORTED_MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Code.BODY_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.INVALID_FIELDS: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    Code.INTERNAL_ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
    Code.SERVICE_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Code.CAPTCHA_INCORRECT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.CAPTCHA_EXPIRED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.CAPTCHA_USED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.DETAILS_NOT_MATCHED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.TEMPORARY_PASSWORD_EXHAUSTED: HTTPStatus.TOO_MANY_REQUESTS,
    Code.FLOW_TOKEN_INVALID: HTTPStatus.UNAUTHORIZED,
    Code.REGISTRATION_EXPIRED: HTTPStatus.GONE,
    Code.REGISTRATION_ENDED: HTTPStatus.CONFLICT,
    Code.REGISTRATION_SUPERSEDED: HTTPStatus.CONFLICT,
    Code.STEP_OUT_OF_ORDER: HTTPStatus.CONFLICT,
    Code.ICEGATE_ID_TAKEN: HTTPStatus.CONFLICT,
    Code.CODES_INCORRECT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.CODES_EXHAUSTED: HTTPStatus.GONE,
    Code.CODES_USED: HTTPStatus.CONFLICT,
    Code.CODES_NOT_MATCHED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.RESEND_TOO_SOON: HTTPStatus.TOO_MANY_REQUESTS,
    Code.SEND_LIMIT_REACHED: HTTPStatus.TOO_MANY_REQUESTS,
    Code.TOO_MANY_REQUESTS: HTTPStatus.TOO_MANY_REQUESTS,
    Code.LOCKED: HTTPStatus.TOO_MANY_REQUESTS,
    Code.SIGN_IN_REFUSED: HTTPStatus.UNAUTHORIZED,
    Code.SESSION_REQUIRED: HTTPStatus.UNAUTHORIZED,
    Code.SESSION_EXPIRED: HTTPStatus.UNAUTHORIZED,
    Code.DIGITAL_SIGNATURE_REGISTRATION_REQUIRED: HTTPStatus.FORBIDDEN,
    Code.PRIVACY_NOTICE_CHANGED: HTTPStatus.CONFLICT,
    Code.SECOND_FACTOR_REQUIRED: HTTPStatus.UNAUTHORIZED,
    Code.STEP_UP_REQUIRED: HTTPStatus.FORBIDDEN,
    Code.METHOD_NOT_OFFERED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.AUTHENTICATOR_CLOCK_OFF: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.AUTHENTICATOR_CODE_USED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.AUTHENTICATOR_REQUIRED: HTTPStatus.FORBIDDEN,
    Code.MOBILE_CONFIRMATION_REQUIRED: HTTPStatus.FORBIDDEN,
    Code.NOT_PERMITTED: HTTPStatus.FORBIDDEN,
    Code.FLOW_ENDED: HTTPStatus.GONE,
    Code.ALREADY_INVITED: HTTPStatus.CONFLICT,
    Code.LAST_ADMINISTRATOR: HTTPStatus.CONFLICT,
    Code.STAFF_STATUS_CONFLICT: HTTPStatus.CONFLICT,
    Code.SIGNATURE_ATTEMPTS_EXHAUSTED: HTTPStatus.CONFLICT,
    Code.SIGNING_EXPIRED: HTTPStatus.GONE,
    Code.SIGNING_ENDED: HTTPStatus.GONE,
    Code.ESIGN_NOT_OFFERED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.ALREADY_LINKED: HTTPStatus.CONFLICT,
    Code.NOT_LINKED: HTTPStatus.FORBIDDEN,
    Code.LINK_EXPIRED: HTTPStatus.FORBIDDEN,
    Code.LAST_OWNER: HTTPStatus.CONFLICT,
    Code.OFFER_ENDED: HTTPStatus.GONE,
    Code.INVITATION_NOT_VALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.IEC_USER_CONFLICT: HTTPStatus.CONFLICT,
    Code.ALREADY_FULLY_REGISTERED: HTTPStatus.CONFLICT,
    Code.DOCUMENTS_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.REVIEW_CONFLICT: HTTPStatus.CONFLICT,
    Code.DIGITAL_SIGNATURE_EXPIRED: HTTPStatus.FORBIDDEN,
    Code.DEPARTMENT_SUSPENDED: HTTPStatus.CONFLICT,
    Code.DEPARTMENT_CONFLICT: HTTPStatus.CONFLICT,
    Code.DEPARTMENT_TOKEN_INVALID: HTTPStatus.UNAUTHORIZED,
    Code.ISSUER_ID_TAKEN: HTTPStatus.CONFLICT,
    Code.CERTIFICATE_CONFLICT: HTTPStatus.CONFLICT,
    Code.PULL_REQUEST_CONFLICT: HTTPStatus.CONFLICT,
    Code.PUSH_NOT_POSSIBLE: HTTPStatus.CONFLICT,
    Code.IMPORT_CONFLICT: HTTPStatus.CONFLICT,
    Code.DIGILOCKER_NOT_OFFERED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.CONSENT_ENDED: HTTPStatus.GONE,
    Code.DOCUMENT_NOT_USABLE: HTTPStatus.CONFLICT,
    Code.DOCUMENT_REVIEW_CONFLICT: HTTPStatus.CONFLICT,
    Code.CHANGE_PENDING: HTTPStatus.CONFLICT,
    Code.CLOSURE_REFUSED: HTTPStatus.CONFLICT,
    Code.CODE_EXPIRED: HTTPStatus.GONE,
    Code.CODE_INCORRECT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.PASSWORD_INCORRECT: HTTPStatus.UNPROCESSABLE_ENTITY,
}
# What Chalice answers itself, before or around a route.
_CHALICE = {
    HTTPStatus.NOT_FOUND: Code.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: Code.METHOD_NOT_ALLOWED,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Code.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.BAD_REQUEST: Code.INVALID_JSON,
}
_RETRY_SECONDS = 2
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Language": "en",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}


def problem(refusal: Refusal, language: str, now: datetime) -> Response:
    """The answer that tells a refusal.

    `type`, `title`, `status`, `detail`, `code`, and `errors`, `reasons`, `retry_at` where they apply.
    """
    status = STATUS[refusal.code]
    facts = dict(refusal.facts)
    body: dict[str, Any] = {
        "type": f"urn:pravesh:refusal:{refusal.code.value}",
        "title": text(language, f"refusal.{refusal.code.value}.title", **facts),
        "status": status.value,
        "detail": text(language, f"refusal.{refusal.code.value}.detail", **facts),
        "code": refusal.code.value,
        **facts,
    }
    headers: dict[str, str | list[str]] = {**HEADERS, "Content-Type": "application/problem+json"}
    headers["Content-Language"] = language
    if refusal.errors:
        body["errors"] = {
            name: text(language, f"field.{error.reason}", **error.values) for name, error in refusal.errors.items()
        }
        body["reasons"] = {name: error.reason for name, error in refusal.errors.items()}
    if refusal.retry_at is not None:
        body["retry_at"] = instant(refusal.retry_at)
        headers["Retry-After"] = str(max(1, math.ceil((refusal.retry_at - now).total_seconds())))
    elif status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(_RETRY_SECONDS)
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(json.dumps(body, ensure_ascii=False), headers, status.value)


def instant(moment: datetime) -> str:
    """An instant as the API writes it: ISO 8601, UTC, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def day_or_none(day: date | None) -> str | None:
    """A day of the calendar as the API writes it: ISO 8601; None for none."""
    return day.isoformat() if day else None


def from_chalice(response: Response, language: str, now: datetime) -> Response:
    """Chalice's own refusals (`{"Code": …, "Message": …}`) as problems; every other answer as it is."""
    body = response.body
    if not (isinstance(body, dict) and set(body) == {"Code", "Message"}):
        return response
    code = _CHALICE.get(HTTPStatus(response.status_code), Code.INTERNAL_ERROR)
    made = problem(Refusal(code), language, now)
    allow = response.headers.get("Allow")
    if allow:
        made.headers["Allow"] = allow
    return made
