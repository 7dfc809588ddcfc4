"""Why a fetch, or one document of it, did not end as wished. The catalogue's `digilocker.reason.<reason>` tells it."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Of a fetch, and of a document."""

    # Of the visit.
    DENIED = "denied"
    OTHER_BROWSER = "other_browser"
    REFUSED_BY_DIGILOCKER = "refused_by_digilocker"
    CODE_REFUSED = "code_refused"
    DIGILOCKER_UNAVAILABLE = "digilocker_unavailable"
    ANSWER_UNREADABLE = "answer_unreadable"
    STEP_FAILED = "step_failed"
    NOTHING_FETCHED = "nothing_fetched"
    # Of a document.
    CONSENT_OVER = "consent_over"
    NOT_SHARED = "not_shared"
    NOT_THERE = "not_there"
    ISSUER_ASKED = "issuer_asked"
    ISSUER_SLOW = "issuer_slow"
    HMAC_MISSING = "hmac_missing"
    HMAC_MISMATCH = "hmac_mismatch"
    FILE_TYPE_UNEXPECTED = "file_type_unexpected"
    TOO_LARGE = "too_large"
