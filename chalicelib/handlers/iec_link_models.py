"""What the routes of linking take and give: bodies and views."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.identifiers import Iec, parse_iec
from chalicelib.domain.iec.linking import Standing, expires_soon, is_expired
from chalicelib.domain.iec.users import RIGHTS, IecUserStatus, Link, Right
from chalicelib.handlers.bodies import sent
from chalicelib.handlers.problems import instant
from chalicelib.suite import suite


@dataclass(frozen=True, slots=True)
class IecLinkBody:
    """The IEC that the login is to be linked to."""

    iec: Iec = sent(parse_iec, "An Importer-Exporter Code: a PAN, or 10 digits.", "ZZZPZ9999Z")


@dataclass(frozen=True, slots=True)
class LinkView:
    """The signature that links a login. `method` is `dsc` or `esign`."""

    method: str
    linked_at: str
    expires_at: str
    is_expired: bool
    expires_soon: bool
    common_name: str
    issuer: str
    kind: str


@dataclass(frozen=True, slots=True)
class IecLinkView:
    """Which IEC a login is of; all but `linked` and `rights` is null for one that is of none.

    `link` is null for a user who was invited and has not signed; `offer_from` is who offers their ownership.
    """

    linked: bool
    iec: str | None
    entity_name: str | None
    user_id: str | None
    role: str | None
    status: str | None
    rights: list[str]
    link: LinkView | None
    offer_from: str | None


def link_view(link: Link) -> LinkView:
    """A link as the users of its IEC see it at this moment."""
    now = suite().clock()
    return LinkView(
        method=link.method.value,
        linked_at=instant(link.linked_at),
        expires_at=instant(link.expires_at),
        is_expired=is_expired(link, now),
        expires_soon=expires_soon(link, now),
        common_name=link.common_name,
        issuer=link.issuer,
        kind=link.kind.value,
    )


def iec_link_view(standing: Standing) -> IecLinkView:
    """How a login stands to its IEC. A suspended user has no rights."""
    user = standing.user
    if user is None:
        return IecLinkView(
            linked=False,
            iec=None,
            entity_name=None,
            user_id=None,
            role=None,
            status=None,
            rights=[],
            link=None,
            offer_from=None,
        )
    rights = RIGHTS[user.role] if user.status is IecUserStatus.ACTIVE else frozenset()
    return IecLinkView(
        linked=True,
        iec=user.iec,
        entity_name=standing.entity_name,
        user_id=user.user_id,
        role=user.role.value,
        status=user.status.value,
        rights=[right.value for right in Right if right in rights],
        link=link_view(user.link) if user.link else None,
        offer_from=standing.offered_by,
    )
