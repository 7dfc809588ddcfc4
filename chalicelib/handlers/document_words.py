"""What is said in words of how a document from DigiLocker fits its owner; for its owner, officers and the own data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.web.texts import text

if TYPE_CHECKING:
    from chalicelib.domain.digilocker.own_documents import OwnDocument


def match_text(document: OwnDocument, language: str) -> str:
    """How name and birth date fit."""
    return text(language, f"document_match.{document.match.value}")


def because_text(document: OwnDocument, language: str) -> str | None:
    """Why it does not simply fit; None where it does."""
    return text(language, f"document_because.{document.because.value}") if document.because else None
