"""Joining the staff over HTTP: an invitation, the flow that follows it, and the signed-in member at its end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from chalicelib.domain import codes
from chalicelib.domain.accounts.flows import Flow
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.journeys.clients import Client, Reply, captcha
from tests.journeys.staff import PASSWORD, StaffMember, new_staff_contact
from tests.journeys.walking import codes_body


@dataclass
class Joining:
    """A joining under way, as its browser knows it."""

    client: Client
    joining_id: str
    token: str
    opened: dict[str, Any]

    @property
    def path(self) -> str:
        return f"/staff/joinings/{self.joining_id}"

    def call(self, method: str, below: str, body: object = None) -> Reply:
        return self.client.call(method, self.path + below, body, token=self.token)

    def send_again(self) -> Reply:
        return self.call("POST", "/codes")

    def verify(self, typed: tuple[str, str] | None = None) -> Reply:
        """Type the codes, the right ones unless `typed` says otherwise."""
        return self.call("POST", "/codes/verify", codes_body(typed or self.codes()))

    def choose(self, password: str = PASSWORD) -> Reply:
        return self.call("PUT", "/password", {"password": password, "confirm_password": password})

    @property
    def stored(self) -> Flow:
        flow = suite().store.flow(self.joining_id)
        assert flow is not None
        return flow

    def codes(self) -> tuple[str, str]:
        """The codes of the flow, derived as the sender derives them: mobile, email."""
        flow = self.stored
        key = suite().keyring.by_id(flow.challenge.key_id)
        mobile, email = (
            codes.derive(key, flow.challenge, channel, flow.contact) for channel in (Channel.MOBILE, Channel.EMAIL)
        )
        return mobile, email


def invitation_body(contact: Contact | None = None, **otherwise: object) -> dict[str, object]:
    """What the invitation page sends."""
    contact = contact or new_staff_contact()
    body = {
        "name": "Meera Nair",
        "email": contact.email,
        "mobile": contact.mobile,
        "authority": "mumbai",
        "role": "officer",
    }
    return {**body, **otherwise}


def invited(administrator: StaffMember, **otherwise: object) -> dict[str, Any]:
    """A member who was invited just now, as the answer tells them."""
    return administrator.call("POST", "/staff", invitation_body(**otherwise)).demand(201).content  # type: ignore[arg-type]


def joining(laptop: Laptop, email: str, client: Client | None = None) -> Joining:
    """A joining opened, captcha and all."""
    client = client or Client(laptop.site_url)
    opened = client.call("POST", "/staff/joinings", {"email": email, "captcha": captcha(client)}).demand(202).content
    return Joining(client, opened["joining_id"], opened["flow_token"], opened)


def six_digits(text: str) -> bool:
    """Whether a message holds a code."""
    return re.search(r"(?<!\d)\d{6}(?!\d)", text) is not None
