"""What the routes of departments take: bodies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.departments.bringing import is_seen
from chalicelib.domain.departments.departments import (
    CertificateField,
    DepartmentLimits,
    DepartmentRole,
    DigiLockerClient,
    DocumentType,
    Freshness,
    KeyPurpose,
    PullApi,
    PullFormat,
    PullKind,
    SearchParameter,
    WhenNotMatched,
)
from chalicelib.domain.departments.document_types import (
    FIELDS_AT_MOST,
    SEARCH_AT_MOST,
    TEMPLATE_AT_MOST,
    TYPES_AT_MOST,
)
from chalicelib.domain.departments.onboarding import Details, parse_issuer_id
from chalicelib.domain.refusals import FieldProblem, invalid
from chalicelib.handlers.bodies import (
    one_of,
    optional,
    optional_flag,
    optional_number,
    optional_object,
    parse_instant,
    required,
    sent,
    sent_each,
    sent_number,
    sent_texts,
)
from chalicelib.handlers.staff_models import parse_reason

_NAME_AT_MOST = 120
_LABEL_AT_MOST = 80
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
# What portals give out as ids: no blank, nothing that would have to be encoded.
_PORTAL_ID = re.compile(r"[A-Za-z0-9._@-]{1,64}")
# Issuer and requester specifications: letters, digits, space, underscore.
_SERVICE_NAME = re.compile(r"[A-Za-z0-9_ ]{1,100}")
_SIGNING_KEY = re.compile(r"[A-Za-z0-9/_:.-]{1,256}")
_WHEN = "`refuse`, or `ask_officer`: DigiLocker is told that an officer looks, and the certificate follows by Push URI."


class PushEncoding:
    """How Push URI's fields are sent."""

    ALL = ("urlencoded", "multipart")


def parse_text(value: str) -> str:
    """A text of one line, its blanks put in order. Refuses with `required`, `bad_characters`."""
    return _seen(" ".join(required(value).split()))


def parse_template(value: str) -> str:
    """A template, as typed. Refuses with `bad_characters`."""
    _seen("".join(value.splitlines()))
    return value


def _seen(text: str) -> str:
    """A text that stands on certificates and on public pages, where nothing may be other than it looks."""
    if not is_seen(text):
        raise FieldProblem("bad_characters")
    return text


def parse_api_id(value: str) -> str:
    """The id of an endpoint. Refuses with `api_unknown`: what is no id is nobody's."""
    if not _ID.fullmatch(value):
        raise FieldProblem("api_unknown")
    return value


def parse_portal_id(value: str) -> str:
    """An id as a portal gave it. Refuses with `portal_id_form`."""
    if not _PORTAL_ID.fullmatch(value.strip()):
        raise FieldProblem("portal_id_form")
    return value.strip()


def parse_service_name(value: str) -> str:
    """The name that DigiLocker shows to people. Refuses with `service_name_form`."""
    if not _SERVICE_NAME.fullmatch(value.strip()):
        raise FieldProblem("service_name_form")
    return value.strip()


def parse_push_encoding(value: str) -> str:
    """`urlencoded` or `multipart`. Refuses with `choice_unknown`."""
    if value not in PushEncoding.ALL:
        raise FieldProblem("choice_unknown")
    return value


def parse_signing_key(value: str) -> str:
    """The name of a signing key. Refuses with `signing_key_form`."""
    if not _SIGNING_KEY.fullmatch(value.strip()):
        raise FieldProblem("signing_key_form")
    return value.strip()


def _as_typed(value: str) -> str:
    return value


_NAME_EN = "The name in English."
_NAME_HI = "The name in Hindi."
_ROLES = "`issuer`, `requester`, or both."
_ROLE = one_of(DepartmentRole)


@dataclass(frozen=True, slots=True)
class NewDepartmentBody:
    """A department to be entered."""

    name_en: str = sent(parse_text, _NAME_EN, "Commissionerate of Trade", at_most=_NAME_AT_MOST)
    name_hi: str = sent(parse_text, _NAME_HI, "व्यापार आयुक्तालय", at_most=_NAME_AT_MOST)
    issuer_id: str = sent(parse_issuer_id, "As DigiLocker gave it; it never changes.", "in.gov.trade.tn", at_most=128)
    roles: tuple[DepartmentRole, ...] = sent_texts(_ROLE, _ROLES, ["issuer"], most=2)


