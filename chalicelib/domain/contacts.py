"""Contacts: the email and the mobile over which a person is reached, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.identifiers import EmailAddress, Mobile


class Channel(StrEnum):
    """A way to reach a person; each has its own, independent code."""

    MOBILE = "mobile"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Contact:
    """Where one person is reached."""

    email: EmailAddress
    mobile: Mobile

    def address(self, channel: Channel) -> str:
        """The address for `channel`."""
        return self.mobile if channel is Channel.MOBILE else self.email

    def same_as(self, other: Contact) -> bool:
        """Whether both addresses reach the same places; the case of an email does not make another mailbox."""
        return self.mobile == other.mobile and self.email.lower() == other.email.lower()


def masked_email(email: str) -> str:
    """`asha.exports@example.com` → `a••••••@example.com`: the owner knows it again, a stranger cannot write to it."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}••••••@{domain}"


def masked_mobile(mobile: str) -> str:
    """`+919876543210` → `+91 ••••••3210`."""
    return f"+91 ••••••{mobile[-4:]}"
