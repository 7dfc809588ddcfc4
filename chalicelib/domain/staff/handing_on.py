"""Handing on: who does the work of a staff member who is away, was moved, or has left."""

from __future__ import annotations

from chalicelib.domain.accounts.account import Account, AccountStatus, Post
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import invalid
from chalicelib.domain.staff.members import post_of

# Nobody's work was handed on more often than this; who follows further follows a loop.
_AT_MOST = 20


def responsible_for(store: Store, account_id: str, authority: str) -> Account | None:
    """The active member of `authority` who now does the work that was given to `account_id` there.

    None where nobody does: it was handed to nobody, or in a circle. Then it is for the Regional Authority to say.
    """
    wanted: str | None = account_id
    seen: set[str] = set()
    while wanted is not None and wanted not in seen and len(seen) < _AT_MOST:
        seen.add(wanted)
        member = store.account(wanted)
        if member is None or member.post is None:
            return None
        if member.post.authority == authority and member.status is AccountStatus.ACTIVE:
            return member
        wanted = _successor_at(member.post, authority)
    return None


def _successor_at(post: Post, authority: str) -> str | None:
    if post.authority == authority:
        return post.work_goes_to
    return next((one.to for one in post.handed_on if one.authority == authority), None)


def successor(store: Store, member: Account, hands_on_to: str | None, *, is_required: bool) -> Account | None:
    """The account that takes over a member's work: another active one of the member's Regional Authority.

    `is_required`: where there is such another, one must be named. Raises `Refusal` of `hands_on_to`.
    """
    authority = post_of(member).authority
    if hands_on_to is not None:
        found = store.account(hands_on_to)
        if found is None or found.account_id == member.account_id or not _is_active_at(found, authority):
            raise invalid(hands_on_to="successor_not_active_here")
        return found
    if is_required and any(
        other.account_id != member.account_id and _is_active_at(other, authority) for other in store.staff(authority)
    ):
        raise invalid(hands_on_to="successor_required")
    return None


def _is_active_at(account: Account, authority: str) -> bool:
    is_here = account.post is not None and account.post.authority == authority
    return is_here and account.status is AccountStatus.ACTIVE
