"""What routes that rest on codes take and tell: the codes typed, the password chosen, and how the codes stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.domain import codes, passwords
from chalicelib.domain.accounts.flows import Flow, FlowStatus
from chalicelib.domain.codes import Challenge, Codes
from chalicelib.handlers.bodies import required, same_twice, sent
from chalicelib.handlers.problems import instant


@dataclass(frozen=True, slots=True)
class CodesBody:
    """The two codes."""

    mobile_code: str = sent(codes.parse_code, "The six digits sent to the mobile.", "123456", secret=True)
    email_code: str = sent(codes.parse_code, "The six digits sent to the email.", "654321", secret=True)

    @property
    def typed(self) -> Codes:
        """Both, as the domain takes them."""
        return Codes(self.mobile_code, self.email_code)


@dataclass(frozen=True, slots=True)
class NewPasswordBody:
    """The new password."""

    password: str = sent(passwords.parse_password, "8 to 128 characters of all four kinds.", "Sagar#2026", secret=True)
    confirm_password: str = sent(required, "The password once more.", "Sagar#2026", secret=True)

    @property
    def chosen(self) -> str:
        """The password. Raises `Refusal` `invalid_fields` where it was not typed twice the same."""
        return same_twice(self.password, self.confirm_password)


@dataclass(frozen=True, slots=True)
class FlowView:
    """Where a flow stands, and how often its codes may still be sent and tried."""

    status: str
    expires_at: str
    resend_at: str | None
    sends_left: int
    attempts_left: int


def flow_members(flow: Flow) -> dict[str, Any]:
    """The members of a flow's view that `FlowView` names."""
    return {
        "status": flow.status.value,
        "expires_at": instant(flow.expires_at),
        **codes_members(flow.challenge if flow.status is FlowStatus.CODES_SENT else None),
    }


def codes_members(awaited: Challenge | None) -> dict[str, Any]:
    """`resend_at, sends_left, attempts_left` of a view; `awaited` is None where no codes are waited for."""
    return {
        "resend_at": instant(awaited.resend_at) if awaited else None,
        "sends_left": codes.SENDS - awaited.sends if awaited else 0,
        "attempts_left": awaited.attempts_left if awaited else 0,
    }
