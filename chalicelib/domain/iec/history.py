"""History: what was signed about an IEC and took effect, or came too late; by whom, when, how.

Attempts of strangers are not in it: a link that was refused tells the IEC's users nothing, and is not theirs to see.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.iec.rights import demand_right
from chalicelib.domain.iec.user_changes import UserChange, read_subject
from chalicelib.domain.iec.users import IecUser, Right
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.signatures.signings import Purpose, Signing, SigningStatus

_ABOUT_USERS = frozenset({Purpose.LINK_IEC, Purpose.RENEW_LINK, Purpose.CHANGE_IEC_USERS})


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One signed deed; `change` is None for a link. `by` is the signing user's name, "" where nobody has it any more.

    `is_mine`: the reader signed it.
    """

    signing: Signing
    change: UserChange | None
    by: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class IecHistory:
    """The desk at which users of an IEC read what was signed."""

    store: Store
    clock: Clock

    def read(self, actor: Actor) -> tuple[HistoryEntry, ...]:
        """The history of the actor's IEC, the newest first. Raises `Refusal`: `not_linked`, `not_permitted`."""
        me = demand_right(self.store, actor, Right.SEE, self.clock())
        by = {account_key(user.account_id): user for user in self.store.iec_users(me.iec) if user.account_id}
        found = [signing for signing in self.store.signings_of_iec(me.iec) if _is_history(signing)]
        found.sort(key=lambda signing: signing.ended_at or signing.created_at, reverse=True)
        return tuple(_entry(signing, by.get(signing.owner), actor) for signing in found)


def _entry(signing: Signing, user: IecUser | None, actor: Actor) -> HistoryEntry:
    change = read_subject(signing.subject) if signing.purpose is Purpose.CHANGE_IEC_USERS else None
    return HistoryEntry(signing, change, user.name if user else "", signing.owner == actor.key)


def _is_history(signing: Signing) -> bool:
    if signing.purpose not in _ABOUT_USERS:
        return False
    if signing.status is SigningStatus.DONE:
        return True
    is_late = signing.status is SigningStatus.REFUSED and signing.why is not None
    return is_late and signing.purpose is Purpose.CHANGE_IEC_USERS
