"""Replacing mobiles: the journey's step that does it when the day has passed, and the ways to stop it before.

The wait is the journey `mobile_replacement`'s. Should its start or its step have failed for good, the owner's next look
at their account makes it good.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from chalicelib.domain import audit, captcha, codes, limits
from chalicelib.domain.accounts import mobile_replacement
from chalicelib.domain.accounts.acting import may_sign_in
from chalicelib.domain.accounts.finding import owner_reached_by, typed_name
from chalicelib.domain.accounts.flows import COOLING, Flow, FlowKind, FlowStatus
from chalicelib.domain.accounts.owners import Owner, OwnerKey
from chalicelib.domain.audit import NOBODY, SYSTEM, Deed, Entry
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, CountUp, UseOnce, WriteFlow
from chalicelib.domain.codes import Challenge, Codes, Purpose
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.limits import CODE_TRIES, Tries, TryPurpose
from chalicelib.domain.ports import Clock, Journey, Journeys, JourneysUnavailable, Keyring, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import forgive, in_rounds, take_try

_NO_FLOW = "none"
_NOBODYS_CONTACT = Contact(EmailAddress("nobody@decoy.invalid"), Mobile("+916000000000"))


class ReplacementUnknown(Exception):  # noqa: N818
    """There is no such replacement; a retry does not help."""


class NotDue(Exception):  # noqa: N818
    """The day has not passed yet by this clock; try again a little later."""


@dataclass(frozen=True, slots=True)
class MobileReplacements:
    """Starts, applies and stops replacements of lost mobiles."""

    store: Store
    journeys: Journeys
    keyring: Keyring
    clock: Clock

    def started(self, flow: Flow) -> Flow:
        """Starts the journey of a replacement that waits; any other flow is left alone. Starting twice is once.

        Raises `JourneysUnavailable`.
        """
        if flow.status is FlowStatus.WAITING and flow.effective_at is not None:
            seconds_left = max(0, math.ceil((flow.effective_at - self.clock()).total_seconds()))
            self.journeys.start(Journey.MOBILE_REPLACEMENT, flow.flow_id, seconds_left)
        return flow

    def seen_to(self, owner: Owner, request_id: str) -> Flow | None:
        """The replacement that an owner waits for, if there is one, with its journey under way.

        One whose day has passed is applied here and now, should the journey have failed.
        """
        flow = mobile_replacement.pending(self.store, owner)
        if flow is None or flow.effective_at is None:
            return None
        if self.clock() >= flow.effective_at:
            self.apply(flow.flow_id, request_id)
            return None
        try:
            return self.started(flow)
        except JourneysUnavailable:
            return flow

    def apply(self, flow_id: str, request_id: str) -> Flow:
        """Puts the new mobile in the old one's place; one that was stopped, or done before, is left as it is.

        Raises `NotDue`, `ReplacementUnknown`.
        """

        def apply_it() -> Flow:
            (flow, key), now = self._known(flow_id), self.clock()
            if flow.status is not FlowStatus.WAITING or flow.effective_at is None:
                return flow
            if now < flow.effective_at:
                raise NotDue
            owner = self.store.owner(key)
            if owner is None or not may_sign_in(owner) or owner.replacement_id != flow_id:
                # The account was closed, or its owner has left: there is nobody whose mobile it could become.
                over, changes = FlowStatus.STOPPED, mobile_replacement.stopped(flow, owner, now)
                entry = Entry(Deed.MOBILE_REPLACEMENT_STOPPED, SYSTEM, key)
            else:
                over, changes = FlowStatus.DONE, mobile_replacement.applied(flow, owner, now)
                facts = {"to": audit.personal_mobile(flow.contact.mobile)}
                entry = Entry(Deed.MOBILE_REPLACED, SYSTEM, key, facts=facts)
            self.store.write(*changes, *recorded(self.store, now, request_id, entry))
            return replace(flow, status=over)

        return in_rounds(apply_it)

    def cancelled(self, read: Callable[[], Flow], actor: OwnerKey, caller: Caller) -> Flow:
        """The owner's change, stopped by the owner. Raises `Refusal` `flow_ended` for one that is done."""

        def cancel() -> Flow:
            flow = read()
            if flow.status is FlowStatus.STOPPED:
                return flow
            stopped = replace(flow, status=FlowStatus.STOPPED)
            if flow.status is FlowStatus.CODES_SENT:
                self.store.write(WriteFlow(stopped))
                return stopped
            if flow.status is not FlowStatus.WAITING:
                raise Refusal(Code.FLOW_ENDED)
            self.store.write(*self._stopping(flow, actor, actor, caller))
            return stopped

        return in_rounds(cancel)

    def stop(self, username: str, code: str, captcha_payload: str, caller: Caller) -> None:
        """Stops a replacement by the code that the old mobile was sent, without signing in.

        `username` is any name of the account: username, email, old or new mobile, ICEGATE ID. Raises `Refusal`:
        `codes_not_matched` for whatever is wrong, in the same time; `locked`, `captcha_*`, `too_many_requests`.
        Stopped again by the same code it is stopped as before.
        """
        now, key = self.clock(), self.keyring.current().material
        solved = captcha.solved(key, captcha_payload, now)
        name = typed_name(username)
        owner = owner_reached_by(self.store, name)
        flow = self.store.flow((owner.replacement_id if owner is not None else None) or _NO_FLOW)
        # By name and IP together, and no try is the code's last. Whoever guesses a code can but stop a change, which
        # harms little; whoever could close the lock of a name would keep the mobile's owner from stopping a thief.
        tries_key = limits.tries_key(key, TryPurpose.MOBILE_STOP, name, caller.ip)
        once = UseOnce(f"captcha#{solved.nonce}", solved.expires_at)
        tries = take_try(self.store, tries_key, CODE_TRIES, now, once, CountUp(limits.by_ip(key, caller.ip, now)))
        challenge = (flow.stop_challenge if flow is not None else None) or self._nobodys_challenge()
        old_contact = (flow.old_contact if flow is not None else None) or _NOBODYS_CONTACT
        is_right = self._is_right(challenge, old_contact, code)
        if flow is None or flow.owner is None or not is_right:
            raise Refusal(Code.CODES_NOT_MATCHED)
        self._stopped_by_code(flow, flow.owner, tries, caller)

    # Stopping.

    def _stopping(self, flow: Flow, actor: str, on: OwnerKey, caller: Caller) -> tuple[Change, ...]:
        now = self.clock()
        entry = mobile_replacement.stop_entry(actor, on, caller.device)
        return (
            *mobile_replacement.stopped(flow, self.store.owner(on), now),
            *recorded(self.store, now, caller.request_id, entry),
        )

    def _is_right(self, challenge: Challenge, contact: Contact, code: str) -> bool:
        try:
            key = self.keyring.by_id(challenge.key_id)
        except KeyError:
            return False
        is_live = self.clock() < challenge.expires_at
        return not codes.wrong_channels(key, challenge, contact, Codes(mobile=code)) and is_live

    def _nobodys_challenge(self) -> Challenge:
        now, key = self.clock(), self.keyring.current()
        nonce = secrets.token_bytes(codes.NONCE_BYTES)
        return codes.asked(Purpose.MOBILE_REPLACEMENT_STOP, (Channel.MOBILE,), key.key_id, nonce, now + COOLING, now)

    def _stopped_by_code(self, known: Flow, owner: OwnerKey, tries: Tries, caller: Caller) -> None:
        def stop_it() -> None:
            (flow, _), now = self._known(known.flow_id), self.clock()
            if flow.status is FlowStatus.STOPPED:
                forgive(self.store, tries, CODE_TRIES, now)
            elif flow.status is FlowStatus.WAITING:
                forgive(self.store, tries, CODE_TRIES, now, *self._stopping(flow, NOBODY, owner, caller))
            else:
                raise Refusal(Code.CODES_NOT_MATCHED)

        in_rounds(stop_it)

    def _known(self, flow_id: str) -> tuple[Flow, OwnerKey]:
        flow = self.store.flow(flow_id)
        if flow is None or flow.owner is None or flow.kind is not FlowKind.MOBILE_REPLACEMENT:
            raise ReplacementUnknown
        return flow, flow.owner
