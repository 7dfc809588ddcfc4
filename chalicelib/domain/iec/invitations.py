"""Invitations to an IEC: whoever is invited reads and accepts; whoever is not is told what an unknown one is told.

There is no token: the id in the mail's link names the invitation, and the login's confirmed email proves whose it is.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.acting import may_sign_in
from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import ChangeRefused, TakeMembership, WriteIecUser
from chalicelib.domain.iec.user_letters import letter
from chalicelib.domain.iec.users import IecRole, IecUser, IecUserStatus, Membership
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds

# What is looked up in the place of an invitation that is not there: the same reads, and nobody's.
_NO_IEC, _NO_USER = "0000000000", "0" * 22


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as its right person sees it. `expires_at` is aware UTC."""

    entity_name: str
    role: IecRole
    invited_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class IecInvitations:
    """The desk at which invited people read and accept."""

    store: Store
    clock: Clock

    def read(self, actor: Actor, user_id: str) -> Invitation:
        """The invitation of this id. Raises `Refusal` `invitation_not_valid` for everybody but its right person."""
        invited, entity_name, inviter = self._looked_up(user_id)
        user = self._demand_right(actor.owner, invited)
        assert user.invitation_expires_at is not None
        return Invitation(entity_name, user.role, inviter.name if inviter else "", user.invitation_expires_at)

    def accept(self, actor: Actor, user_id: str, caller: Caller) -> IecUser:
        """Makes the login a user of the IEC; what was accepted by this very login before is no second acceptance.

        Raises `Refusal`: `invitation_not_valid`; `already_linked` where the login is of an IEC already.
        """

        def attempt() -> IecUser:
            # The account as it is now: the one of the session was read before this round.
            now, account = self.clock(), self.store.owner(actor.key)
            invited, entity_name, inviter = self._looked_up(user_id)
            if not isinstance(account, Account) or not may_sign_in(account):
                raise Refusal(Code.INVITATION_NOT_VALID)
            if invited is not None and invited.account_id == account.account_id and _is_active(invited):
                return invited
            user = self._demand_right(account, invited)
            joined = replace(
                user,
                status=IecUserStatus.ACTIVE,
                account_id=account.account_id,
                since=now,
                invitation_expires_at=None,
            )
            facts = {"user_id": user.user_id, "role": user.role.value}
            entry = Entry(Deed.IEC_INVITATION_ACCEPTED, actor.key, actor.key, facts=facts)
            try:
                self.store.write(
                    # First: of two acceptances at once the second is told so before it is told that it is of an IEC.
                    WriteIecUser(joined),
                    TakeMembership(Membership(account.account_id, user.iec, user.user_id)),
                    # An account that is closed at this moment has written to the same stream: decided again.
                    *recorded(self.store, now, caller.request_id, entry),
                    *letter(self.store, NoticeKind.IEC_USER_JOINED, inviter, now, person=user.name, entity=entity_name),
                )
            except ChangeRefused as refused:
                if isinstance(refused.change, TakeMembership):
                    raise Refusal(Code.ALREADY_LINKED) from refused
                raise
            return joined

        return in_rounds(attempt)

    def _looked_up(self, user_id: str) -> tuple[IecUser | None, str, IecUser | None]:
        """The invited user, the entity's name and who invited, in as many reads whether there is one or not."""
        invited = self.store.iec_invitation(user_id)
        record = self.store.iec_record(invited.iec if invited else _NO_IEC)
        inviter = self.store.iec_user(
            invited.iec if invited else _NO_IEC, (invited.invited_by if invited else None) or _NO_USER
        )
        return invited, record.entity_name if record else "", inviter

    def _demand_right(self, account: Owner, invited: IecUser | None) -> IecUser:
        """The invited user, where the invitation is open and the account's confirmed email is the invited one."""
        email = invited.email if invited else ""
        is_right = hmac.compare_digest(email.lower().encode(), account.contact.email.lower().encode())
        is_confirmed = isinstance(account, Account) and account.email_confirmed_at is not None
        expires_at = invited.invitation_expires_at if invited else None
        is_open = (
            invited is not None
            and invited.status is IecUserStatus.INVITED
            and expires_at is not None
            and self.clock() < expires_at
        )
        if invited is None or not (is_right and is_confirmed and is_open):
            raise Refusal(Code.INVITATION_NOT_VALID)
        return invited


def _is_active(user: IecUser) -> bool:
    return user.status is IecUserStatus.ACTIVE