@dataclass(frozen=True, slots=True)
class ClientBody:
    """The department as DigiLocker's client, as its portal says."""

    client_id: str = sent(parse_portal_id, "The client id.", "TRADE01", at_most=64)
    service_name: str = sent(parse_service_name, "What people are shown.", "Trade registration", at_most=100)
    push_encoding: str = sent(parse_push_encoding, "How Push URI is sent: `urlencoded` or `multipart`.", "urlencoded")


@dataclass(frozen=True, slots=True)
class LimitsBody:
    """How much the department may do."""

    pushes_a_minute: int = sent_number("Push URI calls.", 60, at_most=6000)
    pulls_a_minute: int = sent_number("Pulls that are answered.", 600, at_most=60_000)
    certificates_a_day: int = sent_number("Certificates that are taken in.", 200_000, at_most=5_000_000)


@dataclass(frozen=True, slots=True)
class DepartmentBody:
    """What of a department may change. What is left out stays as it is."""

    name_en: str = sent(parse_text, _NAME_EN, "Commissionerate of Trade", at_most=_NAME_AT_MOST)
    name_hi: str = sent(parse_text, _NAME_HI, "व्यापार आयुक्तालय", at_most=_NAME_AT_MOST)
    roles: tuple[DepartmentRole, ...] = sent_texts(_ROLE, _ROLES, ["issuer", "requester"], most=2)
    client: ClientBody | None = optional_object(ClientBody, "Needed for Push URI and for what people fetch.")
    limits: LimitsBody | None = optional_object(LimitsBody, "The limits.")
    signing_key: str | None = optional(parse_signing_key, "The key that signs its certificates.", "alias/trade-tn")


@dataclass(frozen=True, slots=True)
class FieldBody:
    """One field of a certificate."""

    name: str = sent(_as_typed, "As in the CSV and the API.", "trade_name", at_most=40)
    label_en: str = sent(parse_text, "Its label in English.", "Name of the firm", at_most=_LABEL_AT_MOST)
    label_hi: str = sent(parse_text, "Its label in Hindi.", "फ़र्म का नाम", at_most=_LABEL_AT_MOST)
    is_required: bool = optional_flag("Whether every certificate has it; `false` where it is left out.")


@dataclass(frozen=True, slots=True)
class SearchBody:
    """What DigiLocker asks a citizen for."""

    name: str = sent(_as_typed, "The parameter's name, as set in DigiLocker's portal.", "regno", at_most=40)
    field: str = sent(
        _as_typed,
        "A required field, or `number`, `holder.name`, `holder.born_on`, `holder.phone`.",
        "number",
        at_most=40,
    )
    label: str = sent(parse_text, "What DigiLocker shows.", "Registration number", at_most=_LABEL_AT_MOST)


@dataclass(frozen=True, slots=True)
class DocumentTypeBody:
    """A kind of certificate. Another one of this code takes the place of the one before."""

    code: str = sent(_as_typed, "DigiLocker's doctype: 1 to 5 capital letters.", "TRCER", at_most=5)
    title_en: str = sent(parse_text, "In English.", "Trade registration certificate", at_most=_NAME_AT_MOST)
    title_hi: str = sent(parse_text, "In Hindi.", "व्यापार पंजीकरण प्रमाणपत्र", at_most=_NAME_AT_MOST)
    element: str = sent(_as_typed, "The XML element under CertificateData.", "TradeRegistration", at_most=64)
    fields: tuple[FieldBody, ...] = sent_each(FieldBody, "Its fields, beside those of every one.", most=FIELDS_AT_MOST)
    search: tuple[SearchBody, ...] = sent_each(SearchBody, "What it is looked for by.", most=SEARCH_AT_MOST)
    when_not_found: WhenNotMatched = sent(one_of(WhenNotMatched), f"Where nothing is found: {_WHEN}", "refuse")
    when_nearly: WhenNotMatched = sent(
        one_of(WhenNotMatched), f"Where a person fits only nearly: {_WHEN}", "ask_officer"
    )
    template: str | None = optional(
        parse_template,
        "The lines of the PDF, with `{field}` placeholders; left out where the department brings its own PDFs.",
        "Certificate no. {number}",
        at_most=TEMPLATE_AT_MOST,
        lines=True,
    )
    keep_years: int = optional_number(
        "How long certificates are kept after their last day; 0 or left out: for ever.", 10
    )


