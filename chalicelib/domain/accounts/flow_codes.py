"""The codes of a flow: asked for, sent again, confirmed once. Every flow that rests on codes goes through here.

A flow is opened in one of two ways:

- `asked_by_stranger`: somebody who is not signed in names an owner and asks for both codes (a password reset, a staff
  member's joining). Whoever may not, or is not there, gets a decoy: the same work, the same answer, nothing sent, no
  code right. It is opened with `flow_id` and flow token.
- `asked_by_owner`: somebody signed in asks for the code of one new address. It is their own object, so it needs no
  flow token.

Then, with `read` giving the stored flow (`opened` for those with a flow token; else the caller's own read):

- `sent_again(read, caller)` sends the same codes once more;
- `confirmed(read, typed, caller, goes_on)` spends a try, compares, and consumes once. `goes_on(flow, now)` gives the
  flow as it is afterwards and the changes that belong into the same write (messages, names, audit); it is asked again
  in each round, so it reads what it needs itself. A flow that was confirmed before is given back as it is.

Messages go out through the outbox; the tries of each kind of flow have a purpose, and so a lock, of their own.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import captcha, codes, limits, outbox, sessions
from chalicelib.domain.accounts.flow_confirming import MANNERS, FlowConfirmation, GoesOn
from chalicelib.domain.accounts.flows import LIFETIME, Flow, FlowKind, FlowStatus, demand_opened
from chalicelib.domain.accounts.owners import Owner, OwnerKey, owner_key
from chalicelib.domain.audit import NOBODY, Deed, Entry
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import (
    AppendEvent,
    Change,
    ChangeRefused,
    CountUp,
    UseOnce,
    WriteFlow,
    WriteMessage,
)
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.limits import Counter
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds

_BOTH = (Channel.MOBILE, Channel.EMAIL)


@dataclass(frozen=True, slots=True)
class OpenedFlow:
    """A flow and the flow token for it, which is told this once."""

    flow: Flow
    flow_token: str


@dataclass(frozen=True, slots=True)
class FlowCodes:
    """Asks for, sends and compares the codes of flows."""

    store: Store
    keyring: Keyring
    clock: Clock

    def asked_by_stranger(
        self,
        kind: FlowKind,
        found: Owner | None,
        typed: str,
        captcha_payload: str,
        caller: Caller,
        deed: Deed | None = None,
    ) -> OpenedFlow:
        """A flow whose codes go to both addresses of `found`; a decoy where that is None.

        `typed` is what the stranger wrote to name the owner, folded: it is what the stranger is counted by, so that
        limits and locks tell nothing either. `deed` is recorded in the owner's stream. What an owner can be sent by
        strangers in a day is limited; beyond it nothing is sent, and the answer is the same. Raises `Refusal`:
        `captcha_*`, `too_many_requests`, `send_limit_reached` (for what was typed).
        """
        now, key = self.clock(), self.keyring.current().material
        solved = captcha.solved(key, captcha_payload, now)
        token = sessions.new_flow_token()
        counted_as = limits.pseudonym(key, kind.value, typed)
        flow = self._new(kind, found, counted_as, token, caller, now)
        once = UseOnce(f"captcha#{solved.nonce}", solved.expires_at)

        def write() -> None:
            asked = () if deed is None else self._asked(flow, caller, now, deed)
            self._written_quietly(flow, replace(flow, is_decoy=True), caller, now, once, *asked)

        in_rounds(write)
        return OpenedFlow(flow, token)

    def asked_by_owner(
        self,
        kind: FlowKind,
        owner: Owner,
        contact: Contact,
        channel: Channel,
        caller: Caller,
        instead: WriteMessage | None,
        entries: tuple[Entry, ...],
    ) -> Flow:
        """A flow of a signed-in owner, whose code goes to `contact`'s address of `channel`.

        With `instead` it is a decoy, and that message goes out instead of the code. `entries` are recorded with it.
        Raises `Refusal`: `too_many_requests`, `send_limit_reached`.
        """
        now = self.clock()
        key = self.keyring.current()
        expires_at = now + LIFETIME
        nonce = secrets.token_bytes(codes.NONCE_BYTES)
        flow = Flow(
            flow_id=sessions.new_id(),
            # Nobody has this token: the flow is opened by its owner's session.
            flow_token_hash=sessions.token_hash(sessions.new_flow_token()),
            kind=kind,
            status=FlowStatus.CODES_SENT,
            owner=owner_key(owner),
            contact=contact,
            challenge=codes.asked(MANNERS[kind].purpose, (channel,), key.key_id, nonce, expires_at, now),
            language=owner.language,
            expires_at=expires_at,
            counted_as=owner_key(owner),
            is_decoy=instead is not None,
            old_contact=owner.contact,
        )
        messages = (instead,) if instead is not None else self._messages(flow, now)

        def write() -> str:
            audit = recorded(self.store, now, caller.request_id, *entries)
            return self.store.write(WriteFlow(flow), *messages, *audit, *self._counted(flow, caller, now))

        return replace(flow, revision=in_rounds(write))

    def opened(self, flow_id: str, flow_token: str, kind: FlowKind) -> Flow:
        """The flow of this kind that `flow_token` opens. Raises `Refusal` `flow_token_invalid`."""
        return demand_opened(self.store.flow(flow_id), kind, flow_token)

    def sent_again(self, read: Callable[[], Flow], caller: Caller) -> Flow:
        """Has the same codes sent once more; their expiry stays.

        Raises `Refusal`: `flow_ended` where no codes are waited for, `code_expired`, `codes_exhausted`,
        `resend_too_soon`, `send_limit_reached`, `too_many_requests`.
        """

        def again() -> Flow:
            flow, now = read(), self.clock()
            if flow.status is not FlowStatus.CODES_SENT:
                raise Refusal(Code.FLOW_ENDED)
            asked = codes.asked_again(flow.challenge, now, Code.CODE_EXPIRED)
            asked_again = replace(flow, challenge=codes.delivered(asked, asked.channels))
            if _is_strangers(flow):
                return replace(asked_again, revision=self._written_quietly(asked_again, asked_again, caller, now))
            messages = () if flow.is_decoy else self._messages(asked_again, now)
            counted = self._counted(asked_again, caller, now)
            return replace(asked_again, revision=self.store.write(WriteFlow(asked_again), *messages, *counted))

        return in_rounds(again)

    def confirmed(self, read: Callable[[], Flow], typed: Codes, caller: Caller, goes_on: GoesOn) -> Flow:
        """The flow with its codes confirmed, now or before, and gone on as `goes_on` says.

        Of parallel right answers one is the consumption; the others find it done. Raises `Refusal`:
        `codes_incorrect` (by channel) or, for a single code, `code_incorrect`; `codes_exhausted`, `code_expired`,
        `locked`, `too_many_requests`; `flow_ended` for one that was stopped, and where a name that `goes_on` takes
        was lost to another account.
        """
        return FlowConfirmation(self.store, self.keyring, self.clock).confirmed(read, typed, caller, goes_on)

    # Opening.

    def _new(
        self, kind: FlowKind, found: Owner | None, counted_as: str, token: str, caller: Caller, now: datetime
    ) -> Flow:
        key, expires_at = self.keyring.current(), now + LIFETIME
        nonce = secrets.token_bytes(codes.NONCE_BYTES)
        return Flow(
            flow_id=sessions.new_id(),
            flow_token_hash=sessions.token_hash(token),
            kind=kind,
            status=FlowStatus.CODES_SENT,
            owner=owner_key(found) if found is not None else None,
            contact=found.contact if found is not None else _nobodys_contact(),
            challenge=codes.asked(MANNERS[kind].purpose, _BOTH, key.key_id, nonce, expires_at, now),
            language=found.language if found is not None else caller.language,
            expires_at=expires_at,
            counted_as=counted_as,
            is_decoy=found is None,
            generation=found.security.generation if found is not None else None,
        )

    def _written_quietly(self, flow: Flow, unsent: Flow, caller: Caller, now: datetime, *with_it: Change) -> str:
        """Writes a stranger's flow with its messages, or, where its owner has been sent enough, `unsent` and none.

        The stranger is not told which: that would tell that there is somebody.
        """
        guards = (WriteFlow(flow), *with_it, *self._counted_by_what_was_typed(flow, caller, now))
        counters = self._owners_counters(flow, now)
        messages = _in_the_place_of_messages(now) if flow.is_decoy else self._messages(flow, now)
        try:
            return self.store.write(*guards, *messages, *map(CountUp, counters))
        except ChangeRefused as refused:
            if not (isinstance(refused.change, CountUp) and refused.change.counter in counters):
                raise
        is_asking = (change for change in guards if not isinstance(change, WriteFlow | AppendEvent))
        return self.store.write(WriteFlow(unsent), *is_asking, *_in_the_place_of_messages(now))

    def _asked(self, flow: Flow, caller: Caller, now: datetime, deed: Deed) -> tuple[Change, ...]:
        """The audit's word that the codes were asked for; for a decoy the same work, and nothing written down."""
        on = flow.owner or f"account:{flow.flow_id}"
        entry = Entry(deed, NOBODY, on, facts={"device": caller.device})
        made = recorded(self.store, now, caller.request_id, entry)
        return (_decoy(now),) if flow.is_decoy else made

    # What is counted.

    def _counted(self, flow: Flow, caller: Caller, now: datetime) -> tuple[CountUp, ...]:
        key = self.keyring.current().material
        return (
            CountUp(limits.by_ip(key, caller.ip, now)),
            *(CountUp(self._by_address(flow, channel, now)) for channel in flow.challenge.channels),
        )

    def _by_address(self, flow: Flow, channel: Channel, now: datetime) -> Counter:
        """One's own address is counted with what one signs in with; any other may be somebody else's."""
        address, own = flow.contact.address(channel), flow.old_contact
        is_own = own is not None and own.address(channel) == address
        counter = limits.by_address if is_own else limits.by_new_address
        return counter(self.keyring.current().material, address, now)

    def _counted_by_what_was_typed(self, flow: Flow, caller: Caller, now: datetime) -> tuple[CountUp, ...]:
        key, purpose = self.keyring.current().material, MANNERS[flow.kind].tries
        return (
            CountUp(limits.by_ip(key, caller.ip, now)),
            CountUp(limits.by_strangers(key, purpose, flow.counted_as, now)),
        )

    def _owners_counters(self, flow: Flow, now: datetime) -> tuple[Counter, ...]:
        """What is counted for the owner and the addresses; for a decoy, which sends nothing, in nobody's name."""
        key, purpose = self.keyring.current().material, MANNERS[flow.kind].tries
        whom, channels = flow.owner, flow.challenge.channels
        addresses = [flow.contact.address(channel) for channel in channels]
        if flow.is_decoy or whom is None:
            # Its contact may be a real one: that of an owner who was sent enough.
            whom, addresses = OwnerKey(flow.flow_id), [f"{flow.flow_id} {channel.value}" for channel in channels]
        return (
            limits.by_strangers(key, purpose, whom, now),
            *(limits.by_address(key, address, now) for address in addresses),
        )

    def _messages(self, flow: Flow, now: datetime) -> tuple[WriteMessage, ...]:
        return tuple(
            WriteMessage(
                outbox.message(
                    MANNERS[flow.kind].notice,
                    channel,
                    flow.contact,
                    flow.language,
                    now,
                    owner=flow.owner,
                    challenge=flow.challenge,
                )
            )
            for channel in flow.challenge.channels
        )


def _is_strangers(flow: Flow) -> bool:
    return flow.counted_as != flow.owner


def _nobodys_contact() -> Contact:
    """Addresses that nobody has, for a decoy: nothing is ever sent there."""
    number = 6_000_000_000 + secrets.randbelow(4_000_000_000)
    return Contact(EmailAddress(f"{secrets.token_hex(8)}@decoy.invalid"), Mobile(f"+91{number}"))


def _decoy(now: datetime) -> UseOnce:
    """A write that means nothing, so that the time does not tell whether there was something to write."""
    return UseOnce(f"decoy#{secrets.token_hex(8)}", now + limits.IP_WINDOW)


def _in_the_place_of_messages(now: datetime) -> tuple[UseOnce, ...]:
    return tuple(_decoy(now) for _ in _BOTH)
