"""Confirming the codes of a flow: spend a try in the store, then compare, then consume once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import codes, limits
from chalicelib.domain.accounts.flows import Flow, FlowKind, FlowStatus
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, ChangeRefused, CountUp, TakeName, WriteFlow
from chalicelib.domain.codes import Codes, Purpose
from chalicelib.domain.confirming import Attempts, Coded
from chalicelib.domain.contacts import Channel
from chalicelib.domain.limits import CODE_TRIES, Tries, TryPurpose
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.refusals import Code, FieldError, Refusal
from chalicelib.domain.rounds import forgive, in_rounds

# The flow as it is after its codes were right, and the changes that belong into the same write.
GoesOn = Callable[[Flow, datetime], tuple[Flow, tuple[Change, ...]]]


@dataclass(frozen=True, slots=True)
class Manner:
    """What the codes of one kind of flow are for, in which words they are sent, and where their tries are counted."""

    purpose: Purpose
    notice: NoticeKind
    tries: TryPurpose


MANNERS: Mapping[FlowKind, Manner] = {
    FlowKind.PASSWORD_RESET: Manner(Purpose.PASSWORD_RESET, NoticeKind.PASSWORD_RESET_CODE, TryPurpose.PASSWORD_RESET),
    FlowKind.CONTACT_CHANGE: Manner(Purpose.CONTACT_CHANGE, NoticeKind.NEW_CONTACT_CODE, TryPurpose.CONTACT_CHANGE),
    FlowKind.MOBILE_REPLACEMENT: Manner(
        Purpose.MOBILE_REPLACEMENT, NoticeKind.NEW_CONTACT_CODE, TryPurpose.CONTACT_CHANGE
    ),
    FlowKind.STAFF_JOINING: Manner(Purpose.STAFF_JOINING, NoticeKind.STAFF_JOINING_CODE, TryPurpose.STAFF_JOINING),
}


@dataclass(frozen=True, slots=True)
class FlowConfirmation:
    """Compares what people type with the codes that their flow was sent."""

    store: Store
    keyring: Keyring
    clock: Clock

    def confirmed(self, read: Callable[[], Flow], typed: Codes, caller: Caller, goes_on: GoesOn) -> Flow:
        """The flow with its codes confirmed, now or before. Raises `Refusal` as `FlowCodes.confirmed` tells."""
        attempts = Attempts(self.store, self.keyring, self.clock, _CODED)
        counted = CountUp(limits.by_ip(self.keyring.current().material, caller.ip, self.clock()))
        flow, tries = attempts.spent(read, _with_attempt_spent, (counted,))
        if tries is None:
            return flow
        wrong = attempts.wrong_channels(flow, typed)
        if flow.is_decoy:
            wrong = flow.challenge.channels
        if wrong:
            raise _incorrect(flow, wrong)
        return self._consumed(flow, read, tries, goes_on)

    def _consumed(self, known: Flow, read: Callable[[], Flow], tries: Tries, goes_on: GoesOn) -> Flow:
        """Consumes the codes once. `known` was just written; it is read anew only where somebody came between."""
        versions = itertools.chain([lambda: known], itertools.repeat(read))

        def consume() -> Flow:
            flow, now = next(versions)(), self.clock()
            if flow.status is FlowStatus.STOPPED:
                raise Refusal(Code.FLOW_ENDED)
            if flow.status is not FlowStatus.CODES_SENT:
                return flow
            gone_on, changes = goes_on(replace(flow, challenge=codes.used(flow.challenge, now)), now)
            try:
                revision = forgive(self.store, tries, CODE_TRIES, now, WriteFlow(gone_on), *changes)
            except ChangeRefused as refused:
                if isinstance(refused.change, TakeName):
                    raise Refusal(Code.FLOW_ENDED) from refused
                raise
            return replace(gone_on, revision=revision)

        return in_rounds(consume)


def _with_attempt_spent(flow: Flow, now: datetime) -> Flow | None:
    """None for one whose codes have done their work."""
    if flow.status is FlowStatus.STOPPED:
        raise Refusal(Code.FLOW_ENDED)
    if flow.status is not FlowStatus.CODES_SENT:
        return None
    return replace(flow, challenge=codes.spent(flow.challenge, now, Code.CODE_EXPIRED))


def _incorrect(flow: Flow, wrong: tuple[Channel, ...]) -> Refusal:
    """A single code needs no naming of its channel."""
    attempts_left = flow.challenge.attempts_left
    if len(flow.challenge.channels) > 1:
        return codes.incorrect(wrong, attempts_left)
    errors = {"code": FieldError("code_incorrect")}
    return Refusal(Code.CODE_INCORRECT, errors=errors, attempts_left=attempts_left)


_CODED: Coded[Flow] = Coded(
    sent=lambda flow: (flow.challenge, flow.contact),
    counted_as=lambda flow: (MANNERS[flow.kind].tries, (flow.counted_as,)),
    written=WriteFlow,
    expired=Code.CODE_EXPIRED,
)
