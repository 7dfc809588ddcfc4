"""Whom an account may speak for, as the records know them: with these a document from DigiLocker is matched.

What a DGFT account says of itself it typed itself: by that alone no document is its own (`judging`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.identifiers import Iec, Pan
from chalicelib.domain.ports import Store


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person or a firm: the name, and what is known of birth date and PAN.

    `is_firm`: a firm has no birth date that would have to fit.
    """

    name: str
    born_on: date | None = None
    pan: Pan | None = None
    is_firm: bool = False

    def __repr__(self) -> str:
        return "KnownPerson(…)"


def known_persons(store: Store, owner: Owner, typed_born_on: date | None) -> tuple[KnownPerson, ...]:
    """Everybody whose documents this account may bring.

    A DGFT account is one person: its own name, with the birth date that was typed. A registrant of ICEGATE stands for
    an IEC: its holder, and the persons on its record, each with their own PAN and birth date.
    """
    if isinstance(owner, Account):
        return (KnownPerson(owner.name, typed_born_on),)
    found: list[KnownPerson] = []
    holder = store.holder(Iec(owner.iec))
    if holder is not None:
        found.append(KnownPerson(holder.legal_name, pan=holder.pan, is_firm=True))
    record = store.iec_record(Iec(owner.iec))
    if record is not None:
        found.append(KnownPerson(record.entity_name, pan=record.pan, is_firm=True))
        found.extend(KnownPerson(person.name, person.born_on, person.pan) for person in record.persons)
    return tuple(dict.fromkeys(found)) or (KnownPerson(owner.legal_name),)
