"""What every flow of codes tells its client: where it stands, and how often codes may still be sent and tried."""

from __future__ import annotations

from typing import Any

from chalicelib.domain import codes
from chalicelib.domain.accounts.flows import Flow, FlowStatus
from chalicelib.handlers.problems import instant


def flow_members(flow: Flow) -> dict[str, Any]:
    """`status, expires_at, resend_at, sends_left, attempts_left` of a flow's view."""
    challenge, is_waiting = flow.challenge, flow.status is FlowStatus.CODES_SENT
    return {
        "status": flow.status.value,
        "expires_at": instant(flow.expires_at),
        "resend_at": instant(challenge.resend_at) if is_waiting else None,
        "sends_left": codes.SENDS - challenge.sends if is_waiting else 0,
        "attempts_left": challenge.attempts_left if is_waiting else 0,
    }
