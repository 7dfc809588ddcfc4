"""Changes of an IEC's users: each as a value, as it is signed.

Its words are in `user_statements`, the rules in `user_rules`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.iec.users import IecRole, IecUser


class ChangeKind(StrEnum):
    """What is changed."""

    INVITE = "invite"
    INVITE_AGAIN = "invite_again"
    CHANGE_ROLE = "change_role"
    SUSPEND = "suspend"
    REACTIVATE = "reactivate"
    REMOVE = "remove"
    LEAVE = "leave"
    OFFER_OWNERSHIP = "offer_ownership"
    WITHDRAW_OFFER = "withdraw_offer"
    ACCEPT_OWNERSHIP = "accept_ownership"


@dataclass(frozen=True, slots=True)
class UserChange:
    """One change as it is signed.

    `user_id` is whom it is about: who is invited (then the id is this change's own), suspended, …, who is to take
    ownership, or for an acceptance the owner who offered. `name` and `email` are theirs; `role` is the role afterwards,
    `was` the one before ("" for who is new). `offer` is the signing of the offer that is accepted or withdrawn.
    """

    change_id: str
    kind: ChangeKind
    maker_id: str
    user_id: str
    name: str
    email: str
    role: IecRole
    was: IecRole | None = None
    offer: str = ""

    def __repr__(self) -> str:
        return f"UserChange({self.change_id!r}, {self.kind.value})"

    @property
    def subject(self) -> str:
        """Canonical JSON: sorted keys, no blanks. `read_subject` is the way back."""
        content = {
            "change": self.kind.value,
            "change_id": self.change_id,
            "email": self.email,
            "maker_id": self.maker_id,
            "name": self.name,
            "offer": self.offer,
            "role": self.role.value,
            "user_id": self.user_id,
            "was": self.was.value if self.was else "",
        }
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read_subject(subject: str) -> UserChange:
    """The change whose `subject` this is. Raises `ValueError` or `KeyError` for anything else."""
    read = json.loads(subject)
    return UserChange(
        change_id=read["change_id"],
        kind=ChangeKind(read["change"]),
        maker_id=read["maker_id"],
        user_id=read["user_id"],
        name=read["name"],
        email=read["email"],
        role=IecRole(read["role"]),
        was=IecRole(read["was"]) if read["was"] else None,
        offer=read["offer"],
    )


def describing(
    change_id: str, kind: ChangeKind, maker: IecUser, target: IecUser, role: IecRole | None = None
) -> UserChange:
    """The change of this kind with regard to a user as they are now; `role` is the new one, where it changes."""
    offer = target.offer_signing_id if kind is ChangeKind.ACCEPT_OWNERSHIP else None
    if kind is ChangeKind.WITHDRAW_OFFER:
        offer = maker.offer_signing_id
    after = IecRole.OWNER if kind is ChangeKind.OFFER_OWNERSHIP else role or target.role
    return UserChange(
        change_id, kind, maker.user_id, target.user_id, target.name, target.email, after, target.role, offer or ""
    )
