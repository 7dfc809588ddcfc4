"""Inviting: staff never sign up. An administrator invites them, and the first administrator is made by a command."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import audit, limits, sessions
from chalicelib.domain.accounts.account import Account, AccountName, AccountStatus, Role, names_of
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, ChangeRefused, CountUp, ReleaseName, TakeName, WriteOwner
from chalicelib.domain.icegate.accounts import Hold
from chalicelib.domain.identifiers import folded
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, FieldError, Refusal, invalid
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.staff import letters, members
from chalicelib.domain.staff.directory import demand_member
from chalicelib.domain.staff.members import Invitation, post_of
from chalicelib.domain.staff.offices import Offices
from chalicelib.domain.staff.official_email import is_official

# There is one first administrator, so there is one account of this id: it is made once for ever.
FIRST_ADMINISTRATOR = "first-administrator-00"


@dataclass(frozen=True, slots=True)
class Invitations:
    """The desk at which staff are invited."""

    store: Store
    keyring: Keyring
    clock: Clock
    offices: Offices
    domains: tuple[str, ...]

    def invite(self, actor: Actor, invitation: Invitation, caller: Caller) -> Account:
        """Makes the account of somebody who is to join, takes its names, and sends the invitation.

        Raises `Refusal`: `invalid_fields` (`email_not_official`, `authority_unknown`, `department_unknown`,
        `role_is_of_departments`), `already_invited` naming the
        address that an account has, `send_limit_reached`.
        """
        self._demand_fit(invitation)

        def attempt() -> Account:
            now = self.clock()
            member = members.invited(sessions.new_id(), invitation, actor.key, now)
            self._demand_free(member, now)
            entry = Entry(Deed.STAFF_INVITED, actor.key, account_key(member.account_id), facts=_facts(member))
            self._write(
                WriteOwner(member),
                *(TakeName(name, now) for name in names_of(member)),
                letters.invitation(member, self.offices, now),
                self._counted(member, now),
                *recorded(self.store, now, caller.request_id, entry),
            )
            return member

        return in_rounds(attempt)

    def invite_again(self, actor: Actor, account_id: str, caller: Caller) -> Account:
        """Sends the invitation once more; its 7 days begin anew.

        Raises `Refusal`: `not_found`, `staff_status_conflict`, `send_limit_reached`.
        """

        def attempt() -> Account:
            now = self.clock()
            member = members.invited_again(demand_member(self.store, actor, account_id), now)
            entry = Entry(Deed.STAFF_INVITED, actor.key, account_key(account_id), facts=_facts(member))
            self.store.write(
                WriteOwner(member),
                letters.invitation(member, self.offices, now),
                self._counted(member, now),
                *recorded(self.store, now, caller.request_id, entry),
            )
            return member

        return in_rounds(attempt)

    def invite_first_administrator(self, invitation: Invitation, *, again: bool) -> Account:
        """Invites the first administrator, once for ever.

        `again`: the invitation that nobody followed yet is sent once more, with the details that are given now (an
        address may have been mistyped). Raises `Refusal`: `already_invited` where there is a first administrator (for
        `again`: where they have joined), `staff_status_conflict` where there is nothing to send again.
        """
        invitation = replace(invitation, role=Role.ADMINISTRATOR)
        self._demand_fit(invitation)

        def attempt() -> Account:
            now, stored = self.clock(), self.store.account(FIRST_ADMINISTRATOR)
            if stored is not None and (not again or stored.status is not AccountStatus.INVITED):
                raise Refusal(Code.ALREADY_INVITED)
            if stored is None and again:
                raise Refusal(Code.STAFF_STATUS_CONFLICT)
            made = members.invited(FIRST_ADMINISTRATOR, invitation, audit.SYSTEM, now)
            had = names_of(stored) if stored else ()
            member = replace(made, revision=stored.revision) if stored else made
            self._demand_free(member, now)
            entry = Entry(Deed.STAFF_INVITED, audit.SYSTEM, account_key(FIRST_ADMINISTRATOR), facts=_facts(member))
            self._write(
                WriteOwner(member),
                *(ReleaseName(name) for name in had if name not in names_of(member)),
                *(TakeName(name, now) for name in names_of(member) if name not in had),
                letters.invitation(member, self.offices, now),
                *recorded(self.store, now, "infra.first_administrator", entry),
            )
            return member

        return in_rounds(attempt)

    def _demand_fit(self, invitation: Invitation) -> None:
        wrong = {}
        if not is_official(invitation.contact.email, self.domains):
            wrong["email"] = "email_not_official"
        trouble = self.offices.trouble_with(invitation.role, invitation.authority)
        if trouble:
            wrong["authority"] = trouble
        if wrong:
            raise invalid(**wrong)

    def _demand_free(self, member: Account, now: datetime) -> None:
        """Raises `Refusal` where one of the names leads to another account: the caller may know who has one."""
        taken = [name for name in names_of(member) if self._is_anothers(name, now)]
        if taken:
            raise _already_invited(member, taken)

    def _is_anothers(self, name: AccountName, now: datetime) -> bool:
        found = self.store.named(name.name)
        if isinstance(found, AccountName | Hold) and found.until is not None and now >= found.until:
            return False
        return found is not None and not (isinstance(found, AccountName) and found.account_id == name.account_id)

    def _write(self, *changes: Change) -> None:
        try:
            self.store.write(*changes)
        except ChangeRefused as refused:
            owner = next(change.owner for change in changes if isinstance(change, WriteOwner))
            if isinstance(refused.change, TakeName) and isinstance(owner, Account):
                # Somebody else took the name since it was looked at.
                raise _already_invited(owner, [refused.change.name]) from refused
            raise

    def _counted(self, member: Account, now: datetime) -> CountUp:
        return CountUp(limits.by_address(self.keyring.current().material, member.contact.email, now))


def _already_invited(member: Account, taken: list[AccountName]) -> Refusal:
    names = {name.name for name in taken}
    errors = {
        field: FieldError("address_has_account")
        for field, address in (("email", member.contact.email), ("mobile", member.contact.mobile))
        if folded(address) in names
    }
    return Refusal(Code.ALREADY_INVITED, errors=errors)


def _facts(member: Account) -> dict[str, str]:
    return {
        "authority": post_of(member).authority,
        "role": member.role.value,
        "email": audit.personal_email(member.contact.email),
        "mobile": audit.personal_mobile(member.contact.mobile),
    }
