"""Posts: members are suspended and taken back, moved, given another role, and leave; their work is handed on.

Every change of a post writes the record of the administrator who makes it as well, on the version in which they were
an active administrator. So nobody acts who has just lost the right, and of two administrators who suspend each other
at once one comes second and is refused. Since nobody changes their own post either, there always remains an active
administrator: the one who acted last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from chalicelib.domain.accounts.account import Account, AccountStatus, Role, names_of
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, ReleaseName, WriteOwner
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.staff import members
from chalicelib.domain.staff.authorities import of_staff
from chalicelib.domain.staff.directory import demand_member
from chalicelib.domain.staff.handing_on import successor
from chalicelib.domain.staff.letters import letter
from chalicelib.domain.staff.members import post_of
from chalicelib.domain.staff.offices import Offices

_NO_FACTS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class _Changed:
    """A member after a change: what it is called, what they are told, and what else is written."""

    member: Account
    deeds: Mapping[Deed, Mapping[str, str]]
    notice: NoticeKind
    successor: Account | None = None
    also: tuple[Change, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posts:
    """The desk at which administrators change the posts of staff."""

    store: Store
    clock: Clock
    offices: Offices

    def suspend(self, actor: Actor, account_id: str, reason: str, hands_on_to: str | None, caller: Caller) -> Account:
        """Suspends a member; their sessions end at once, and `hands_on_to`, where named, does their work.

        Raises `Refusal`: `not_found`, `staff_status_conflict`, `not_permitted` and `last_administrator` for oneself,
        `invalid_fields` where `hands_on_to` is no other active member of the same Regional Authority.
        """

        def change(member: Account) -> _Changed:
            after = members.suspended(member, reason, hands_on_to)
            taking_over = successor(self.store, member, hands_on_to, is_required=False)
            deeds = {Deed.STAFF_SUSPENDED: {"reason": reason}}
            return _Changed(after, deeds, NoticeKind.STAFF_SUSPENDED, taking_over)

        return self._change(actor, account_id, caller, change, takes_administrator=True)

    def reactivate(self, actor: Actor, account_id: str, caller: Caller) -> Account:
        """Takes a suspended member back. Raises `Refusal`: `not_found`, `staff_status_conflict`, `not_permitted`."""

        def change(member: Account) -> _Changed:
            deeds = {Deed.STAFF_REACTIVATED: _NO_FACTS}
            return _Changed(members.reactivated(member), deeds, NoticeKind.STAFF_REACTIVATED)

        return self._change(actor, account_id, caller, change)

    def post(
        self, actor: Actor, account_id: str, authority: str, role: Role, hands_on_to: str | None, caller: Caller
    ) -> Account:
        """Gives a member this Regional Authority and this role; their sessions end at once.

        Who leaves a Regional Authority hands the work there on to another active member of it, where there is one.
        The post that the member has already is no change. Raises `Refusal`: `not_found`, `staff_status_conflict`,
        `not_permitted` and `last_administrator` for oneself, `invalid_fields`.
        """
        trouble = self.offices.trouble_with(role, authority)
        if trouble:
            raise invalid(authority=trouble)

        def change(member: Account) -> _Changed | None:
            before = post_of(member).authority
            is_moved, is_other_role = before != authority, member.role is not role
            if hands_on_to is not None and not is_moved:
                raise invalid(hands_on_to="successor_not_needed")
            if not is_moved and not is_other_role:
                return None
            after = members.posted(member, authority, role, hands_on_to)
            taking_over = successor(self.store, member, hands_on_to, is_required=is_moved)
            moved = {Deed.STAFF_MOVED: {"from": before, "to": authority}} if is_moved else {}
            other_role = {Deed.STAFF_ROLE_CHANGED: {"from": member.role.value, "to": role.value}}
            return _Changed(
                after,
                {**moved, **(other_role if is_other_role else {})},
                NoticeKind.STAFF_POST_CHANGED,
                taking_over,
                told={"authority": of_staff(self.offices, authority).called(member.language)},
            )

        return self._change(actor, account_id, caller, change, takes_administrator=role is not Role.ADMINISTRATOR)

    def record_departure(self, actor: Actor, account_id: str, hands_on_to: str | None, caller: Caller) -> Account:
        """Records that a member has left for good, and hands their work on; or takes an invitation back.

        `hands_on_to` is required wherever the Regional Authority has another active member. The addresses are free
        again: whoever comes back is invited anew. Raises `Refusal` as `suspend` does.
        """

        def change(member: Account) -> _Changed:
            after, has_work = members.departed(member, hands_on_to), member.status is not AccountStatus.INVITED
            taking_over = successor(self.store, member, hands_on_to, is_required=has_work)
            released = [ReleaseName(name) for name in names_of(member) if self.store.named(name.name) == name]
            return _Changed(
                after,
                {Deed.STAFF_DEPARTED: _NO_FACTS},
                NoticeKind.STAFF_DEPARTED,
                taking_over,
                also=tuple(released),
            )

        return self._change(actor, account_id, caller, change, takes_administrator=True)

    def reset_authenticator(self, actor: Actor, account_id: str, caller: Caller) -> Account:
        """Removes a member's authenticator and recovery codes and ends their sessions: they enrol anew.

        Raises `Refusal`: `not_found`, `staff_status_conflict`, `not_permitted` for oneself.
        """

        def change(member: Account) -> _Changed:
            deeds = {Deed.STAFF_AUTHENTICATOR_RESET: _NO_FACTS}
            return _Changed(members.without_authenticator(member), deeds, NoticeKind.STAFF_AUTHENTICATOR_RESET)

        return self._change(actor, account_id, caller, change)

    def _change(
        self,
        actor: Actor,
        account_id: str,
        caller: Caller,
        change: Callable[[Account], _Changed | None],
        *,
        takes_administrator: bool = False,
    ) -> Account:
        def attempt() -> Account:
            now, doer = self.clock(), self._still_administrator(actor)
            member = demand_member(self.store, actor, account_id)
            if member.account_id == doer.account_id:
                raise self._about_oneself(doer, takes_administrator=takes_administrator)
            changed = change(member)
            if changed is None:
                return member
            key = account_key(account_id)
            handed = {"hands_on_to": changed.successor.account_id} if changed.successor else {}
            entries = [Entry(deed, actor.key, key, facts={**facts, **handed}) for deed, facts in changed.deeds.items()]
            # The successor is written as well, on the version in which they were active: they cannot leave meanwhile.
            witnesses = {account.account_id: account for account in (doer, changed.successor) if account}
            self.store.write(
                WriteOwner(changed.member),
                *map(WriteOwner, witnesses.values()),
                *changed.also,
                letter(changed.notice, member, now, **changed.told),
                *recorded(self.store, now, caller.request_id, *entries),
            )
            return changed.member

        return in_rounds(attempt)

    def _still_administrator(self, actor: Actor) -> Account:
        """The actor's account as it is stored now. Raises `Refusal` where they are no active administrator any more."""
        stored = self.store.owner(actor.key)
        if not isinstance(stored, Account) or stored.status is not AccountStatus.ACTIVE:
            raise Refusal(Code.SESSION_REQUIRED)
        if stored.role is not Role.ADMINISTRATOR:
            raise Refusal(Code.NOT_PERMITTED)
        return stored

    def _about_oneself(self, doer: Account, *, takes_administrator: bool) -> Refusal:
        """Nobody changes their own post; the last administrator is told that somebody else must be invited first."""
        if takes_administrator and not self._has_another_administrator(doer):
            return Refusal(Code.LAST_ADMINISTRATOR)
        return Refusal(Code.NOT_PERMITTED)

    def _has_another_administrator(self, doer: Account) -> bool:
        """Asked only where somebody tries to take themselves out: one query for each Regional Authority."""
        return any(
            member.role is Role.ADMINISTRATOR
            and member.status is AccountStatus.ACTIVE
            and member.account_id != doer.account_id
            for authority in self.offices.all()
            for member in self.store.staff(authority.code)
        )
