"""The IEC's record: the entity that holds an Importer-Exporter Code and the persons who stand for it.

Source: ANF-2A and DGFT's FAQ on linking (docs/sources.md). It is DGFT's record, another than ICEGATE's `Holder`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.domain.identifiers import Iec, Pan


class NatureOfConcern(StrEnum):
    """What kind of entity holds the IEC (ANF-2A)."""

    PROPRIETORSHIP = "proprietorship"
    PARTNERSHIP = "partnership"
    LLP = "llp"
    PRIVATE_LIMITED = "private_limited"
    PUBLIC_LIMITED = "public_limited"
    GOVERNMENT_UNDERTAKING = "government_undertaking"
    ONE_PERSON_COMPANY = "one_person_company"
    REGISTERED_SOCIETY = "registered_society"
    TRUST = "trust"
    HUF = "huf"
    FOREIGN_LLP = "foreign_llp"
    FOREIGN_COMPANY = "foreign_company"
    OTHERS = "others"


class PersonRole(StrEnum):
    """How a person stands to the entity."""

    PROPRIETOR = "proprietor"
    PARTNER = "partner"
    KARTA = "karta"
    TRUSTEE = "trustee"
    DIRECTOR = "director"


class IecStatus(StrEnum):
    """Whether the IEC may be used."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    SURRENDERED = "surrendered"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the IEC's record. `is_validated`: the companies' registry has confirmed this director."""

    name: str
    pan: Pan
    born_on: date
    role: PersonRole
    is_validated: bool = False

    def __repr__(self) -> str:
        return f"Person({self.role.value})"


@dataclass(frozen=True, slots=True)
class IecRecord:
    """One IEC. `entity_name` is the name as per PAN."""

    iec: Iec
    pan: Pan
    entity_name: str
    nature: NatureOfConcern
    persons: tuple[Person, ...]
    status: IecStatus = IecStatus.ACTIVE
    revision: str | None = None

    def __repr__(self) -> str:
        return "IecRecord(…)"
