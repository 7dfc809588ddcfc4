"""The captcha: a proof of work by ALTCHA, so that nobody has to read a distorted picture.

The challenge is signed by the server and says itself until when it is good; that it serves once is the store's part
(`Solved.nonce` goes into a write that succeeds once).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from chalicelib.domain.refusals import Code, FieldError, Refusal

LIFETIME = timedelta(minutes=20)
# About a thousand derivations of a thousand rounds: some 0.4 s on a desk, 2-3 s on a slow phone, never much longer.
_COST = 1000
_FEWEST, _MOST = 500, 1500


@dataclass(frozen=True, slots=True)
class Solved:
    """A challenge that was solved: its nonce serves once, until `expires_at`."""

    nonce: str
    expires_at: datetime


def _secret(key: bytes) -> bytes:
    return hmac.new(key, b"pravesh/captcha", hashlib.sha256).digest()


def challenge(key: bytes, now: datetime) -> dict[str, Any]:
    """A new ALTCHA challenge (version 2) for `GET /captcha`: `parameters` and `signature`."""
    import altcha  # noqa: PLC0415 - only the two routes of the captcha pay for it

    made = altcha.create_challenge(
        "PBKDF2/SHA-256",
        _COST,
        counter=_FEWEST + secrets.randbelow(_MOST - _FEWEST),
        # Our own expiry, under the signature: the library would read the machine's clock instead of the suite's.
        data={"expires": int((now + LIFETIME).timestamp())},
        hmac_secret=_secret(key),
    )
    return cast("dict[str, Any]", made.to_dict())


def solved(key: bytes, payload: str, now: datetime) -> Solved:
    """Checks a solution (base64 of ALTCHA's JSON).

    Raises `Refusal` `captcha_incorrect` for what is not a right solution of a challenge of ours, `captcha_expired`
    for an old one.
    """
    import altcha  # noqa: PLC0415

    wrong = Refusal(Code.CAPTCHA_INCORRECT, errors={"captcha": FieldError("captcha_incorrect")})
    try:
        verdict = altcha.verify_solution(payload, _secret(key))
        if not verdict.verified:
            raise wrong
        parameters = json.loads(base64.b64decode(payload))["challenge"]["parameters"]
        expires_at = datetime.fromtimestamp(parameters["data"]["expires"], tz=UTC)
        nonce = str(parameters["nonce"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError, binascii.Error) as problem:
        raise wrong from problem
    if now >= expires_at:
        raise Refusal(Code.CAPTCHA_EXPIRED, errors={"captcha": FieldError("captcha_incorrect")})
    return Solved(nonce, expires_at)
