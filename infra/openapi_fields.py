"""What the type of an answer's field does not tell, by the field's name: for `docs/openapi.json`."""

from __future__ import annotations

from typing import Any

_INSTANT: dict[str, Any] = {"type": "string", "format": "date-time"}
FIELDS: dict[str, dict[str, Any]] = {
    "allowed": {"description": "What the registrant may use."},
    "attempts_left": {"minimum": 0, "maximum": 5, "description": "Tries left with the live codes; 0 without codes."},
    "authority": {"description": "The Regional Authority of a staff member."},
    "available": {"description": "Whether it may be chosen now."},
    "channel": {"description": "`mobile` or `email`."},
    "code": {"description": "The refusal that using it meets."},
    "codes_for": {"description": "Which addresses the live codes were made for."},
    "detail": {"description": "What is wanted for it, in the reader's language."},
    "device": {"description": "Browser and system as they named themselves; empty where unknown."},
    "email": {"description": "Masked: where codes go now.", "examples": ["a••••••@example.com"]},
    "expires_at": {**_INSTANT, "description": "When it ends whatever happens."},
    "flow_token": {"description": "128 random bits, told this once.", "pattern": "^[A-Za-z0-9_-]{22}$"},
    "fresh_until": {
        **_INSTANT,
        "description": "Until when the second factor counts as fresh; null where none was shown.",
    },
    "icegate_id": {"description": "As its owner wrote it."},
    "idle_expires_at": {**_INSTANT, "description": "When it ends if it is not used."},
    "is_current": {"description": "Whether it is the session that asks."},
    "last_used_at": {**_INSTANT, "description": "When it was last used, to the minute."},
    "legal_name": {"description": "The holder's name on record."},
    "level": {"description": "`password` lacks the second factor, `full` does not."},
    "methods": {
        "description": "Ways to show the second factor: `mobile_code`, `email_code`, `authenticator`, `recovery_code`."
    },
    "missing": {"description": "What a staff member must still put in order."},
    "mobile": {"description": "Masked: where codes go now.", "examples": ["+91 ••••••3210"]},
    "name": {"description": "For people to read."},
    "qr": {"description": "The URI as a QR code: one SVG element."},
    "recovery_codes": {"description": "Ten codes, told this once; each serves once."},
    "refused": {"description": "What the registrant may not use."},
    "registration_id": {"description": "Names the registration.", "pattern": "^[A-Za-z0-9_-]{22}$"},
    "registration_kind": {"description": "How the account was registered."},
    "resend_at": {**_INSTANT, "description": "From when the codes may be sent again; null without codes."},
    "role": {"description": "Who the owner of the account is."},
    "secret": {"description": "Base 32 in groups of four, told this once."},
    "sends_left": {"minimum": 0, "maximum": 5, "description": "Sends left of the live codes; 0 without codes."},
    "sent_to": {"description": "Masked: where it went."},
    "service": {"description": "Its stable name."},
    "session_id": {
        "description": "Names the session; it stays the same when the token changes.",
        "pattern": "^[A-Za-z0-9_-]{22}$",
    },
    "session_token": {"description": "256 random bits, told this once.", "pattern": "^[A-Za-z0-9_-]{43}$"},
    "sessions": {"description": "The one used last comes first."},
    "signed_in_at": {**_INSTANT, "description": "When it began."},
    "status": {"description": "Where it stands."},
    "title": {"description": "Its name in the reader's language."},
    "uri": {"description": "The same secret as an `otpauth` URI."},
    "username": {"description": "The name to sign in with, as its owner wrote it."},
}
