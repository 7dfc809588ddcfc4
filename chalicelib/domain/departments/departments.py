"""A department on DigiLocker: who it is, what it issues, its endpoints, its keys and its limits.

Source: the Issuer API Specification 1.13 and the partner portal's settings (docs/sources.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DepartmentRole(StrEnum):
    """What a department is to DigiLocker."""

    ISSUER = "issuer"
    REQUESTER = "requester"


class DepartmentStatus(StrEnum):
    """Whether a department's endpoints answer."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class WhenNotMatched(StrEnum):
    """What a pull is answered where no certificate fits, or a person fits only nearly."""

    REFUSE = "refuse"
    # Status 9: an officer looks, and the certificate is delivered by Push URI.
    ASK_OFFICER = "ask_officer"


@dataclass(frozen=True, slots=True)
class CertificateField:
    """One field of a certificate: `name` as in the CSV and the API, its label by language."""

    name: str
    label: Mapping[str, str]
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """What DigiLocker asks a citizen for, under the name set in its portal; it is looked for in `field` of ours."""

    name: str
    field: str
    label: str


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A kind of certificate. `code` is DigiLocker's doctype (up to 5 letters).

    `template` are the lines of the PDF, with `{field}` placeholders; "" where the department brings its own PDFs.
    `search` in any order; a pull must give a value for each. `keep_years` counts from a certificate's last day, or its
    revocation; None keeps it for ever.
    """

    code: str
    title: Mapping[str, str]
    element: str
    fields: tuple[CertificateField, ...]
    search: tuple[SearchParameter, ...]
    template: str = ""
    when_not_found: WhenNotMatched = WhenNotMatched.REFUSE
    when_nearly: WhenNotMatched = WhenNotMatched.ASK_OFFICER
    keep_years: int | None = None


class PullKind(StrEnum):
    """Which of DigiLocker's issuer APIs an endpoint speaks. Pull Doc is for accounts older than May 2024."""

    PULL_URI = "pull_uri"
    PULL_DOC = "pull_doc"


class PullFormat(StrEnum):
    """What a pull is answered with; DataContent is there always."""

    XML = "xml"
    PDF = "pdf"
    BOTH = "both"


class Freshness(StrEnum):
    """What is done with a pull whose `ts` is outside of the window."""

    LOGGED = "logged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PullApi:
    """One endpoint that DigiLocker calls, as configured in its portal: it has a key of its own."""

    api_id: str
    kind: PullKind
    doctypes: tuple[str, ...]
    org_id: str = ""
    default_format: PullFormat = PullFormat.BOTH
    freshness: Freshness = Freshness.LOGGED
    is_open: bool = True


class KeyPurpose(StrEnum):
    """What a key of a department is for."""

    # The API key of one PullApi: we make it, the department types it into DigiLocker's portal.
    PULL_API = "pull_api"
    # The client secret that DigiLocker gave: Push URI, tokens, hmac of files.
    CLIENT_SECRET = "client_secret"  # noqa: S105 - a purpose
    # What a department's own system shows to issue certificates; only its hash is kept.
    ISSUING_TOKEN = "issuing_token"  # noqa: S105 - a purpose


@dataclass(frozen=True, slots=True)
class DepartmentKey:
    """A secret of a department, sealed (`ports.Vault`) or hashed. `until`: replaced, it works until then (UTC)."""

    key_id: str
    purpose: KeyPurpose
    created_at: datetime
    created_by: str
    api_id: str | None = None
    sealed: str | None = None
    sha256: str | None = None
    until: datetime | None = None

    def __repr__(self) -> str:
        return f"DepartmentKey({self.key_id!r}, {self.purpose.value})"


@dataclass(frozen=True, slots=True)
class DepartmentLimits:
    """How much a department may do."""

    pushes_a_minute: int = 60
    pulls_a_minute: int = 600
    certificates_a_day: int = 200_000


@dataclass(frozen=True, slots=True)
class DigiLockerClient:
    """The department as DigiLocker's client: Push URI and the requester's calls. The secret is a key.

    `push_encoding` is `urlencoded` or `multipart`.
    """

    client_id: str
    service_name: str
    push_encoding: str = "urlencoded"


@dataclass(frozen=True, slots=True)
class Department:
    """One department. Times are aware UTC; `revision` is the store's mark of the version that was read.

    `issuer_id` is unique in India (`in.gov.dept.state`) and never changes once a certificate was issued.
    `signing_key` names the key that signs its PDFs and XML (`ports.CertificateSigner`), "" for none yet.
    """

    department_id: str
    name: Mapping[str, str]
    issuer_id: str
    roles: frozenset[DepartmentRole]
    status: DepartmentStatus
    created_at: datetime
    created_by: str
    document_types: tuple[DocumentType, ...] = ()
    pull_apis: tuple[PullApi, ...] = ()
    keys: tuple[DepartmentKey, ...] = ()
    client: DigiLockerClient | None = None
    limits: DepartmentLimits = DepartmentLimits()
    signing_key: str = ""
    status_reason: str | None = None
    reactivated_at: datetime | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"Department({self.department_id!r}, {self.status.value})"

    def document_type(self, code: str) -> DocumentType | None:
        """The document type of this code."""
        return next((one for one in self.document_types if one.code == code), None)

    def pull_api(self, api_id: str) -> PullApi | None:
        """The endpoint of this id."""
        return next((one for one in self.pull_apis if one.api_id == api_id), None)

    def working_keys(self, purpose: KeyPurpose, now: datetime, api_id: str | None = None) -> tuple[DepartmentKey, ...]:
        """The keys that work at `now`, the newest first: after a rotation the old one does until its date."""
        fitting = (key for key in self.keys if key.purpose is purpose and key.api_id == api_id)
        working = (key for key in fitting if key.until is None or now < key.until)
        return tuple(sorted(working, key=lambda key: key.created_at, reverse=True))


def stream_of(department_id: str) -> str:
    """The audit's stream of a department: what was done to it, and in its name."""
    return f"department:{department_id}"
