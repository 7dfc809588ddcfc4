"""The calls about tokens and about whose they are: token, revoke, user, entity."""

import base64
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from infra.local.digilocker.clients import Client, Clients
from infra.local.digilocker.grants import TOKEN_LIFE, Grant, Grants
from infra.local.digilocker.wire import Refused, is_same


def client_of(clients: Clients, basic: tuple[str, str] | None, form: Mapping[str, str]) -> Client:
    """Give who calls, by HTTP Basic or by the form, never by both. Raises Refused."""
    in_form = "client_secret" in form
    if basic and in_form:
        raise Refused(400, "invalid_request", "The client's secret stands in the header and in the form")
    client_id, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
    client = clients.get(client_id)
    if client is None or not is_same(secret, client.secret):
        raise Refused(400, "invalid_client", "The client is unknown or its secret is wrong")
    if form.get("client_id", client_id) != client_id:
        raise Refused(400, "invalid_client", "Two client ids")
    return client


def exchanged(
    grants: Grants, client: Client, form: Mapping[str, str], now: datetime, *, with_openid: bool
) -> dict[str, Any]:
    """Answer `grant_type=authorization_code`. Raises Refused."""
    for name in ("code", "redirect_uri", "code_verifier"):
        if not form.get(name):
            raise Refused(400, "invalid_request", f"{name} is missing")
    grant = grants.exchanged(form["code"], client, form["redirect_uri"], form["code_verifier"], now)
    if with_openid:
        return _with_openid(grants, grant, now)
    return _answer(grants, grant, now)


def refreshed(grants: Grants, client: Client, form: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Answer `grant_type=refresh_token`: new tokens, and the old ones end. Raises Refused."""
    return _answer(grants, grants.rotated(form.get("refresh_token", ""), client, now), now)


def _answer(grants: Grants, grant: Grant, now: datetime) -> dict[str, Any]:
    who = person(grant)
    return {
        "access_token": grants.access(grant, now),
        "expires_in": int(TOKEN_LIFE.total_seconds()),
        "token_type": "Bearer",
        "scope": grant.scope,
        # A number or a string: both were seen.
        "consent_valid_till": str(int(grant.until.timestamp())),
        "refresh_token": grants.refresh(grant),
        **{name: who[name] for name in ("digilockerid", "name", "dob", "gender", "eaadhaar", "reference_key")},
        "new_account": "N",
        "mobile": who["mobile"],
        "purpose": grant.purpose,
    }


def _with_openid(grants: Grants, grant: Grant, now: datetime) -> dict[str, Any]:
    who = grant.citizen
    claims = {
        "iss": "https://simulated.invalid",
        "aud": grant.client.client_id,
        "sub": who.digilocker_id,
        "iat": int(now.timestamp()),
        "exp": int((now + TOKEN_LIFE).timestamp()),
        "given_name": who.name,
        "birthdate": f"{who.born_on:%d/%m/%Y}",
    }
    head = {"alg": "RS256", "typ": "JWT", "kid": "simulated"}
    parts = [_b64(json.dumps(part).encode()) for part in (head, claims)]
    return {
        "access_token": grants.access(grant, now),
        "expires_in": int(TOKEN_LIFE.total_seconds()),
        "token_type": "Bearer",
        "scope": f"openid {grant.scope}",
        # Nobody publishes the keys: the signature is noise, and must not be believed.
        "id_token": ".".join([*parts, _b64(secrets.token_bytes(256))]),
        "consent_valid_till": int(grant.until.timestamp()),
    }


def person(grant: Grant) -> dict[str, str]:
    """Answer `user`."""
    who = grant.citizen
    return {
        "digilockerid": who.digilocker_id,
        "name": who.name,
        "dob": f"{who.born_on:%d%m%Y}",
        "gender": who.gender,
        "eaadhaar": who.eaadhaar,
        "reference_key": grant.reference_key,
        "mobile": who.mobile,
        "picture": "",
        "email": who.email,
    }


def entity(grant: Grant) -> dict[str, str]:
    """Answer `entity`. Raises Refused for a person's locker."""
    who = grant.citizen
    if not who.is_entity:
        raise Refused(403, "insufficient_scope", "This locker is a person's")
    return {
        "entity_id": who.digilocker_id,
        "digilockerid": who.digilocker_id,
        "name": who.name,
        "pan": who.pan,
        "doi": f"{who.born_on:%d%m%Y}",
        "mobile": who.mobile,
        "email": who.email,
    }


def _b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
