"""Own data as it is handed out: what is held about a person, without hash, secret or token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.contacts import Channel, masked_email, masked_mobile
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.sessions import Session
from chalicelib.handlers.account_models import AccountView, EventView, account_view, event_view
from chalicelib.handlers.document_words import because_text, match_text
from chalicelib.handlers.fetch_models import FetchView, GivenConsentView, consent_view, fetch_view
from chalicelib.handlers.full_registration_models import (
    FullRegistrationView,
    RegisteredDscView,
    dsc_view,
    instant_or_none,
    registration_view,
)
from chalicelib.handlers.problems import day_or_none, instant

if TYPE_CHECKING:
    from chalicelib.domain.accounts.own_account import OwnAccount
    from chalicelib.domain.accounts.own_data import OwnData
    from chalicelib.domain.digilocker.own_documents import OwnDocument
    from chalicelib.domain.iec.users import IecUser
    from chalicelib.domain.outbox import OutboxMessage
    from chalicelib.domain.signatures.signings import Signing


@dataclass(frozen=True, slots=True)
class HeldSessionView:
    """A session that is stored, live or ended."""

    session_id: str
    device: str
    level: str
    signed_in_at: str
    last_used_at: str


@dataclass(frozen=True, slots=True)
class HeldMessageView:
    """A message of the last 30 days: to which address (masked), and when. Its text is made when it is sent."""

    kind: str
    channel: str
    sent_to: str
    asked_at: str
    sent_at: str | None


@dataclass(frozen=True, slots=True)
class HeldFlowView:
    """A change that is, or was, under way."""

    flow_id: str
    kind: str
    status: str
    email: str
    mobile: str
    expires_at: str
    effective_at: str | None


@dataclass(frozen=True, slots=True)
class HeldLinkView:
    """The signature by which a login is linked to an IEC."""

    method: str
    linked_at: str
    expires_at: str
    common_name: str
    issuer: str


@dataclass(frozen=True, slots=True)
class HeldIecUserView:
    """A login's place among the users of an IEC."""

    iec: str
    user_id: str
    name: str
    email: str
    role: str
    status: str
    since: str
    link: HeldLinkView | None


@dataclass(frozen=True, slots=True)
class HeldSigningView:
    """What was signed, or was to be; `document` is the very text. What else belongs to it lies in the evidence."""

    signing_id: str
    purpose: str
    status: str
    created_at: str
    document: str
    common_name: str | None


@dataclass(frozen=True, slots=True)
class HeldPersonView:
    """Whose locker a document came out of."""

    name: str
    born_on: str | None


@dataclass(frozen=True, slots=True)
class HeldDocumentView:
    """A document from DigiLocker, with all that is kept about it; the file itself is under My documents."""

    document_id: str
    document_type: str
    title: str
    issuer: str
    name: str
    born_on: str | None
    document_number: str
    content_type: str
    size: int
    sha256: str
    fetched_at: str
    match: str
    match_text: str
    because_text: str | None
    reason: str | None
    decided_at: str | None
    locker_holder: HeldPersonView | None
    typed_born_on: str | None
    consent_id: str
    used_by: list[str]


@dataclass(frozen=True, slots=True)
class OwnDataView:
    """Everything that is held about a person, as of `at`."""

    at: str
    account: AccountView
    sessions: list[HeldSessionView]
    messages: list[HeldMessageView]
    activity: list[EventView]
    flows: list[HeldFlowView]
    iec_user: HeldIecUserView | None
    signings: list[HeldSigningView]
    full_registration: FullRegistrationView | None
    dsc: RegisteredDscView | None
    consents: list[GivenConsentView]
    lockers: list[str]
    fetches: list[FetchView]
    own_documents: list[HeldDocumentView]


def own_data_view(data: OwnData, account: OwnAccount, language: str) -> OwnDataView:
    """What was read, as its owner may keep it."""
    return OwnDataView(
        at=instant(data.at),
        account=account_view(account, language),
        sessions=[_session_view(session) for session in data.sessions],
        messages=[_message_view(message) for message in data.messages],
        activity=[event_view(event, language) for event in data.events],
        flows=[
            HeldFlowView(
                flow.flow_id,
                flow.kind.value,
                flow.status.value,
                flow.contact.email,
                flow.contact.mobile,
                instant(flow.expires_at),
                instant(flow.effective_at) if flow.effective_at else None,
            )
            for flow in data.flows
        ],
        iec_user=_iec_user_view(data.iec_user) if data.iec_user else None,
        signings=[_signing_view(signing) for signing in data.signings],
        full_registration=registration_view(data.full_registration, language) if data.full_registration else None,
        dsc=dsc_view(data.owner.dsc, data.at) if isinstance(data.owner, IcegateAccount) and data.owner.dsc else None,
        consents=[consent_view(consent, language) for consent in data.consents],
        lockers=sorted({one.digilocker_id for one in data.consents if one.digilocker_id is not None}),
        fetches=[fetch_view(fetch, language, data.at, None) for fetch in data.fetches],
        own_documents=[_document_view(document, language) for document in data.documents],
    )


def _document_view(document: OwnDocument, language: str) -> HeldDocumentView:
    holder = document.holder
    in_locker = HeldPersonView(holder.name, day_or_none(holder.born_on)) if holder and holder.name else None
    return HeldDocumentView(
        document_id=document.document_id,
        document_type=document.doctype,
        title=document.title,
        issuer=document.issuer,
        name=document.name,
        born_on=day_or_none(document.born_on),
        document_number=document.number,
        content_type=document.content_type,
        size=document.size,
        sha256=document.sha256,
        fetched_at=instant(document.fetched_at),
        match=document.match.value,
        match_text=match_text(document, language),
        because_text=because_text(document, language),
        reason=document.said,
        decided_at=instant_or_none(document.decided_at),
        locker_holder=in_locker,
        typed_born_on=day_or_none(document.typed_born_on),
        consent_id=document.consent_id,
        used_by=list(document.used_by),
    )


def _session_view(session: Session) -> HeldSessionView:
    return HeldSessionView(
        session.session_id,
        session.device,
        session.level.value,
        instant(session.signed_in_at),
        instant(session.last_used_at),
    )


def _message_view(message: OutboxMessage) -> HeldMessageView:
    masked = masked_email if message.channel is Channel.EMAIL else masked_mobile
    return HeldMessageView(
        message.kind.value,
        message.channel.value,
        masked(message.address),
        instant(message.asked_at),
        instant(message.sent_at) if message.sent_at else None,
    )


def _iec_user_view(user: IecUser) -> HeldIecUserView:
    link = user.link
    return HeldIecUserView(
        iec=user.iec,
        user_id=user.user_id,
        name=user.name,
        email=user.email,
        role=user.role.value,
        status=user.status.value,
        since=instant(user.since),
        link=HeldLinkView(
            link.method.value, instant(link.linked_at), instant(link.expires_at), link.common_name, link.issuer
        )
        if link
        else None,
    )


def _signing_view(signing: Signing) -> HeldSigningView:
    signer = signing.report.signer if signing.report else None
    return HeldSigningView(
        signing.signing_id,
        signing.purpose.value,
        signing.status.value,
        instant(signing.created_at),
        signing.document,
        signer.common_name if signer else None,
    )
