"""Password reset: both codes, to the mobile and the email on record, then a new password.

For DGFT accounts and ICEGATE accounts alike. Who is unknown, suspended, closed or gone gets a decoy: a stranger who
asks learns nothing of it. The second factor stays: a reset proves the two addresses, not the authenticator.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import limits, passwords
from chalicelib.domain.accounts import mobile_replacement
from chalicelib.domain.accounts.account import Account, names_of
from chalicelib.domain.accounts.acting import may_sign_in
from chalicelib.domain.accounts.finding import owner_named, typed_name
from chalicelib.domain.accounts.flow_codes import FlowCodes, OpenedFlow
from chalicelib.domain.accounts.flows import Flow, FlowKind, FlowStatus
from chalicelib.domain.accounts.new_passwords import demand_fit, with_password
from chalicelib.domain.accounts.owners import Owner, owner_key, username_of
from chalicelib.domain.accounts.telling import told
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, CountUp, WriteFlow, WriteOwner, WriteTries
from chalicelib.domain.codes import Codes
from chalicelib.domain.limits import SIGN_IN_TRIES, TryPurpose
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds

_KIND = FlowKind.PASSWORD_RESET


@dataclass(frozen=True, slots=True)
class PasswordResets:
    """The desk for people who have forgotten their password."""

    store: Store
    keyring: Keyring
    clock: Clock

    def ask(self, username: str, captcha_payload: str, caller: Caller) -> OpenedFlow:
        """Opens a reset for whoever bears this username, email or ICEGATE ID, in any case.

        The same work and answer whether there is anybody. Raises `Refusal`: `captcha_*`, `too_many_requests`,
        `send_limit_reached`.
        """
        name = typed_name(username)
        owner = owner_named(self.store, name)
        found = owner if owner is not None and may_sign_in(owner) else None
        return self._codes.asked_by_stranger(_KIND, found, name, captcha_payload, caller, Deed.PASSWORD_RESET_ASKED)

    def send_again(self, flow_id: str, flow_token: str, caller: Caller) -> Flow:
        """Has both codes sent once more. Raises `Refusal` as `FlowCodes.sent_again`, and `flow_token_invalid`."""
        return self._codes.sent_again(lambda: self._codes.opened(flow_id, flow_token, _KIND), caller)

    def verify(self, flow_id: str, flow_token: str, typed: Codes, caller: Caller) -> Flow:
        """Confirms both codes; a new password may be set then. Raises `Refusal` as `FlowCodes.confirmed`."""

        def goes_on(flow: Flow, _now: datetime) -> tuple[Flow, tuple[Change, ...]]:
            self._demand_unchanged(flow)
            return replace(flow, status=FlowStatus.CONFIRMED), ()

        return self._codes.confirmed(lambda: self._codes.opened(flow_id, flow_token, _KIND), typed, caller, goes_on)

    def set_password(self, flow_id: str, flow_token: str, password: str, caller: Caller) -> Flow:
        """Sets the new password, once: every session ends, no browser is trusted, locks of signing in open.

        The reset proved the mobile on record, so one that was to be replaced is not. The same password set again is
        the same request. Raises `Refusal`: `step_out_of_order` before the codes were right, `flow_ended`,
        `invalid_fields` (`password_contains_username`, `password_same`…), `too_many_requests`.
        """

        def set_it() -> Flow:
            flow, now = self._codes.opened(flow_id, flow_token, _KIND), self.clock()
            if flow.status is FlowStatus.CODES_SENT:
                raise Refusal(Code.STEP_OUT_OF_ORDER, current_status=flow.status.value)
            if flow.status is not FlowStatus.CONFIRMED or now >= flow.expires_at:
                return self._done_before(flow, password, caller, now)
            # Counted whatever comes of it: that a password is the one there was (`password_same`) could be guessed at.
            self._count(caller, now)
            owner = self._demand_unchanged(flow)
            demand_fit(owner, password)
            done, mine = replace(flow, status=FlowStatus.DONE), owner_key(owner)
            entries = [Entry(Deed.PASSWORD_RESET, mine, mine, facts={"device": caller.device})]
            pending = mobile_replacement.pending(self.store, owner)
            if pending is not None:
                entries.append(mobile_replacement.stop_entry(mine, mine, caller.device))
            revision = self.store.write(
                WriteFlow(done),
                WriteOwner(with_password(owner, passwords.hashed(password))),
                *(mobile_replacement.stopped(pending, owner, now) if pending is not None else ()),
                *told(NoticeKind.PASSWORD_CHANGED, owner, now),
                *self._forgiven(owner, now),
                *recorded(self.store, now, caller.request_id, *entries),
            )
            return replace(done, revision=revision)

        return in_rounds(set_it)

    @property
    def _codes(self) -> FlowCodes:
        return FlowCodes(self.store, self.keyring, self.clock)

    def _demand_owner(self, flow: Flow) -> Owner:
        """The owner, who may still sign in and whose addresses are still those that the codes went to."""
        owner = self.store.owner(flow.owner) if flow.owner is not None else None
        if owner is None or not may_sign_in(owner) or not owner.contact.same_as(flow.contact):
            raise Refusal(Code.FLOW_ENDED)
        return owner

    def _demand_unchanged(self, flow: Flow) -> Owner:
        """As `_demand_owner`; and all of the owner's sessions have not been ended since the reset was asked for.

        So a new password ends the other resets, whose codes somebody else may have seen.
        """
        owner = self._demand_owner(flow)
        if flow.generation not in {None, owner.security.generation}:
            raise Refusal(Code.FLOW_ENDED)
        return owner

    def _count(self, caller: Caller, now: datetime) -> None:
        self.store.write(CountUp(limits.by_ip(self.keyring.current().material, caller.ip, now)))

    def _done_before(self, flow: Flow, password: str, caller: Caller, now: datetime) -> Flow:
        """The flow, where this very password was set by it. What is not so is over."""
        if flow.status is not FlowStatus.DONE or now >= flow.expires_at:
            raise Refusal(Code.FLOW_ENDED)
        self._count(caller, now)
        if not passwords.matches(password, self._demand_owner(flow).password_hash):
            raise Refusal(Code.FLOW_ENDED)
        return flow

    def _forgiven(self, owner: Owner, now: datetime) -> tuple[WriteTries, ...]:
        """The locks of signing in, opened: under each name that leads to the owner, and in trusted browsers.

        That of the second factor too, where it is a code to the addresses that the reset has just proved: whoever
        knew the old password may have closed it.
        """
        key = self.keyring.current().material
        names = [name.name for name in names_of(owner)] if isinstance(owner, Account) else [username_of(owner).lower()]
        keys = [limits.tries_key(key, TryPurpose.SIGN_IN, name) for name in names]
        keys.append(limits.tries_key(key, TryPurpose.SIGN_IN_TRUSTED, owner_key(owner)))
        if owner.security.authenticator is None:
            keys.append(limits.tries_key(key, TryPurpose.SECOND_FACTOR, owner_key(owner)))
        tries = [self.store.tries(one) for one in keys]
        keep_until = now + SIGN_IN_TRIES.longest
        return tuple(WriteTries(limits.forgiven(one), keep_until) for one in tries if one.failures)
