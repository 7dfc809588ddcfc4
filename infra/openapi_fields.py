"""What the type of an answer's field does not tell, by the field's name: for `docs/openapi.json`."""

from __future__ import annotations

from typing import Any

_INSTANT: dict[str, Any] = {"type": "string", "format": "date-time"}
FIELDS: dict[str, dict[str, Any]] = {
    "available": {"description": "Whether it may be chosen now."},
    "allowed": {"description": "What the registrant may use."},
    "attempts_left": {"minimum": 0, "maximum": 5, "description": "Tries left with the live codes; 0 without codes."},
    "code": {"description": "The refusal that using it meets."},
    "codes_for": {"description": "Which addresses the live codes were made for."},
    "detail": {"description": "What is wanted for it, in the reader's language."},
    "email": {"description": "Masked: where codes go now.", "examples": ["a••••••@example.com"]},
    "expires_at": {**_INSTANT, "description": "When it ends whatever happens."},
    "flow_token": {"description": "128 random bits, told this once.", "pattern": "^[A-Za-z0-9_-]{22}$"},
    "icegate_id": {"description": "As its owner wrote it."},
    "idle_expires_at": {**_INSTANT, "description": "When it ends if it is not used."},
    "legal_name": {"description": "The holder's name on record."},
    "mobile": {"description": "Masked: where codes go now.", "examples": ["+91 ••••••3210"]},
    "refused": {"description": "What the registrant may not use."},
    "registration_id": {"description": "Names the registration.", "pattern": "^[A-Za-z0-9_-]{22}$"},
    "registration_kind": {"description": "How the account was registered."},
    "resend_at": {**_INSTANT, "description": "From when the codes may be sent again; null without codes."},
    "sends_left": {"minimum": 0, "maximum": 5, "description": "Sends left of the live codes; 0 without codes."},
    "service": {"description": "Its stable name."},
    "session_token": {"description": "256 random bits, told this once.", "pattern": "^[A-Za-z0-9_-]{43}$"},
    "status": {"description": "Where it stands."},
    "title": {"description": "Its name in the reader's language."},
}
