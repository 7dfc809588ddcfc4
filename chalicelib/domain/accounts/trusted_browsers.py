"""Trusted browsers: for 30 days no second factor is asked for in a browser whose owner said so.

Two things must agree: the browser's cookie, which the server signed, and the record on the owner, which the owner can
take back. A cookie that was forged, has expired, is another owner's, or whose record is gone counts as none at all.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from chalicelib.domain import limits
from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.owners import Owner, owner_key
from chalicelib.domain.accounts.security import TRUST, TRUSTED_BROWSERS, Security, TrustedBrowser
from chalicelib.domain.codes import ServerKey

_PARTS = 5


def may_trust(owner: Owner) -> bool:
    """Whether an owner may have a browser trusted: staff show their authenticator each time they sign in."""
    return not (isinstance(owner, Account) and owner.is_staff)


def trusted(security: Security, device: str, now: datetime) -> tuple[Security, TrustedBrowser]:
    """The security with one more trusted browser, and that browser; of more than ten, the oldest goes."""
    added = TrustedBrowser(secrets.token_urlsafe(16), device, now, now + TRUST)
    kept = [browser for browser in security.trusted_browsers if now < browser.until]
    return replace(security, trusted_browsers=(*kept, added)[-TRUSTED_BROWSERS:]), added


def forgotten(security: Security, browser_id: str) -> Security | None:
    """The security without this browser; None where it is none of its browsers."""
    kept = tuple(browser for browser in security.trusted_browsers if browser.browser_id != browser_id)
    return None if len(kept) == len(security.trusted_browsers) else replace(security, trusted_browsers=kept)


def all_forgotten(security: Security) -> Security:
    """The security without trusted browsers: what follows a changed password or authenticator."""
    return replace(security, trusted_browsers=())


def cookie(key: ServerKey, owner: Owner, browser: TrustedBrowser) -> str:
    """What the browser keeps: key id, browser, owner's pseudonym, end (epoch seconds) and signature."""
    told = (browser.browser_id, _pseudonym(key, owner), str(int(browser.until.timestamp())))
    return ".".join((key.key_id, *told, _signature(key, *told)))


def browser_of(by_id: Callable[[str], ServerKey], owner: Owner | None, shown: str | None, now: datetime) -> str | None:
    """The id of the trusted browser that shows this cookie, where it is one of `owner`'s; else None.

    `by_id` gives a server key, or raises `KeyError` where it was withdrawn. With no owner the signature is checked all
    the same.
    """
    # A key's id is the deployer's choice and may hold a dot; nothing after it does.
    parts = (shown or "").rsplit(".", _PARTS - 1)
    if len(parts) != _PARTS:
        return None
    key_id, browser_id, pseudonym, until, signature = parts
    try:
        key = by_id(key_id)
    except KeyError:
        return None
    is_ours = hmac.compare_digest(_signature(key, browser_id, pseudonym, until).encode(), signature.encode())
    if not is_ours or owner is None or pseudonym != _pseudonym(key, owner) or now.timestamp() >= int(until):
        return None
    known = (browser for browser in owner.security.trusted_browsers if now < browser.until)
    return next((browser.browser_id for browser in known if browser.browser_id == browser_id), None)


def _pseudonym(key: ServerKey, owner: Owner) -> str:
    return limits.pseudonym(key.material, "trusted_browser", owner_key(owner))


def _signature(key: ServerKey, *told: str) -> str:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - only where a cookie is made or shown
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    signing = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"pravesh/trusted-browser").derive(key.material)
    made = hmac.new(signing, ".".join(told).encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
