"""Refusals: every "no" that the suite says, as one family with stable codes.

A refusal carries what a person needs to go on: which field, why, and when to try again. The words are not here; they
come from the text catalogue by the code (`refusal.<code>.title`, `refusal.<code>.detail`) and by the field's reason
(`field.<reason>`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Code(StrEnum):
    """The stable code of a refusal; clients may rely on it."""

    INVALID_JSON = "invalid_json"
    DUPLICATE_KEY = "duplicate_key"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    BODY_TOO_LARGE = "body_too_large"
    INVALID_FIELDS = "invalid_fields"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    INTERNAL_ERROR = "internal_error"
    SERVICE_UNAVAILABLE = "service_unavailable"
    CAPTCHA_INCORRECT = "captcha_incorrect"
    CAPTCHA_EXPIRED = "captcha_expired"
    CAPTCHA_USED = "captcha_used"
    DETAILS_NOT_MATCHED = "details_not_matched"
    TEMPORARY_PASSWORD_EXHAUSTED = "temporary_password_exhausted"  # noqa: S105 - a code
    FLOW_TOKEN_INVALID = "flow_token_invalid"  # noqa: S105 - a code
    REGISTRATION_EXPIRED = "registration_expired"
    REGISTRATION_ENDED = "registration_ended"
    REGISTRATION_SUPERSEDED = "registration_superseded"
    STEP_OUT_OF_ORDER = "step_out_of_order"
    ICEGATE_ID_TAKEN = "icegate_id_taken"
    CODES_INCORRECT = "codes_incorrect"
    CODES_EXHAUSTED = "codes_exhausted"
    CODES_USED = "codes_used"
    CODES_NOT_MATCHED = "codes_not_matched"
    RESEND_TOO_SOON = "resend_too_soon"
    SEND_LIMIT_REACHED = "send_limit_reached"
    TOO_MANY_REQUESTS = "too_many_requests"
    LOCKED = "locked"
    SIGN_IN_REFUSED = "sign_in_refused"
    SESSION_REQUIRED = "session_required"
    SESSION_EXPIRED = "session_expired"
    DIGITAL_SIGNATURE_REGISTRATION_REQUIRED = "digital_signature_registration_required"
    CODE_EXPIRED = "code_expired"
    CODE_INCORRECT = "code_incorrect"
    SECOND_FACTOR_REQUIRED = "second_factor_required"
    STEP_UP_REQUIRED = "step_up_required"
    METHOD_NOT_OFFERED = "method_not_offered"
    AUTHENTICATOR_CLOCK_OFF = "authenticator_clock_off"
    AUTHENTICATOR_CODE_USED = "authenticator_code_used"
    AUTHENTICATOR_REQUIRED = "authenticator_required"
    MOBILE_CONFIRMATION_REQUIRED = "mobile_confirmation_required"
    NOT_PERMITTED = "not_permitted"
    PASSWORD_INCORRECT = "password_incorrect"  # noqa: S105 - a code
    PRIVACY_NOTICE_CHANGED = "privacy_notice_changed"
    FLOW_ENDED = "flow_ended"
    CHANGE_PENDING = "change_pending"
    CLOSURE_REFUSED = "closure_refused"
    ALREADY_INVITED = "already_invited"
    LAST_ADMINISTRATOR = "last_administrator"
    STAFF_STATUS_CONFLICT = "staff_status_conflict"
    # Signatures, IECs and their users, full registration.
    SIGNATURE_ATTEMPTS_EXHAUSTED = "signature_attempts_exhausted"
    SIGNING_EXPIRED = "signing_expired"
    SIGNING_ENDED = "signing_ended"
    ESIGN_NOT_OFFERED = "esign_not_offered"
    ALREADY_LINKED = "already_linked"
    NOT_LINKED = "not_linked"
    LINK_EXPIRED = "link_expired"
    LAST_OWNER = "last_owner"
    OFFER_ENDED = "offer_ended"
    INVITATION_NOT_VALID = "invitation_not_valid"
    IEC_USER_CONFLICT = "iec_user_conflict"
    ALREADY_FULLY_REGISTERED = "already_fully_registered"
    DOCUMENTS_MISSING = "documents_missing"
    REVIEW_CONFLICT = "review_conflict"
    DIGITAL_SIGNATURE_EXPIRED = "digital_signature_expired"
    # Departments and DigiLocker.
    DEPARTMENT_SUSPENDED = "department_suspended"
    DEPARTMENT_CONFLICT = "department_conflict"
    DEPARTMENT_TOKEN_INVALID = "department_token_invalid"  # noqa: S105 - a code
    ISSUER_ID_TAKEN = "issuer_id_taken"
    CERTIFICATE_CONFLICT = "certificate_conflict"
    PULL_REQUEST_CONFLICT = "pull_request_conflict"
    PUSH_NOT_POSSIBLE = "push_not_possible"
    IMPORT_CONFLICT = "import_conflict"
    DIGILOCKER_NOT_OFFERED = "digilocker_not_offered"
    CONSENT_ENDED = "consent_ended"
    DOCUMENT_NOT_USABLE = "document_not_usable"
    DOCUMENT_REVIEW_CONFLICT = "document_review_conflict"


@dataclass(frozen=True, slots=True)
class FieldError:
    """Why one field was refused: a stable reason and the values that its sentence names."""

    reason: str
    values: Mapping[str, str | int] = field(default_factory=dict)


class FieldProblem(ValueError):  # noqa: N818 - a field's "no", like a refusal
    """Raised by a field's parser; the reader of the whole body gathers these into one `Refusal`."""

    def __init__(self, reason: str, **values: str | int) -> None:
        super().__init__(reason)
        self.error = FieldError(reason, values)


class Refusal(Exception):  # noqa: N818 - the field's word for it
    """A "no" with its reason.

    `errors` maps a field of the request to why it was refused; `retry_at` (aware, UTC) says when the same request may
    be made again; `facts` are further members of the answer, such as `attempts_left`. Nothing secret belongs in any of
    them.
    """

    def __init__(
        self,
        code: Code,
        *,
        errors: Mapping[str, FieldError] | None = None,
        retry_at: datetime | None = None,
        **facts: str | int,
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.errors: Mapping[str, FieldError] = errors or {}
        self.retry_at = retry_at
        self.facts: Mapping[str, str | int] = facts


def invalid(**reasons: str) -> Refusal:
    """A refusal of named fields, for rules that look at more than one field.

    `invalid(confirm_password="passwords_differ")`.
    """
    return Refusal(Code.INVALID_FIELDS, errors={name: FieldError(reason) for name, reason in reasons.items()})
