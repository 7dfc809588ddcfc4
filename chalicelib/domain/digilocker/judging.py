"""Judging: whether a document is its account's, by whom the account speaks for and by whose locker it came out of.

The worse of the two counts, so no account makes a document its own by what it says of itself. What was found is bound
to the names that it was found with: when they have changed, it is judged again before anything uses it (ADR 56).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from chalicelib.domain.digilocker.known_persons import KnownPerson
from chalicelib.domain.digilocker.matching import Fit, canonical, fit
from chalicelib.domain.digilocker.own_documents import USABLE, Because, Match, OwnDocument
from chalicelib.domain.signatures.names import same_entity

if TYPE_CHECKING:
    # It loads what reads XML, which judging has no need of.
    from chalicelib.domain.digilocker.certificate_xml import CertificateRead
    from chalicelib.domain.digilocker.locker_holder import LockerHolder

PAN_CARD = "PANCR"
_ORDER = (Match.EXACT, Match.NORMALISED, Match.REVIEW, Match.REFUSED)


@dataclass(frozen=True, slots=True)
class Judged:
    """How a document fits its account, and why it does not simply."""

    match: Match
    because: Because | None = None


@dataclass(frozen=True, slots=True)
class Reasons:
    """What is said of a name or a birth date that does not fit, on one side of the comparison."""

    nearly: Because
    differs: Because
    birth_date_unknown: Because


_OF_ACCOUNT = Reasons(Because.NAME_NEARLY, Because.NAME_DIFFERS, Because.BIRTH_DATE_UNKNOWN)
_OF_LOCKER = Reasons(Because.LOCKER_NAME_NEARLY, Because.LOCKER_NAME_DIFFERS, Because.LOCKER_BIRTH_DATE_UNKNOWN)


@dataclass(frozen=True, slots=True)
class Said:
    """What a document says of whose it is."""

    doctype: str
    name: str
    born_on: date | None
    number: str

    def __repr__(self) -> str:
        return f"Said({self.doctype!r})"


def judge(doctype: str, read: CertificateRead, known: Iterable[KnownPerson], holder: LockerHolder | None) -> Judged:
    """How a certificate fits the persons whom an account speaks for, the best of them, and the locker's holder.

    A PAN card whose number is not that person's PAN of record is refused whatever the name says. What is not active
    any more is refused.
    """
    if not read.is_active:
        return Judged(Match.REFUSED, Because.NOT_ACTIVE)
    return _judged(Said(doctype, read.name, read.born_on, read.number), known, holder)


def bound_to(document_id: str, known: Iterable[KnownPerson], holder: LockerHolder | None) -> tuple[str, ...]:
    """The names that a document is judged with, each as a hash for this document alone, in no order of meaning.

    A name written in capitals, or in another order, is the same.
    """
    holders = (KnownPerson(holder.name, holder.born_on, is_firm=holder.is_firm),) if holder is not None else ()
    told = [("account", person) for person in known] + [("locker", person) for person in holders]
    return tuple(sorted({_hash_of(document_id, side, person) for side, person in told}))


def still_fitting(document: OwnDocument, known: Iterable[KnownPerson]) -> OwnDocument:
    """The document as it stands with these persons; the same one where nothing has changed.

    What was usable is judged again where a name has changed, and waits for an officer where it does not fit any more:
    also what an officer confirmed, for that was said of the earlier name. Nothing becomes usable by a change of name.
    """
    persons = tuple(known)
    bound = bound_to(document.document_id, persons, document.holder)
    if document.match not in USABLE or document.judged_with == bound:
        return document
    if document.decided_at is not None:
        # Somebody more on the IEC's record takes nothing from what an officer said; somebody less does.
        return document if set(document.judged_with) <= set(bound) else _to_look_at(document)
    said = Said(document.doctype, document.name, document.born_on, document.number)
    judged = _judged(said, persons, document.holder)
    if judged.match not in USABLE:
        return _to_look_at(document)
    return replace(document, match=judged.match, because=None, judged_with=bound)


def _to_look_at(document: OwnDocument) -> OwnDocument:
    return replace(
        document,
        match=Match.REVIEW,
        because=Because.NAME_CHANGED,
        said=None,
        decided_by=None,
        decided_at=None,
        judged_with=(),
    )


def _judged(said: Said, known: Iterable[KnownPerson], holder: LockerHolder | None) -> Judged:
    both = [_worse(*_of_both(said, person, holder)) for person in known]
    return min(both, key=_rank, default=Judged(Match.REFUSED, Because.NAME_DIFFERS))


def _of_both(said: Said, person: KnownPerson, holder: LockerHolder | None) -> tuple[Judged, Judged]:
    """The document beside one person, and beside the locker's holder."""
    # The number of a PAN card tells persons apart better than a birth date does; a firm has none.
    is_proved = said.doctype == PAN_CARD and person.pan is not None
    if is_proved and said.number.upper() != person.pan:
        refused = Judged(Match.REFUSED, Because.NUMBER_DIFFERS)
        return refused, refused
    of_account = _beside(said, person, _OF_ACCOUNT, is_proved=is_proved, wants_birth_date=not is_proved)
    if holder is None or not holder.name:
        return of_account, Judged(Match.REVIEW, Because.LOCKER_NAME_UNKNOWN)
    in_locker = KnownPerson(holder.name, holder.born_on, is_firm=holder.is_firm)
    wants_birth_date = not is_proved and not holder.is_firm
    return of_account, _beside(said, in_locker, _OF_LOCKER, is_proved=is_proved, wants_birth_date=wants_birth_date)


def _beside(said: Said, person: KnownPerson, reasons: Reasons, *, is_proved: bool, wants_birth_date: bool) -> Judged:
    match _fit(said, person, wants_birth_date=wants_birth_date):
        case Fit.EXACT:
            return Judged(Match.EXACT)
        case Fit.NORMALISED:
            return Judged(Match.NORMALISED)
        case Fit.NEARLY:
            fits_without = _fit(said, person, wants_birth_date=False) > Fit.NEARLY
            return Judged(Match.REVIEW, reasons.birth_date_unknown if fits_without else reasons.nearly)
    return Judged(Match.REVIEW if is_proved else Match.REFUSED, reasons.differs)


def _fit(said: Said, person: KnownPerson, *, wants_birth_date: bool) -> Fit:
    # On a firm's PAN card stands the day it was founded.
    born_on = None if person.is_firm else said.born_on
    own = None if person.is_firm else person.born_on
    found = fit(person.name, own, said.name, born_on, wants_birth_date=wants_birth_date)
    if person.is_firm and found < Fit.NORMALISED and same_entity(person.name) == same_entity(said.name) != "":
        # "Pvt Ltd" and "Private Limited".
        return Fit.NEARLY if wants_birth_date else Fit.NORMALISED
    return found


def _worse(one: Judged, other: Judged) -> Judged:
    """The lower of the two; of two alike the first."""
    return max(one, other, key=_rank)


def _rank(judged: Judged) -> int:
    return _ORDER.index(judged.match)


def _hash_of(document_id: str, side: str, person: KnownPerson) -> str:
    # What cannot be brought into one spelling is told as it is.
    name = same_entity(person.name) if person.is_firm else canonical(person.name)
    told = "\n".join(
        (document_id, side, name or person.name, str(person.born_on), str(person.pan), str(person.is_firm))
    )
    return base64.urlsafe_b64encode(hashlib.sha256(told.encode()).digest())[:22].decode()
