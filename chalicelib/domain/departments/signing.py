"""Signing certificates, as the domain asks for it: a department's key, a clock that others trust, what was revoked.

Light: ports and values. `pdf_signing` signs; `adapters/certificate_signers` answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.departments.certificates import Certificate
    from chalicelib.domain.departments.departments import Department, DocumentType

# A pull may ask for both files in one answer: twice in base64 (once in the XML, once as API Gateway's binary), both
# together and the rest of the answer stay below the 6 MB (6 291 556 bytes) that Lambda gives back.
PDF_AT_MOST = 3_200_000
XML_AT_MOST = 128 * 1024


class Hindrance(StrEnum):
    """Why a certificate could not be made; `trouble.<hindrance>` tells it in both languages.

    What is said of the certificate itself, or of a setting, does not go away by waiting.
    """

    SIGNING_KEY_MISSING = "signing_key_missing"
    SIGNING_KEY_UNFIT = "signing_key_unfit"
    TIMESTAMPS_MISSING = "timestamps_missing"
    REVOCATION_PLACE_MISSING = "revocation_place_missing"
    DOCUMENT_TYPE_MISSING = "document_type_missing"
    SIGN_WITHOUT_LETTERS = "sign_without_letters"
    TEXT_TOO_LONG = "text_too_long"
    CERTIFICATE_TOO_LARGE = "certificate_too_large"
    NOT_FINDABLE = "not_findable"
    BROUGHT_NOT_THERE = "brought_not_there"
    BROUGHT_NOT_PDF = "brought_not_pdf"
    BROUGHT_ACTIVE_CONTENT = "brought_active_content"
    BROUGHT_NOT_SIGNED = "brought_not_signed"
    BROUGHT_SIGNATURE_BROKEN = "brought_signature_broken"
    # These do, and are waited for.
    SIGNING_UNAVAILABLE = "signing_unavailable"
    TIMESTAMPS_UNAVAILABLE = "timestamps_unavailable"
    REVOCATION_UNAVAILABLE = "revocation_unavailable"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    # What nobody thought of broke; a correction of ours may come within the day.
    MAKING_FAILED = "making_failed"


PASSING = frozenset(
    {
        Hindrance.SIGNING_UNAVAILABLE,
        Hindrance.TIMESTAMPS_UNAVAILABLE,
        Hindrance.REVOCATION_UNAVAILABLE,
        Hindrance.STORAGE_UNAVAILABLE,
        Hindrance.MAKING_FAILED,
    }
)


# What hinders one certificate of a department hinders all of them for now; what nobody thought of may be in one alone.
OF_ALL = PASSING - {Hindrance.MAKING_FAILED}


class CannotMake(Exception):  # noqa: N818
    """A certificate cannot be made, or not now; `hindrance` says why."""

    def __init__(self, hindrance: Hindrance) -> None:
        super().__init__(hindrance.value)
        self.hindrance = hindrance

    @property
    def may_pass(self) -> bool:
        """Whether trying again later helps."""
        return self.hindrance in PASSING


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A department's key: its name, and its certificate with those of its issuers, DER, the leaf first."""

    name: str
    chain: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r})"


class CertificateSigner(Protocol):
    """Departments' keys: in KMS on AWS, in memory on the laptop. RSA of 2048 bits at least."""

    def key(self, name: str) -> SigningKey:
        """The key of this name. Raises `CannotMake`: `signing_key_missing`, `signing_unavailable`."""
        ...

    def sign(self, key: SigningKey, digest: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 over a SHA-256 digest. Raises `CannotMake` `signing_unavailable`."""
        ...


class Timestamps(Protocol):
    """A time-stamping authority (RFC 3161)."""

    def ask(self, request: bytes) -> bytes:
        """The DER of the response to a request. Raises `CannotMake`: `timestamps_missing`, `timestamps_unavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class Papers:
    """Both files of a certificate, signed."""

    pdf: bytes
    xml: bytes

    def __repr__(self) -> str:
        return f"Papers({len(self.pdf)}, {len(self.xml)} bytes)"


class Printer(Protocol):
    """Makes a certificate's files."""

    def papers(
        self,
        department: Department,
        document_type: DocumentType,
        certificate: Certificate,
        brought: bytes | None,
    ) -> Papers:
        """The PDF (made, or `brought` once it was looked at) and the XML, both signed. Raises `CannotMake`."""
        ...
