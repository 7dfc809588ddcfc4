"""Joining: an invited person confirms both addresses, chooses a password, and is a member.

The page is open to everybody, and unknown, expired and used invitations are answered as good ones are: with a flow
whose codes never come.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import limits, passwords
from chalicelib.domain.accounts.account import Account, AccountName
from chalicelib.domain.accounts.flow_codes import FlowCodes, OpenedFlow
from chalicelib.domain.accounts.flows import Flow, FlowKind, FlowStatus
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, CountUp, WriteFlow, WriteOwner
from chalicelib.domain.codes import Codes
from chalicelib.domain.identifiers import EmailAddress, folded
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.staff import members
from chalicelib.domain.staff.letters import letter
from chalicelib.domain.staff.members import may_join


@dataclass(frozen=True, slots=True)
class Joinings:
    """The desk at which invited staff join."""

    store: Store
    keyring: Keyring
    clock: Clock

    def open(self, email: EmailAddress, captcha_payload: str, caller: Caller) -> OpenedFlow:
        """Sends both codes to whoever was invited under this email; anybody else gets the same answer and no code.

        Raises `Refusal`: `captcha_*`, `too_many_requests`, `send_limit_reached`.
        """
        typed = folded(email)
        found = self.store.named(typed)
        # Read even where there is none: a stranger learns nothing from the time.
        account = self.store.account(found.account_id if isinstance(found, AccountName) else "none")
        member = account if may_join(account, self.clock()) else None
        return self._codes.asked_by_stranger(FlowKind.STAFF_JOINING, member, typed, captcha_payload, caller)

    def send_again(self, flow_id: str, flow_token: str, caller: Caller) -> Flow:
        """Sends the same codes once more. Raises `Refusal` as `FlowCodes.sent_again` does."""
        return self._codes.sent_again(lambda: self._opened(flow_id, flow_token), caller)

    def verify(self, flow_id: str, flow_token: str, typed: Codes, caller: Caller) -> Flow:
        """Confirms both addresses. Raises `Refusal` as `FlowCodes.confirmed` does."""
        return self._codes.confirmed(lambda: self._opened(flow_id, flow_token), typed, caller, _confirmed)

    def set_first_password(self, flow_id: str, flow_token: str, password: str, caller: Caller) -> Flow:
        """Gives the confirmed person their password: the account is active, and the invitation used up.

        Of several at once one joins. The same password given again is the same request. Raises `Refusal`:
        `step_out_of_order` before the codes, `flow_ended` where time has run out or the invitation is no more,
        `invalid_fields`, `too_many_requests`.
        """

        def attempt() -> Flow:
            flow, now = self._opened(flow_id, flow_token), self.clock()
            if flow.status is FlowStatus.CODES_SENT:
                raise Refusal(Code.STEP_OUT_OF_ORDER, current_status=flow.status.value)
            if now >= flow.expires_at:
                raise Refusal(Code.FLOW_ENDED)
            found = self.store.owner(flow.owner) if flow.owner is not None else None
            member = found if isinstance(found, Account) else None
            counted = CountUp(limits.by_ip(self.keyring.current().material, caller.ip, now))
            if flow.status is FlowStatus.DONE:
                return self._done_before(flow, member, password, counted)
            member = _demand_joining(flow, member, now)
            if passwords.holds_name(password, member.username):
                raise invalid(password="password_contains_username")  # noqa: S106 - a reason
            key, done = account_key(member.account_id), replace(flow, status=FlowStatus.DONE)
            self.store.write(
                WriteOwner(members.joined(member, passwords.hashed(password), now)),
                WriteFlow(done),
                letter(NoticeKind.STAFF_JOINED, member, now),
                *recorded(self.store, now, caller.request_id, Entry(Deed.STAFF_JOINED, key, key)),
                counted,
            )
            return done

        return in_rounds(attempt)

    def _done_before(self, flow: Flow, member: Account | None, password: str, counted: CountUp) -> Flow:
        """The flow, where this very password was set by it. Each look is counted: it compares a password."""
        self.store.write(counted)
        if member is None or not passwords.matches(password, member.password_hash):
            raise Refusal(Code.FLOW_ENDED)
        return flow

    @property
    def _codes(self) -> FlowCodes:
        return FlowCodes(self.store, self.keyring, self.clock)

    def _opened(self, flow_id: str, flow_token: str) -> Flow:
        return self._codes.opened(flow_id, flow_token, FlowKind.STAFF_JOINING)


def _confirmed(flow: Flow, _now: datetime) -> tuple[Flow, tuple[Change, ...]]:
    return replace(flow, status=FlowStatus.CONFIRMED), ()


def _demand_joining(flow: Flow, member: Account | None, now: datetime) -> Account:
    """The member that the confirmed flow lets in. Raises `Refusal` `flow_ended`.

    An invitation that was made anew to other addresses is not the one that was confirmed.
    """
    is_confirmed = flow.status is FlowStatus.CONFIRMED
    if not is_confirmed or member is None or not may_join(member, now) or not flow.contact.same_as(member.contact):
        raise Refusal(Code.FLOW_ENDED)
    return member
