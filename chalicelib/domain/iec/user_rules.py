"""What a change makes of an IEC's users, and who may make it.

An owner may do everything but make an owner; a manager deals with those whose rights are fewer than their own
(preparers and viewers), so that nobody gives what they do not have; nobody changes themselves, except that they may
leave. Ownership passes by an offer that the owner signs and the taker accepts under their own signature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.iec.user_changes import ChangeKind, UserChange, describing
from chalicelib.domain.iec.users import INVITATION_LIFETIME, RIGHTS, IecRole, IecUser, IecUserStatus, Right
from chalicelib.domain.refusals import Code, FieldError, Refusal, invalid
from chalicelib.domain.signatures.names import same_person
from chalicelib.domain.signatures.report import Kind

# What one does with regard to oneself; everything else is done to others.
_OWN = frozenset({ChangeKind.LEAVE, ChangeKind.WITHDRAW_OFFER})
# What stands or falls with an offer, whatever else has changed.
_OF_AN_OFFER = frozenset({ChangeKind.WITHDRAW_OFFER, ChangeKind.ACCEPT_OWNERSHIP})


@dataclass(frozen=True, slots=True)
class _Scene:
    """A change, who makes it, whom it is about, all users of the IEC, and when."""

    change: UserChange
    maker: IecUser
    target: IecUser
    users: Sequence[IecUser]
    now: datetime


def applied(change: UserChange, users: Sequence[IecUser], now: datetime) -> tuple[IecUser, ...]:
    """The users that the change writes: those it changes, and unchanged those on whom the decision rests.

    The latter are the maker (who may, as long as nobody takes the right away) and, where an owner leaves, another
    active owner: of two who leave at once, each writes the other's record, so only one of the writes holds.
    Raises `Refusal`: `not_linked`, `not_permitted`, `last_owner`, `offer_ended`, `iec_user_conflict`, `invalid_fields`.
    """
    maker = demand_active(_of(change.maker_id, users))
    if change.kind is ChangeKind.INVITE:
        return (_invited(change, maker, users, now), maker)
    target = _of(change.user_id, users)
    if target is None or target.status is IecUserStatus.REMOVED:
        raise Refusal(Code.IEC_USER_CONFLICT)
    if (change.kind in _OWN) != (maker.user_id == target.user_id):
        raise Refusal(Code.NOT_PERMITTED)
    if change.kind not in _OF_AN_OFFER and target.role is not change.was:
        # The words that were signed tell of another role than there is now.
        raise Refusal(Code.IEC_USER_CONFLICT)
    changed = _RULES[change.kind](_Scene(change, maker, target, users, now))
    return changed if maker.user_id in {user.user_id for user in changed} else (*changed, maker)


def demand_active(user: IecUser | None) -> IecUser:
    """The user, where they may act now. Raises `Refusal` `not_linked` for nobody, `not_permitted` while suspended."""
    if user is None or user.status in {IecUserStatus.REMOVED, IecUserStatus.INVITED}:
        raise Refusal(Code.NOT_LINKED)
    if user.status is not IecUserStatus.ACTIVE:
        raise Refusal(Code.NOT_PERMITTED)
    return user


def demand_signature(change: UserChange, users: Sequence[IecUser], now: datetime) -> None:
    """Raises `Refusal` where the maker has no linked signature that counts: `not_linked`, or `link_expired`."""
    link = demand_active(_of(change.maker_id, users)).link
    if link is None:
        raise Refusal(Code.NOT_LINKED)
    if now >= link.expires_at:
        raise Refusal(Code.LINK_EXPIRED)


def demand_two_people(owner: IecUser, taker: IecUser) -> None:
    """Raises `Refusal` `not_permitted` where owner and taker sign as the same person: four eyes are two people's.

    An organisation's certificate need not hold its holder's PAN: beside one, who bears the same name is the same.
    """
    if owner.link is None or taker.link is None:
        return
    is_by_name = not {owner.link.kind, taker.link.kind}.isdisjoint({Kind.ORGANISATION, Kind.IEC})
    has_same_name = same_person(owner.link.common_name) == same_person(taker.link.common_name)
    if owner.link.signer == taker.link.signer or (is_by_name and has_same_name):
        raise Refusal(Code.NOT_PERMITTED)


def may_give(role: IecRole) -> tuple[IecRole, ...]:
    """The roles that a user of this role may give to others."""
    if Right.MANAGE_USERS not in RIGHTS[role]:
        return ()
    return tuple(given for given in IecRole if given is not IecRole.OWNER and _is_over(role, given))


def open_to(maker: IecUser, target: IecUser, users: Sequence[IecUser], now: datetime) -> tuple[ChangeKind, ...]:
    """The changes with regard to `target` that `maker` could sign now, as the page offers them."""
    return tuple(kind for kind in ChangeKind if kind is not ChangeKind.INVITE and _may(kind, maker, target, users, now))


def _may(kind: ChangeKind, maker: IecUser, target: IecUser, users: Sequence[IecUser], now: datetime) -> bool:
    role = next((role for role in may_give(maker.role) if role is not target.role), None)
    try:
        applied(describing("", kind, maker, target, role if kind is ChangeKind.CHANGE_ROLE else None), users, now)
    except Refusal:
        return False
    return True


def _of(user_id: str, users: Sequence[IecUser]) -> IecUser | None:
    return next((user for user in users if user.user_id == user_id), None)


def _is_over(role: IecRole, other: IecRole) -> bool:
    """Whether users of `role` deal with those of `other`: owners with all, others with who has fewer rights."""
    return role is IecRole.OWNER or RIGHTS[other] < RIGHTS[role]


def _demand_over(scene: _Scene, right: Right, *stands: IecUserStatus) -> None:
    maker, target = scene.maker, scene.target
    if right not in RIGHTS[maker.role] or not _is_over(maker.role, target.role):
        raise Refusal(Code.NOT_PERMITTED)
    if target.status not in stands:
        raise Refusal(Code.IEC_USER_CONFLICT)


def _demand_may_give(maker: IecUser, role: IecRole) -> None:
    if role is IecRole.OWNER:
        raise invalid(role="iec_role_not_given")
    if role not in may_give(maker.role):
        raise Refusal(Code.NOT_PERMITTED)


def _invited(change: UserChange, maker: IecUser, users: Sequence[IecUser], now: datetime) -> IecUser:
    _demand_may_give(maker, change.role)
    there = {user.email.lower() for user in users if user.status is not IecUserStatus.REMOVED}
    if change.email.lower() in there:
        raise Refusal(Code.IEC_USER_CONFLICT, errors={"email": FieldError("email_is_user")})
    return IecUser(
        iec=maker.iec,
        user_id=change.user_id,
        name=change.name,
        email=change.email,
        role=change.role,
        status=IecUserStatus.INVITED,
        since=now,
        invited_by=maker.user_id,
        invitation_expires_at=now + INVITATION_LIFETIME,
    )


def _invited_again(scene: _Scene) -> tuple[IecUser, ...]:
    _demand_over(scene, Right.MANAGE_USERS, IecUserStatus.INVITED)
    return (replace(scene.target, invitation_expires_at=scene.now + INVITATION_LIFETIME),)


def _of_another_role(scene: _Scene) -> tuple[IecUser, ...]:
    _demand_over(scene, Right.MANAGE_USERS, IecUserStatus.ACTIVE, IecUserStatus.SUSPENDED)
    if scene.change.role is scene.target.role:
        raise invalid(role="iec_role_same")
    _demand_may_give(scene.maker, scene.change.role)
    return (_offering_nothing(replace(scene.target, role=scene.change.role)),)


def _suspended(scene: _Scene) -> tuple[IecUser, ...]:
    _demand_over(scene, Right.MANAGE_USERS, IecUserStatus.ACTIVE)
    return _gone(scene, IecUserStatus.SUSPENDED)


def _reactivated(scene: _Scene) -> tuple[IecUser, ...]:
    _demand_over(scene, Right.MANAGE_USERS, IecUserStatus.SUSPENDED)
    return (replace(scene.target, status=IecUserStatus.ACTIVE),)


def _removed(scene: _Scene) -> tuple[IecUser, ...]:
    every = (IecUserStatus.INVITED, IecUserStatus.ACTIVE, IecUserStatus.SUSPENDED)
    _demand_over(scene, Right.MANAGE_USERS, *every)
    return _gone(scene, IecUserStatus.REMOVED)


def _left(scene: _Scene) -> tuple[IecUser, ...]:
    gone = _gone(scene, IecUserStatus.REMOVED)
    if not _owns(scene.maker):
        return gone
    staying = next((user for user in scene.users if _owns(user) and user.user_id != scene.maker.user_id), None)
    if staying is None:
        raise Refusal(Code.LAST_OWNER)
    return gone if staying.user_id in {user.user_id for user in gone} else (*gone, staying)


def _offered(scene: _Scene) -> tuple[IecUser, ...]:
    _demand_over(scene, Right.TRANSFER, IecUserStatus.ACTIVE)
    if scene.maker.offered_to is not None or scene.target.role is IecRole.OWNER:
        raise Refusal(Code.IEC_USER_CONFLICT)
    demand_two_people(scene.maker, scene.target)
    offering = replace(scene.maker, offered_to=scene.target.user_id, offer_signing_id=scene.change.change_id)
    # The taker is written as well: an offer to who is removed at this moment does not come about.
    return (offering, scene.target)


def _withdrawn(scene: _Scene) -> tuple[IecUser, ...]:
    if scene.maker.offered_to is None or scene.maker.offer_signing_id != scene.change.offer:
        raise Refusal(Code.OFFER_ENDED)
    return (_offering_nothing(scene.maker),)


def _accepted(scene: _Scene) -> tuple[IecUser, ...]:
    """Ownership passes: who offered it becomes a manager."""
    owner, taker = scene.target, scene.maker
    if not _owns(owner) or owner.offered_to != taker.user_id or owner.offer_signing_id != scene.change.offer:
        raise Refusal(Code.OFFER_ENDED)
    demand_two_people(owner, taker)
    return (_offering_nothing(replace(owner, role=IecRole.MANAGER)), replace(taker, role=IecRole.OWNER))


_RULES: Mapping[ChangeKind, Callable[[_Scene], tuple[IecUser, ...]]] = {
    ChangeKind.INVITE_AGAIN: _invited_again,
    ChangeKind.CHANGE_ROLE: _of_another_role,
    ChangeKind.SUSPEND: _suspended,
    ChangeKind.REACTIVATE: _reactivated,
    ChangeKind.REMOVE: _removed,
    ChangeKind.LEAVE: _left,
    ChangeKind.OFFER_OWNERSHIP: _offered,
    ChangeKind.WITHDRAW_OFFER: _withdrawn,
    ChangeKind.ACCEPT_OWNERSHIP: _accepted,
}


def _gone(scene: _Scene, status: IecUserStatus) -> tuple[IecUser, ...]:
    """The user who is away now, and the owners whose offers to them end with it."""
    taker = scene.target
    ended = [_offering_nothing(user) for user in scene.users if user.offered_to == taker.user_id]
    return (_offering_nothing(replace(taker, status=status)), *ended)


def _owns(user: IecUser) -> bool:
    return user.role is IecRole.OWNER and user.status is IecUserStatus.ACTIVE


def _offering_nothing(user: IecUser) -> IecUser:
    return replace(user, offered_to=None, offer_signing_id=None)
