"""The directory: who the staff of a Regional Authority are, as its supervisor and administrators see them."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.accounts.account import Account
from chalicelib.domain.authorisation import Actor, demand_authority
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.staff.authorities import Authorities, RegionalAuthority, of_staff
from chalicelib.domain.staff.members import post_of


def demand_member(store: Store, actor: Actor, account_id: str) -> Account:
    """The staff member of this id, where the actor may see them.

    Raises `Refusal` `not_found` for who is no member, and for one of a Regional Authority that is not the actor's.
    """
    member = store.account(account_id)
    if member is None or member.post is None:
        raise Refusal(Code.NOT_FOUND)
    demand_authority(actor, member.post.authority)
    return member


def authority_of(actor: Actor, authorities: Authorities, asked: str | None) -> RegionalAuthority:
    """The Regional Authority that is asked about, by default the actor's own.

    Raises `Refusal` `not_found` for one that there is not or that is not the actor's.
    """
    own = post_of(actor.owner).authority if isinstance(actor.owner, Account) else ""
    if asked is None or asked == own:
        return of_staff(authorities, own)
    demand_authority(actor, asked)
    found = authorities.coded(asked)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


@dataclass(frozen=True, slots=True)
class Directory:
    """Reads the directory."""

    store: Store
    authorities: Authorities

    def members(self, actor: Actor, authority: str | None) -> tuple[Account, ...]:
        """Every member of a Regional Authority, by name, those who left among them; by default of the actor's own.

        Raises `Refusal` `not_found`.
        """
        return self.store.staff(authority_of(actor, self.authorities, authority).code)

    def member(self, actor: Actor, account_id: str) -> Account:
        """One member. Raises `Refusal` `not_found`."""
        return demand_member(self.store, actor, account_id)
