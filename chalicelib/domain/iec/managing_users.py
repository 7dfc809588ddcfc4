"""Managing users: each change of an IEC's users is a document that its maker signs; here it is decided and drawn up.

It is decided once more when it is carried out (`user_steps`): what holds when the document is made may hold no more
when its signature has come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain import limits, sessions
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import CountUp
from chalicelib.domain.iec.rights import demand_right
from chalicelib.domain.iec.user_changes import ChangeKind, UserChange, describing
from chalicelib.domain.iec.user_rules import applied, demand_signature, may_give, open_to
from chalicelib.domain.iec.user_statements import statement
from chalicelib.domain.iec.users import IecRole, IecUser, IecUserStatus, Right
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.signatures.desk import SigningDesk, Wish
from chalicelib.domain.signatures.signings import Purpose, Signing

_INVITATIONS = frozenset({ChangeKind.INVITE, ChangeKind.INVITE_AGAIN})
_OF_ONESELF = frozenset({ChangeKind.LEAVE, ChangeKind.WITHDRAW_OFFER})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants changed: which fields count depends on the kind."""

    kind: ChangeKind
    user_id: str | None = None
    name: str | None = None
    email: str | None = None
    role: IecRole | None = None


@dataclass(frozen=True, slots=True)
class UsersShown:
    """An IEC's users as one of them sees them; `open` says what that one may sign with regard to each."""

    iec: str
    entity_name: str
    me: IecUser
    users: tuple[IecUser, ...]
    open: Mapping[str, tuple[ChangeKind, ...]]
    may_give: tuple[IecRole, ...]


@dataclass(frozen=True, slots=True)
class ManagingUsers:
    """The desk at which users of an IEC see each other and draw up changes."""

    store: Store
    desk: SigningDesk
    keyring: Keyring
    clock: Clock

    def users(self, actor: Actor) -> UsersShown:
        """All users of the actor's IEC, removed ones left out. Raises `Refusal`: `not_linked`, `not_permitted`."""
        now = self.clock()
        me = demand_right(self.store, actor, Right.SEE, now)
        users = self.store.iec_users(me.iec)
        record = self.store.iec_record(me.iec)
        there = tuple(user for user in users if user.status is not IecUserStatus.REMOVED)
        return UsersShown(
            iec=me.iec,
            entity_name=record.entity_name if record else "",
            me=me,
            users=there,
            open={user.user_id: open_to(me, user, users, now) for user in there},
            may_give=may_give(me.role),
        )

    def open(self, actor: Actor, wanted: Wanted, caller: Caller) -> Signing:
        """Draws the change up for the actor to sign.

        Raises `Refusal`: `not_linked`, `link_expired`, `not_permitted`, `not_found`, `last_owner`, `offer_ended`,
        `iec_user_conflict`, `invalid_fields`, `send_limit_reached`, and what the desk of signatures refuses.
        """
        change_id = sessions.new_id()

        def attempt() -> Signing:
            now = self.clock()
            me = demand_right(self.store, actor, Right.SEE, now)
            users = self.store.iec_users(me.iec)
            change = self._described(wanted, change_id, me, users)
            applied(change, users, now)
            demand_signature(change, users, now)
            wish = Wish(
                purpose=Purpose.CHANGE_IEC_USERS,
                iec=me.iec,
                statement=statement(change, caller.language),
                subject_id=change_id,
                subject=change.subject,
                signing_id=change_id,
            )
            return self.desk.open(wish, actor.key, caller, *self._counted(me.iec, change, now))

        return in_rounds(attempt)

    def _described(self, wanted: Wanted, change_id: str, me: IecUser, users: tuple[IecUser, ...]) -> UserChange:
        if wanted.kind is ChangeKind.INVITE:
            return _invitation(wanted, change_id, me)
        if wanted.kind is ChangeKind.CHANGE_ROLE and wanted.role is None:
            raise invalid(role="required")
        return describing(change_id, wanted.kind, me, self._target(wanted, me, users), wanted.role)

    def _counted(self, iec: str, change: UserChange, now: datetime) -> tuple[CountUp, ...]:
        """An invitation counts before it is signed: a mailbox is not filled by whoever may invite."""
        if change.kind not in _INVITATIONS:
            return ()
        key = self.keyring.current().material
        return (
            CountUp(limits.by_inviting_iec(key, iec, change.email, now)),
            CountUp(limits.by_invited_address(key, change.email, now)),
        )

    def _target(self, wanted: Wanted, me: IecUser, users: tuple[IecUser, ...]) -> IecUser:
        if wanted.kind in _OF_ONESELF:
            return me
        if wanted.kind is ChangeKind.ACCEPT_OWNERSHIP:
            offering = next((user for user in users if user.offered_to == me.user_id), None)
            if offering is None:
                raise Refusal(Code.OFFER_ENDED)
            return offering
        if wanted.user_id is None:
            raise invalid(user_id="required")
        found = next((user for user in users if user.user_id == wanted.user_id), None)
        if found is None:
            raise Refusal(Code.NOT_FOUND)
        return found


def _invitation(wanted: Wanted, change_id: str, me: IecUser) -> UserChange:
    missing = {name: "required" for name in ("name", "email", "role") if getattr(wanted, name) is None}
    if missing:
        raise invalid(**missing)
    assert wanted.name is not None
    assert wanted.email is not None
    assert wanted.role is not None
    # Its id is another than the signing's: it goes to the invited person's mailbox.
    return UserChange(change_id, wanted.kind, me.user_id, sessions.new_id(), wanted.name, wanted.email, wanted.role)
