"""Signing in over HTTP: a client with a session, a second factor shown, a step-up made."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from chalicelib.domain import codes, sessions
from chalicelib.domain.accounts import time_codes
from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.contacts import Channel
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.journeys.accounts import Person
from tests.journeys.clients import Client, Reply


@dataclass
class SignedInClient:
    """A client with its session; `token` changes with each rise in rights. `browser` is a trusted browser's cookie."""

    laptop: Laptop
    client: Client
    token: str
    authenticator: bytes | None = None
    browser: str | None = None

    def call(self, method: str, path: str, body: object = None, **more: Any) -> Reply:
        """Make a request with the session's token, unless another is given."""
        return self.client.call(method, path, body, **{"token": self.token, **more})

    @property
    def stored(self) -> sessions.Session:
        """The session as it is stored."""
        session = suite().store.session(sessions.token_hash(self.token))
        assert session is not None
        return session

    @property
    def owner(self) -> Owner:
        """Its owner as they are stored."""
        owner = suite().store.owner(self.stored.owner)
        assert owner is not None
        return owner

    def code(self, channel: Channel = Channel.MOBILE) -> str:
        """The code that was sent to this session, derived as the sender derives it."""
        challenge = self.stored.challenge
        assert challenge is not None
        key = suite().keyring.by_id(challenge.key_id)
        return codes.derive(key, challenge, channel, self.owner.contact)

    def ask(self, channel: Channel = Channel.MOBILE) -> Reply:
        """Have a code sent."""
        return self.call("POST", "/sessions/current/codes", {"channel": channel.value})

    def show(self, method: str, code: str, **more: object) -> Reply:
        """Show a second factor; where it is right, go on under the new token."""
        body = {"method": method, "code": code, **more}
        reply = self.call("POST", "/sessions/current/second-factor", body)
        if reply.status == 200:
            self.token = reply.content["session_token"]
            cookies = reply.headers.get_all("Set-Cookie") or []
            shown = [cookie.partition("=")[2].partition(";")[0] for cookie in cookies if "__Host-browser" in cookie]
            self.browser = shown[0] if shown else self.browser
        return reply

    def app_code(self) -> str:
        """A code of the authenticator app that counts; the clock moves on where the one of now was used."""
        assert self.authenticator is not None
        kept = self.owner.security.authenticator
        step = time_codes.step_at(suite().clock())
        if kept is not None and step <= kept.last_step:
            self.laptop.clock.advance(seconds=time_codes.STEP_SECONDS * (kept.last_step + 1 - step))
            step = kept.last_step + 1
        return time_codes.code_at(self.authenticator, step)

    def second_factor(self, **more: object) -> SignedInClient:
        """Show the second factor that the account has: the authenticator, or a code to the mobile."""
        if self.authenticator is not None:
            self.show("authenticator", self.app_code(), **more).demand(200)
        else:
            self.ask().demand(202)
            self.show("mobile_code", self.code(), **more).demand(200)
        return self

    def add_authenticator(self) -> list[str]:
        """Add an authenticator app (the session must be fresh); gives the recovery codes."""
        offered = self.call("POST", "/account/authenticator").demand(200).content
        self.authenticator = base64.b32decode(offered["secret"].replace(" ", ""))
        confirmed = self.call("POST", "/account/authenticator/confirm", {"code": self.app_code()}).demand(200)
        recovery_codes: list[str] = confirmed.content["recovery_codes"]
        return recovery_codes


def password_shown(laptop: Laptop, person: Person, client: Client | None = None, **more: Any) -> SignedInClient:
    """Somebody who has typed username and password: half way, or signed in where no second factor is wanted."""
    client = client or Client(laptop.site_url)
    body = {"username": person.username, "password": person.password}
    reply = client.call("POST", "/sessions", body, **more).demand(200, 202)
    return SignedInClient(laptop, client, reply.content["session_token"])


def signed_in(
    laptop: Laptop, person: Person, client: Client | None = None, authenticator: bytes | None = None
) -> SignedInClient:
    """Somebody signed in with password and second factor; the session is fresh for ten minutes.

    `authenticator` is the secret of their app, where they have one.
    """
    half_way = password_shown(laptop, person, client)
    half_way.authenticator = authenticator
    return half_way.second_factor()


def fresh(signed_in: SignedInClient) -> SignedInClient:
    """The same client after a step-up: its second factor counts as fresh for ten minutes."""
    return signed_in.second_factor()
