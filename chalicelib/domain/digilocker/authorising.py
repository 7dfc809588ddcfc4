"""Authorising: the visit to DigiLocker, from the address that the browser goes to until it comes back (ADR 49).

The functions here are pure. `state` is `<fetch id>.<128 random bits>`; it and a cookie of the browser that went must
both come back, once, within 10 minutes.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain import sessions
from chalicelib.domain.digilocker.errors import Meaning, meaning_of
from chalicelib.domain.digilocker.fetches import Fetch, FetchStatus
from chalicelib.domain.digilocker.formulas import challenge_of
from chalicelib.domain.digilocker.profiles import Profile
from chalicelib.domain.digilocker.purposes import TERMS
from chalicelib.domain.digilocker.reasons import Reason

LIFETIME = timedelta(minutes=10)
# What DigiLocker shows takes letters, digits, blanks and `_` alone.
_NOT_SHOWN = re.compile(r"[^A-Za-z0-9_ ]+")
_STATE = re.compile(r"([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{22}")
_CODE = re.compile(r"[\x21-\x7e]{1,2048}")
_SECRET_BYTES, _VERIFIER_BYTES = 16, 48
_DENIALS = frozenset({"access_denied", "consent_denied", "user_denied"})
_NOBODYS = "0" * 64


@dataclass(frozen=True, slots=True)
class VisitSecrets:
    """The secrets of one visit; stored are hashes of two of them, and the verifier sealed."""

    state: str
    browser: str
    verifier: str

    def __repr__(self) -> str:
        return "VisitSecrets(…)"


@dataclass(frozen=True, slots=True)
class Address:
    """An address of DigiLocker's for a browser; the edge writes the query behind the URL."""

    url: str
    query: Mapping[str, str]

    def __repr__(self) -> str:
        return "Address(…)"


@dataclass(frozen=True, slots=True)
class Callback:
    """What the browser brought back: of code and error at most one."""

    state: str
    code: str | None = None
    error: str | None = None

    def __repr__(self) -> str:
        return "Callback(…)"

    @property
    def fetch_id(self) -> str | None:
        """Which fetch it says it is of; None where the state is none of ours."""
        found = _STATE.fullmatch(self.state)
        return found[1] if found else None


def new_secrets(fetch_id: str) -> VisitSecrets:
    """Fresh secrets for a visit: 128 bits of state, 128 of the browser's cookie, 384 of the PKCE verifier."""
    return VisitSecrets(
        f"{fetch_id}.{secrets.token_urlsafe(_SECRET_BYTES)}",
        sessions.new_id(),
        secrets.token_urlsafe(_VERIFIER_BYTES),
    )


def hash_of(secret: str) -> str:
    """What is stored of a state or a browser's cookie: SHA-256, hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def authorize_address(
    profile: Profile, fetch: Fetch, client_id: str, service_name: str, redirect_uri: str, visit: VisitSecrets
) -> Address:
    """Where the browser goes: DigiLocker's consent page, limited to the document types that were agreed to here."""
    asked = {
        **profile.authorize_extra,
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "state": visit.state,
        "code_challenge": challenge_of(visit.verifier),
        "code_challenge_method": "S256",
        "purpose": shown_at_digilocker(TERMS[fetch.purpose].wording),
        "service_name": shown_at_digilocker(service_name),
        "req_doctype": ",".join(fetch.doctypes),
        "consent_valid_till": str(int(fetch.consent_until.timestamp())),
    }
    if profile.openid:
        asked["scope"] = "openid"
    return Address(profile.host + profile.authorize, asked)


def logout_address(profile: Profile, client_id: str, redirect_uri: str) -> Address:
    """Where a browser is signed out of DigiLocker: on a shared computer that must follow."""
    return Address(profile.host + profile.logout, {"client_id": client_id, "redirect_uri": redirect_uri})


def shown_at_digilocker(text: str) -> str:
    """A text in the signs that DigiLocker shows."""
    return " ".join(_NOT_SHOWN.sub(" ", text).split())


def callback_of(query: Mapping[str, str]) -> Callback:
    """What came back, whatever else stands beside it. An error outweighs a code; a code that cannot be one is none."""
    code, error = query.get("code"), query.get("error")
    state = query.get("state", "")
    if error is not None:
        return Callback(state, error=error[:200])
    return Callback(state, code=code if code is not None and _CODE.fullmatch(code) else None)


def is_of(fetch: Fetch | None, callback: Callback) -> bool:
    """Whether the state is the fetch's; as much work where there is no fetch. In constant time."""
    stored = fetch.state_hash if fetch is not None else _NOBODYS
    return hmac.compare_digest(hash_of(callback.state), stored) and fetch is not None


def is_same_browser(fetch: Fetch, browser: str | None) -> bool:
    """Whether the cookie is that of the browser that went; none is a no. In constant time."""
    return hmac.compare_digest(hash_of(browser or ""), fetch.browser_hash)


def may_come_back(fetch: Fetch, now: datetime) -> bool:
    """Whether a callback still counts: the first one, in time."""
    return fetch.state_used_at is None and fetch.status is FetchStatus.AT_DIGILOCKER and now < fetch.expires_at


def came_back(fetch: Fetch, callback: Callback, now: datetime, *, same_browser: bool, sealed_code: str | None) -> Fetch:
    """The fetch after its callback: the state is used up whatever came.

    `sealed_code` where a code came in the browser that went.
    """
    if same_browser and sealed_code is not None:
        return replace(fetch, state_used_at=now, status=FetchStatus.FETCHING, sealed_code=sealed_code)
    # Nothing will be exchanged: the verifier is not kept.
    used = replace(fetch, state_used_at=now, sealed_verifier="")
    if not same_browser:
        return replace(used, status=FetchStatus.FAILED, reason=Reason.OTHER_BROWSER.value)
    if callback.error in _DENIALS:
        return replace(used, status=FetchStatus.DENIED, reason=Reason.DENIED.value)
    is_down = callback.error is not None and meaning_of(callback.error, 400) is Meaning.LATER
    reason = Reason.DIGILOCKER_UNAVAILABLE if is_down else Reason.REFUSED_BY_DIGILOCKER
    return replace(used, status=FetchStatus.FAILED, reason=reason.value)
