"""Letters: what users of an IEC are told by mail about themselves and each other. None holds a secret or the IEC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from chalicelib.domain import limits, outbox
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.accounts.telling import told
from chalicelib.domain.changes import WriteMessage
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.iec.user_changes import ChangeKind, UserChange
from chalicelib.domain.iec.users import INVITATION_LIFETIME, IecRole, IecUser, IecUserStatus
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Store

_TO_WHOM_IT_IS_ABOUT = {
    ChangeKind.CHANGE_ROLE: NoticeKind.IEC_ROLE_CHANGED,
    ChangeKind.SUSPEND: NoticeKind.IEC_ACCESS_SUSPENDED,
    ChangeKind.REACTIVATE: NoticeKind.IEC_ACCESS_RESTORED,
    ChangeKind.REMOVE: NoticeKind.IEC_ACCESS_REMOVED,
    ChangeKind.OFFER_OWNERSHIP: NoticeKind.IEC_OWNERSHIP_OFFERED,
}


def letters(
    store: Store, change: UserChange, users: Sequence[IecUser], entity_name: str, language: str, now: datetime
) -> Iterator[WriteMessage]:
    """The changes that tell of a change those whom it concerns; `users` are all, as they were before it.

    An invitation is in `language`, that of whoever invites; everybody else has a login, and so a language of their own.
    """
    maker, target = _of(change.maker_id, users), _of(change.user_id, users)
    if maker is None:
        return
    if change.kind in {ChangeKind.INVITE, ChangeKind.INVITE_AGAIN}:
        yield _invitation(change, maker.name, entity_name, language, now)
    elif change.kind is ChangeKind.LEAVE:
        for owner in (user for user in users if _owns(user) and user.user_id != maker.user_id):
            yield from letter(store, NoticeKind.IEC_USER_LEFT, owner, now, person=maker.name, entity=entity_name)
    elif change.kind is ChangeKind.WITHDRAW_OFFER:
        taker = _of(maker.offered_to or "", users)
        yield from letter(store, NoticeKind.IEC_OFFER_WITHDRAWN, taker, now, person=maker.name, entity=entity_name)
    elif change.kind is ChangeKind.ACCEPT_OWNERSHIP and target is not None:
        names = {"person": target.name, "owner": maker.name, "entity": entity_name}
        for one in (maker, target):
            yield from letter(store, NoticeKind.IEC_OWNERSHIP_TRANSFERRED, one, now, **names)
    else:
        kind = _TO_WHOM_IT_IS_ABOUT[change.kind]
        yield from letter(store, kind, target, now, person=maker.name, entity=entity_name)


def letter(
    store: Store, kind: NoticeKind, user: IecUser | None, now: datetime, **values: str
) -> tuple[WriteMessage, ...]:
    """The change that mails a user at their login's address, in their language; nobody without a login is told."""
    owner = store.owner(account_key(user.account_id)) if user is not None and user.account_id is not None else None
    if user is None or owner is None:
        return ()
    return told(kind, owner, now, None, Channel.EMAIL, values={"name": user.name, **values})


def _invitation(change: UserChange, inviter: str, entity_name: str, language: str, now: datetime) -> WriteMessage:
    """The mail that invites: whoever has this email has no login yet, or one that nobody needs to know of."""
    until = (now + INVITATION_LIFETIME).astimezone(limits.IST).strftime("%d-%m-%Y %H:%M IST")
    return WriteMessage(
        outbox.message(
            NoticeKind.IEC_INVITATION,
            Channel.EMAIL,
            Contact(EmailAddress(change.email), Mobile("")),
            language,
            now,
            owner=None,
            challenge=None,
            name=change.name,
            inviter=inviter,
            entity=entity_name,
            invitation=change.user_id,
            valid_until=until,
        )
    )


def _of(user_id: str, users: Sequence[IecUser]) -> IecUser | None:
    return next((user for user in users if user.user_id == user_id), None)


def _owns(user: IecUser) -> bool:
    return user.role is IecRole.OWNER and user.status is IecUserStatus.ACTIVE
