"""Purposes: what documents are asked for, of which types, for how long at most, what revocation deletes (ADR 50)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.digilocker.fetches import Purpose
from chalicelib.domain.digilocker.files import NEVER
from chalicelib.domain.refusals import FieldProblem

DOCTYPES_AT_MOST = 10


class OnEnd(StrEnum):
    """What becomes of documents when the consent that they were fetched under ends.

    A copy that was sent in with an application is that application's: it is kept by the application's own rule.
    """

    # Nothing is left of them.
    REMOVED = "removed"
    # What was taken into an application that is not sent in yet is taken out of it as well.
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a purpose allows. `wording` is shown by DigiLocker: letters, digits, blanks and `_` alone.

    `doctypes`: those that may be asked for; None for any that an issuer may have given.
    """

    wording: str
    doctypes: frozenset[str] | None
    longest_days: int
    on_end: OnEnd


TERMS: Mapping[Purpose, Terms] = {
    Purpose.MY_DOCUMENTS: Terms("Keep verified documents in My documents", None, 365, OnEnd.REMOVED),
    Purpose.FULL_REGISTRATION: Terms(
        "Documents for full registration at ICEGATE", frozenset({"PANCR", "DRVLC"}), 180, OnEnd.TAKEN_BACK
    ),
    Purpose.IEC_APPLICATION: Terms(
        "Documents for an IEC application", frozenset({"PANCR", "DRVLC"}), 180, OnEnd.TAKEN_BACK
    ),
}


def parse_purpose(value: str) -> Purpose:
    """A purpose. Refuses with `purpose_unknown`."""
    if value not in {purpose.value for purpose in Purpose}:
        raise FieldProblem("purpose_unknown")
    return Purpose(value)


def parse_doctype(value: str) -> str:
    """A document type of DigiLocker: up to 5 capital letters.

    Refuses with `document_type_not_allowed`; Aadhaar with `aadhaar_refused`.
    """
    if value in NEVER:
        raise FieldProblem("aadhaar_refused")
    if not re.fullmatch(r"[A-Z]{3,5}", value):
        raise FieldProblem("document_type_not_allowed")
    return value


def demand_fits(terms: Terms, doctypes: tuple[str, ...], valid_days: int) -> Mapping[str, FieldProblem]:
    """What a purpose does not allow of a wish, by field; empty where it allows everything."""
    problems = {}
    is_allowed = terms.doctypes is None or set(doctypes) <= terms.doctypes
    if not doctypes:
        problems["document_types"] = FieldProblem("required")
    elif not is_allowed:
        problems["document_types"] = FieldProblem("document_type_not_allowed")
    if valid_days > terms.longest_days:
        problems["valid_days"] = FieldProblem("number_out_of_range", most=terms.longest_days)
    return problems
