"""Changing email or mobile: a code to the new address, and word to both old ones.

A new mobile takes its place at once only where the fresh second factor was more than an email code, or than an
authenticator that an email code may have added today; else it waits a day (`mobile_replacement`, ADR 25). The same
mobile may be confirmed anew: staff must, every 180 days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import audit, outbox
from chalicelib.domain.accounts import mobile_replacement
from chalicelib.domain.accounts.account import Account, AccountName
from chalicelib.domain.accounts.acting import may_sign_in
from chalicelib.domain.accounts.changed_contacts import renamed, with_email, with_mobile
from chalicelib.domain.accounts.flow_codes import FlowCodes
from chalicelib.domain.accounts.flows import COOLING, Flow, FlowKind, FlowStatus
from chalicelib.domain.accounts.owners import Owner, account_key, owner_key
from chalicelib.domain.accounts.replacing_mobiles import MobileReplacements
from chalicelib.domain.accounts.security import Method
from chalicelib.domain.accounts.telling import told
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor, demand_own
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, WriteMessage, WriteOwner
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal, invalid

_KINDS = frozenset({FlowKind.CONTACT_CHANGE, FlowKind.MOBILE_REPLACEMENT})


@dataclass(frozen=True, slots=True)
class ContactChanges:
    """The desk at which signed-in people change email and mobile.

    `is_official` says of an email whether staff may have it.
    """

    store: Store
    keyring: Keyring
    clock: Clock
    replacements: MobileReplacements
    is_official: Callable[[str], bool]

    def ask(self, actor: Actor, email: EmailAddress | None, mobile: Mobile | None, caller: Caller) -> Flow:
        """Has a code sent to one new address, the email or the mobile.

        An address that another account has is told to that account's owner, not to the caller: the flow is a decoy.
        Raises `Refusal`: `invalid_fields` (`one_contact`, `contact_unchanged`, `email_not_official`),
        `change_pending`, `too_many_requests`, `send_limit_reached`.
        """
        owner = actor.owner
        if email is not None and mobile is None:
            self._demand_fit(owner, email)
            return self._asked(actor, Channel.EMAIL, Contact(email, owner.contact.mobile), caller)
        if mobile is not None and email is None:
            if mobile_replacement.pending(self.store, owner) is not None:
                raise Refusal(Code.CHANGE_PENDING)
            return self._asked(actor, Channel.MOBILE, Contact(owner.contact.email, mobile), caller)
        raise invalid(email="one_contact", mobile="one_contact")

    def send_again(self, actor: Actor, flow_id: str, caller: Caller) -> Flow:
        """Has the code sent once more. Raises `Refusal` as `FlowCodes.sent_again`, and `not_found`."""
        return self._codes.sent_again(lambda: self.read(actor, flow_id), caller)

    def verify(self, actor: Actor, flow_id: str, code: str, caller: Caller) -> Flow:
        """Confirms the new address: the change is done, or begins its wait.

        Raises `Refusal` as `FlowCodes.confirmed`, and `not_found`, `change_pending`; `JourneysUnavailable` where the
        wait was written and not started, which the same request made again makes good.
        """

        def goes_on(flow: Flow, now: datetime) -> tuple[Flow, tuple[Change, ...]]:
            return self._gone_on(actor, flow, caller, now)

        typed = Codes(mobile=code, email=code)
        return self.replacements.started(
            self._codes.confirmed(lambda: self.read(actor, flow_id), typed, caller, goes_on)
        )

    def cancel(self, actor: Actor, flow_id: str, caller: Caller) -> Flow:
        """Stops a change that is not done yet. Raises `Refusal`: `not_found`, `flow_ended` for one that is done."""
        return self.replacements.cancelled(lambda: self.read(actor, flow_id), actor.key, caller)

    def read(self, actor: Actor, flow_id: str) -> Flow:
        """The actor's own change. Raises `Refusal` `not_found`."""
        flow = self.store.flow(flow_id)
        demand_own(actor, flow.owner if flow is not None and flow.kind in _KINDS else None)
        assert flow is not None
        return flow

    @property
    def _codes(self) -> FlowCodes:
        return FlowCodes(self.store, self.keyring, self.clock)

    def _demand_fit(self, owner: Owner, email: EmailAddress) -> None:
        if email.lower() == owner.contact.email.lower():
            raise invalid(email="contact_unchanged")
        if isinstance(owner, Account) and owner.is_staff and not self.is_official(email):
            raise invalid(email="email_not_official")

    def _asked(self, actor: Actor, channel: Channel, contact: Contact, caller: Caller) -> Flow:
        owner, address = actor.owner, contact.address(channel)
        is_new_mobile = channel is Channel.MOBILE and contact.mobile != owner.contact.mobile
        cools = is_new_mobile and _is_no_more_than_an_email_code(actor, self.clock())
        kind = FlowKind.MOBILE_REPLACEMENT if cools else FlowKind.CONTACT_CHANGE
        facts = {"device": caller.device, "to": _masked(channel, address)}
        entry = Entry(Deed.CONTACT_CHANGE_ASKED, actor.key, actor.key, facts=facts)
        instead = self._told_instead(owner, channel, contact)
        return self._codes.asked_by_owner(kind, owner, contact, channel, caller, instead, (entry,))

    def _told_instead(self, owner: Owner, channel: Channel, contact: Contact) -> WriteMessage | None:
        """The message to the owner of an address that another account has; None where it is free or one's own."""
        if not isinstance(owner, Account):
            return None
        found, now = self.store.named(contact.address(channel).lower()), self.clock()
        if not isinstance(found, AccountName) or found.account_id == owner.account_id:
            return None
        if found.until is not None and now >= found.until:
            return None
        other = self.store.account(found.account_id)
        language, key = other.language if other else owner.language, account_key(found.account_id)
        return WriteMessage(outbox.message(NoticeKind.CONTACT_TAKEN, channel, contact, language, now, owner=key))

    def _gone_on(self, actor: Actor, flow: Flow, caller: Caller, now: datetime) -> tuple[Flow, tuple[Change, ...]]:
        """The flow after its code was right, and everything that is written with it."""
        owner = self.store.owner(flow.owner) if flow.owner is not None else None
        if owner is None or not may_sign_in(owner):
            raise Refusal(Code.FLOW_ENDED)
        if owner.security.generation != actor.session.generation:
            # All sessions were ended while this request was under way.
            raise Refusal(Code.SESSION_REQUIRED)
        (channel,) = flow.challenge.channels
        if channel is Channel.MOBILE and mobile_replacement.pending(self.store, owner) is not None:
            raise Refusal(Code.CHANGE_PENDING)
        if flow.kind is FlowKind.MOBILE_REPLACEMENT:
            waits, changes = mobile_replacement.waiting(flow, owner, self.keyring.current(), now)
            return waits, (*changes, *self._recorded(flow, Deed.MOBILE_REPLACEMENT_ASKED, owner, caller, now))
        is_email = channel is Channel.EMAIL
        after = with_email(owner, flow.contact.email, now) if is_email else with_mobile(owner, flow.contact.mobile, now)
        is_same = after.contact == owner.contact
        kind = NoticeKind.EMAIL_CHANGED if is_email else NoticeKind.MOBILE_CHANGED
        deed = Deed.MOBILE_CONFIRMED if is_same else Deed.CONTACT_CHANGED
        return replace(flow, status=FlowStatus.DONE), (
            WriteOwner(after),
            *renamed(owner, after, now),
            *(() if is_same else told(kind, owner, now)),
            *self._recorded(flow, deed, owner, caller, now),
        )

    def _recorded(self, flow: Flow, deed: Deed, owner: Owner, caller: Caller, now: datetime) -> tuple[Change, ...]:
        (channel,) = flow.challenge.channels
        facts = {"device": caller.device, "to": _masked(channel, flow.contact.address(channel))}
        entry = Entry(deed, owner_key(owner), owner_key(owner), facts=facts)
        return recorded(self.store, now, caller.request_id, entry)


def _is_no_more_than_an_email_code(actor: Actor, now: datetime) -> bool:
    """Whether a thief of the mailbox could have shown what the session showed last.

    An email code adds an authenticator, of which the mobile is told; so one counts for more after the same day in
    which a replacement could be stopped. Where it was removed since, nobody can say how old it was.
    """
    if actor.session.checked_by not in {Method.AUTHENTICATOR, Method.RECOVERY_CODE}:
        return actor.session.checked_by is Method.EMAIL_CODE
    authenticator = actor.owner.security.authenticator
    return authenticator is None or now < authenticator.enrolled_at + COOLING


def _masked(channel: Channel, address: str) -> str:
    return audit.personal_email(address) if channel is Channel.EMAIL else audit.personal_mobile(address)
