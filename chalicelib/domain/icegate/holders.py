"""IEC holders: the record that ICEGATE has of an importer or exporter before any registration."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.contacts import Contact
from chalicelib.domain.identifiers import Gstin, Iec, Pan, is_pan, pan_of


@dataclass(frozen=True, slots=True)
class Holder:
    """One IEC and who holds it: the PAN of record, every GSTIN under it, and the contact of record."""

    iec: Iec
    pan: Pan
    legal_name: str
    gstins: tuple[Gstin, ...]
    contact: Contact

    def __repr__(self) -> str:
        return "Holder(…)"


def belongs_together(holder: Holder | None, iec: Iec, gstin: Gstin) -> bool:
    """Whether IEC and GSTIN are one holder's.

    An IEC in PAN form equals characters 3-12 of the GSTIN; a 10-digit IEC is looked up and its PAN of record
    compared; the GSTIN must be one of the holder's (docs/sources.md).
    """
    if holder is None or holder.iec != iec:
        return False
    pan = Pan(iec) if is_pan(iec) else holder.pan
    return pan_of(gstin) == pan and gstin in holder.gstins
