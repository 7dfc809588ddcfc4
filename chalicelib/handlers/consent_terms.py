"""The route that tells what a person would agree to before documents are fetched from DigiLocker."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.digilocker.purposes import TERMS, parse_purpose
from chalicelib.domain.refusals import Code
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.signed_in import PERMITTED
from chalicelib.suite import suite
from chalicelib.web import consent_text
from chalicelib.web.texts import text

consent_terms = Blueprint(__name__)
# The types that our pages offer, where a purpose allows them; an API client may ask for others.
_SHOWN = ("PANCR", "DRVLC")


@dataclass(frozen=True, slots=True)
class OfferedTypeView:
    """A document type that may be asked for."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class ConsentTermsView:
    """What would be agreed to; `text_version` is sent back with the consent."""

    purpose: str
    purpose_text: str
    service_name: str
    text_version: str
    paragraphs: tuple[str, ...]
    document_types: list[OfferedTypeView]
    longest_days: int
    is_offered: bool


@operation(
    consent_terms,
    "GET /consent-terms",
    "Read what a consent to DigiLocker would say",
    query={"purpose": "`my_documents`, `full_registration` or `iec_application`."},
    answers={HTTPStatus.OK: ConsentTermsView},
    refusals=(*PERMITTED, Code.INVALID_FIELDS),
)
def read_consent_terms(asked: Asked[None]) -> Answer:
    """The words that hold now, in the reader's language, and the document types that the purpose allows."""
    purpose = asked.queried("purpose", parse_purpose)
    terms, language = TERMS[purpose], asked.language
    codes = [code for code in _SHOWN if terms.doctypes is None or code in terms.doctypes]
    service_name = suite().fetches.service_name()
    return Answer(
        ConsentTermsView(
            purpose.value,
            text(language, f"consent_purpose.{purpose.value}"),
            service_name or "",
            consent_text.version(),
            consent_text.text_of(language),
            [OfferedTypeView(code, text(language, f"document_type.{code.lower()}")) for code in codes],
            terms.longest_days,
            is_offered=service_name is not None,
        )
    )
