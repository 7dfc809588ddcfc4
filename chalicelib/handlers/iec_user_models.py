"""What the routes of an IEC's users take and give: bodies and views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain import identifiers
from chalicelib.domain.accounts.names import PersonName, parse_person_name
from chalicelib.domain.identifiers import EmailAddress
from chalicelib.domain.iec.user_changes import ChangeKind
from chalicelib.domain.iec.user_statements import statement
from chalicelib.domain.iec.users import RIGHTS, IecRole, IecUser, Right
from chalicelib.domain.refusals import FieldProblem
from chalicelib.domain.signatures.signings import Purpose
from chalicelib.handlers.bodies import optional, sent
from chalicelib.handlers.iec_link_models import LinkView, link_view
from chalicelib.handlers.problems import instant
from chalicelib.handlers.steps import identifier
from chalicelib.web.texts import text

if TYPE_CHECKING:
    from chalicelib.domain.iec.history import HistoryEntry
    from chalicelib.domain.iec.invitations import Invitation
    from chalicelib.domain.iec.managing_users import UsersShown

_CHANGES = ", ".join(f"`{kind.value}`" for kind in ChangeKind)


def parse_change(value: str) -> ChangeKind:
    """What is to be changed. Refuses with `iec_change_unknown`."""
    if value not in {kind.value for kind in ChangeKind}:
        raise FieldProblem("iec_change_unknown")
    return ChangeKind(value)


def parse_iec_role(value: str) -> IecRole:
    """A role for an IEC. Refuses with `iec_role_unknown`; that nobody is made owner by another is a rule's to say."""
    if value not in {role.value for role in IecRole}:
        raise FieldProblem("iec_role_unknown")
    return IecRole(value)


@dataclass(frozen=True, slots=True)
class UserChangeBody:
    """A change of an IEC's users: which further fields count depends on `change`."""

    change: ChangeKind = sent(parse_change, f"One of {_CHANGES}.", "invite")
    user_id: str | None = optional(
        identifier, "Whom it is about; not for `invite` and what one does oneself.", "u7WqJk0m1n2o3p4q5r6s7t"
    )
    name: PersonName | None = optional(parse_person_name, "The invited person's name.", "Ravi Kumar")
    email: EmailAddress | None = optional(identifiers.parse_email, "The invited person's email.", "ravi@example.com")
    role: IecRole | None = optional(
        parse_iec_role, "For `invite` and `change_role`: `manager`, `signatory`, `preparer` or `viewer`.", "preparer"
    )


@dataclass(frozen=True, slots=True)
class IecUserView:
    """A user of an IEC as another sees them. `may` is what the reader may draw up with regard to them."""

    user_id: str
    name: str
    email: str
    role: str
    status: str
    since: str
    link: LinkView | None
    invitation_expires_at: str | None
    is_me: bool
    offered_to: str | None
    may: list[str]


@dataclass(frozen=True, slots=True)
class IecUsersView:
    """The users of one's IEC, who may do what, and the roles that the reader may give."""

    iec: str
    entity_name: str
    rights: dict[str, list[str]]
    may_give: list[str]
    users: list[IecUserView]


@dataclass(frozen=True, slots=True)
class HistoryEntryView:
    """One signed deed. `text` is what was signed, in the reader's language; `has_evidence`: the reader may have it."""

    signing_id: str
    at: str
    text: str
    by: str
    method: str
    common_name: str
    status: str
    why: str | None
    has_evidence: bool


@dataclass(frozen=True, slots=True)
class IecHistoryView:
    """What was signed about one's IEC, the newest first."""

    entries: list[HistoryEntryView]


@dataclass(frozen=True, slots=True)
class IecInvitationView:
    """An invitation to an IEC, as the invited person sees it."""

    entity_name: str
    role: str
    invited_by: str
    expires_at: str


def users_view(shown: UsersShown) -> IecUsersView:
    """An IEC's users as one of them sees them."""
    return IecUsersView(
        iec=shown.iec,
        entity_name=shown.entity_name,
        rights={role.value: [right.value for right in Right if right in RIGHTS[role]] for role in IecRole},
        may_give=[role.value for role in shown.may_give],
        users=[_user_view(user, shown) for user in shown.users],
    )


def history_view(entries: tuple[HistoryEntry, ...], language: str) -> IecHistoryView:
    """The history in the reader's language."""
    return IecHistoryView([_entry_view(entry, language) for entry in entries])


def invitation_view(invitation: Invitation) -> IecInvitationView:
    """An invitation."""
    return IecInvitationView(
        invitation.entity_name, invitation.role.value, invitation.invited_by, instant(invitation.expires_at)
    )


def _user_view(user: IecUser, shown: UsersShown) -> IecUserView:
    return IecUserView(
        user_id=user.user_id,
        name=user.name,
        email=user.email,
        role=user.role.value,
        status=user.status.value,
        since=instant(user.since),
        link=link_view(user.link) if user.link else None,
        invitation_expires_at=instant(user.invitation_expires_at) if user.invitation_expires_at else None,
        is_me=user.user_id == shown.me.user_id,
        offered_to=user.offered_to,
        may=[kind.value for kind in shown.open[user.user_id]],
    )


def _entry_view(entry: HistoryEntry, language: str) -> HistoryEntryView:
    signing = entry.signing
    signer = signing.report.signer if signing.report else None
    return HistoryEntryView(
        signing_id=signing.signing_id,
        at=instant(signing.ended_at or signing.created_at),
        text=" ".join(statement(entry.change, language)) if entry.change else _link_text(signing.purpose, language),
        by=entry.by,
        method=signing.submission.method.value if signing.submission else "",
        common_name=signer.common_name if signer else "",
        status=signing.status.value,
        why=text(language, f"refusal.{signing.why}.title") if signing.why else None,
        has_evidence=entry.is_mine and signing.evidence is not None,
    )


def _link_text(purpose: Purpose, language: str) -> str:
    if purpose is Purpose.LINK_IEC:
        return text(language, "iec_history.linked")
    return text(language, "iec_history.renewed")
