"""Codes and tokens: a code once, tokens until they expire, are rotated or revoked."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from infra.local.digilocker.citizens import Citizen
from infra.local.digilocker.clients import Client
from infra.local.digilocker.wire import Refused, challenge_of, is_same

CODE_LIFE = timedelta(minutes=10)
TOKEN_LIFE = timedelta(hours=1)


@dataclass
class Grant:
    """What a citizen agreed to: who asks, for what, until when."""

    client: Client
    citizen: Citizen
    redirect_uri: str
    challenge: str
    purpose: str
    uris: set[str]
    doctypes: tuple[str, ...]
    with_openid: bool
    until: datetime
    made_at: datetime
    reference_key: str = field(default_factory=lambda: secrets.token_hex(32))
    is_revoked: bool = False
    code_used: bool = False

    @property
    def scope(self) -> str:
        """What was agreed to, with the URIs of the documents, as DigiLocker writes it."""
        uris = [f"issued/{uri}" for uri in sorted(self.uris)]
        return " ".join(["files.issueddocs", *uris, "userdetails", "picture", *self._partners])

    @property
    def _partners(self) -> list[str]:
        return [f"file.partners/{doctype}" for doctype in self.doctypes]


@dataclass
class Token:
    """An access token, or a refresh token."""

    grant: Grant
    expires_at: datetime
    is_refresh: bool
    is_over: bool = False


class Grants:
    """All codes and tokens."""

    def __init__(self) -> None:
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, Token] = {}

    def code_for(self, grant: Grant) -> str:
        """Give a code for what was agreed to."""
        code = secrets.token_hex(20)
        self._codes[code] = grant
        return code

    def exchanged(self, code: str, client: Client, redirect_uri: str, verifier: str, now: datetime) -> Grant:
        """Use a code up. Raises Refused; a code that comes a second time ends what the first gave (RFC 6749, 4.1.2)."""
        grant = self._codes.get(code)
        if grant is None or grant.client is not client:
            raise Refused(400, "invalid_grant", "The code is invalid")
        if grant.code_used:
            grant.is_revoked = True
            raise Refused(400, "invalid_grant", "The code was used before")
        grant.code_used = True
        if now >= grant.made_at + CODE_LIFE:
            raise Refused(400, "invalid_grant", "The code has expired")
        if redirect_uri != grant.redirect_uri:
            raise Refused(400, "invalid_grant", "The redirect_uri is not the one of the authorization")
        if not is_same(challenge_of(verifier), grant.challenge):
            raise Refused(400, "invalid_grant", "The code_verifier does not fit the code_challenge")
        return grant

    def access(self, grant: Grant, now: datetime) -> str:
        """Give a new access token."""
        return self._kept(Token(grant, min(now + TOKEN_LIFE, grant.until), is_refresh=False))

    def refresh(self, grant: Grant) -> str:
        """Give a new refresh token."""
        return self._kept(Token(grant, grant.until, is_refresh=True))

    def rotated(self, refresh_token: str, client: Client, now: datetime) -> Grant:
        """Use a refresh token up, and end the access tokens of before. Raises Refused."""
        token = self._tokens.get(refresh_token)
        if token is None or not token.is_refresh or token.grant.client is not client or not _works(token, now):
            raise Refused(400, "invalid_grant", "The refresh token is invalid, used or expired")
        self.end_all(token.grant)
        return token.grant

    def end_all(self, grant: Grant) -> None:
        """End every token of a grant; new ones may be given."""
        for token in self._tokens.values():
            token.is_over = token.is_over or token.grant is grant

    def expire_access(self, client_id: str | None = None) -> None:
        """Let the access tokens end now, of all clients or of one."""
        for token in self._tokens.values():
            if not token.is_refresh and client_id in (None, token.grant.client.client_id):
                token.is_over = True

    def end(self, value: str) -> None:
        """End one token, whoever has it."""
        if value in self._tokens:
            self._tokens[value].is_over = True

    def revoke_all_of(self, value: str) -> None:
        """Revoke what a token was given for, as a citizen does in DigiLocker."""
        if value in self._tokens:
            self._tokens[value].grant.is_revoked = True

    def client_id_of(self, value: str) -> str:
        """Give whose token it is; "" for nobody's."""
        return self._tokens[value].grant.client.client_id if value in self._tokens else ""

    def revoke(self, value: str, client: Client) -> None:
        """Revoke what a token was given for; one that is not known is no error (RFC 7009, 2.2)."""
        token = self._tokens.get(value)
        if token is not None and token.grant.client is client:
            token.grant.is_revoked = True

    def of(self, citizen: Citizen) -> list[Grant]:
        """List what a citizen agreed to."""
        grants = {id(grant): grant for grant in self._codes.values() if grant.citizen is citizen}
        return list(grants.values())

    def used(self, access_token: str, now: datetime) -> Grant:
        """Give what an access token was given for. Raises Refused."""
        token = self._tokens.get(access_token)
        if token is None or token.is_refresh or not _works(token, now):
            raise Refused(401, "invalid_token", "The access token is invalid, expired or revoked")
        return token.grant

    def _kept(self, token: Token) -> str:
        value = secrets.token_hex(20)
        self._tokens[value] = token
        return value


def _works(token: Token, now: datetime) -> bool:
    return not token.is_over and not token.grant.is_revoked and now < token.expires_at