@dataclass(frozen=True, slots=True)
class PullApiBody:
    """An endpoint that DigiLocker calls."""

    kind: PullKind = sent(one_of(PullKind), "`pull_uri`, or `pull_doc` for accounts older than May 2024.", "pull_uri")
    doctypes: tuple[str, ...] = sent_texts(
        _as_typed, "The document types that it answers for.", ["TRCER"], most=TYPES_AT_MOST, at_most=5
    )
    default_format: PullFormat = sent(
        one_of(PullFormat), "What is answered where DigiLocker names no format: `xml`, `pdf` or `both`.", "both"
    )
    freshness: Freshness = sent(
        one_of(Freshness), "What becomes of a request whose time is off: it is `logged` or `refused`.", "logged"
    )
    api_id: str | None = optional(
        parse_api_id, "The endpoint to change; left out for a new one.", "3q2-7wAAECAwQFBgcICQoL"
    )
    org_id: str | None = optional(
        parse_portal_id, "The `orgId` that DigiLocker was given for it.", "trade01", at_most=64
    )
    is_open: bool = optional_flag("Whether it answers; `false` where it is left out.")


@dataclass(frozen=True, slots=True)
class KeyBody:
    """A key to be made, or taken in."""

    purpose: KeyPurpose = sent(one_of(KeyPurpose), "`pull_api`, `client_secret` or `issuing_token`.", "pull_api")
    api_id: str | None = optional(parse_api_id, "Of a `pull_api` key: its endpoint.", "3q2-7wAAECAwQFBgcICQoL")
    secret: str | None = optional(
        _as_typed,
        "A `client_secret` is given as DigiLocker gave it. A key for Pull URI may be given where the portal has one"
        " already; else it is made here, as an issuing token always is.",
        "c1ient-secret-of-digilocker",
        secret=True,
    )
    old_until: datetime | None = optional(
        parse_instant, "Until when keys that it replaces go on working; left out: they end now.", "2026-11-30T18:30:00Z"
    )


@dataclass(frozen=True, slots=True)
class DepartmentSuspensionBody:
    """Why a department is suspended."""

    reason: str = sent(parse_reason, "Why; it is kept in the audit. Name no person.", "Order 12", at_most=200)


def details_of(body: NewDepartmentBody | DepartmentBody) -> Details:
    """Names, roles and, of a department that there is, the rest. Raises `Refusal` of `roles` where there is none."""
    if not body.roles:
        raise invalid(roles="required")
    name, roles = {"en": body.name_en, "hi": body.name_hi}, frozenset(body.roles)
    if isinstance(body, NewDepartmentBody):
        return Details(name, roles)
    client, limits = body.client, body.limits
    return Details(
        name,
        roles,
        DigiLockerClient(client.client_id, client.service_name, client.push_encoding) if client else None,
        DepartmentLimits(limits.pushes_a_minute, limits.pulls_a_minute, limits.certificates_a_day) if limits else None,
        body.signing_key,
    )


def document_type_of(body: DocumentTypeBody) -> DocumentType:
    """The document type in a body, still to be judged (`document_types.demand_sound`)."""
    return DocumentType(
        code=body.code,
        title={"en": body.title_en, "hi": body.title_hi},
        element=body.element,
        fields=tuple(
            CertificateField(one.name, {"en": one.label_en, "hi": one.label_hi}, one.is_required) for one in body.fields
        ),
        search=tuple(SearchParameter(one.name, one.field, one.label) for one in body.search),
        template=body.template or "",
        when_not_found=body.when_not_found,
        when_nearly=body.when_nearly,
        keep_years=body.keep_years or None,
    )


def pull_api_of(body: PullApiBody) -> PullApi:
    """The endpoint in a body; its id is "" where it is a new one."""
    return PullApi(
        body.api_id or "",
        body.kind,
        body.doctypes,
        body.org_id or "",
        body.default_format,
        body.freshness,
        body.is_open,
    )
