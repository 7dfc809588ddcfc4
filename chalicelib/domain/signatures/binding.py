"""Binding: whether a certificate that is good may sign this, for this person and this IEC.

Source: DGFT's FAQ on digital signatures and Aadhaar e-Sign (docs/sources.md). A refusal never tells whose IEC it is,
nor whether there is such an IEC: what is unknown or not active is compared like the rest, with a record that binds
nothing. Every comparison takes the same time whether or not it holds.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.domain.codes import ServerKey
from chalicelib.domain.identifiers import Iec, Pan
from chalicelib.domain.iec.records import IecRecord, IecStatus, NatureOfConcern, Person, PersonRole
from chalicelib.domain.iec.users import IecUser, IecUserStatus
from chalicelib.domain.ports import Keyring
from chalicelib.domain.signatures.names import same_entity, same_person
from chalicelib.domain.signatures.report import Aspect, Finding, Kind, Reason, fails, holds
from chalicelib.domain.signatures.signers import Bind, Signer
from chalicelib.domain.signatures.signings import Purpose, SignatureMethod, Signing


class IndividualDsc(StrEnum):
    """For which firms an individual's DSC will do: DGFT's FAQ said one thing in v2.0 and another in v3.1."""

    PROPRIETORSHIPS = "proprietorships"
    ALL_FIRMS = "all_firms"


@dataclass(frozen=True, slots=True)
class LinkingRules:
    """What of the rules is configuration (`chalicelib/configuration/linking.json`)."""

    individual_dsc: IndividualDsc = IndividualDsc.ALL_FIRMS


_DSC_KINDS = frozenset({Kind.INDIVIDUAL, Kind.ORGANISATION, Kind.IEC})
# Customs asks for an individual's certificate (the ICEGATE advisory).
_OF_ICEGATE = frozenset({Purpose.FULL_REGISTRATION, Purpose.RENEW_DSC})
KINDS: Mapping[SignatureMethod, frozenset[Kind]] = {
    SignatureMethod.DSC: _DSC_KINDS,
    SignatureMethod.ESIGN: frozenset({Kind.EKYC}),
}
# Stands where there is no record: the same work is done on it, and nothing is bound by it.
_NOBODY = Person("Nobody Nowhere", Pan("AAAPA0001A"), date(1900, 1, 1), PersonRole.PROPRIETOR)
_NO_RECORD = IecRecord(
    Iec("0000000000"), Pan("AAACA0001A"), "Nobody", NatureOfConcern.OTHERS, (_NOBODY,), IecStatus.CANCELLED
)


def kinds_for(purpose: Purpose, method: SignatureMethod) -> frozenset[Kind]:
    """The kinds of certificate with which something may be signed."""
    return frozenset({Kind.INDIVIDUAL}) if purpose in _OF_ICEGATE else KINDS[method]


def binding(
    signing: Signing,
    record: IecRecord | None,
    user: IecUser | None,
    key: ServerKey,
    rules: LinkingRules | None = None,
) -> Bind:
    """What judges whether a signer may sign this.

    `record` is the IEC's, `user` the signer's own user of it (None for who is none), `key` the server key under which
    the user's link was made, or the current one. A change of users is signed by whom the login was linked by.
    """
    chosen = rules or LinkingRules()

    def bind(signer: Signer) -> Finding:
        is_of_iec = is_bound(signer, record, signing.purpose, chosen) and (record is None or record.iec == signing.iec)
        if not is_of_iec:
            return fails(Aspect.BINDING, Reason.NOT_OF_THIS_IEC)
        if signing.purpose is Purpose.CHANGE_IEC_USERS and not _is_linked_signer(signer, record, user, key):
            return fails(Aspect.BINDING, Reason.NOT_THE_LINKED_SIGNER)
        return holds(Aspect.BINDING)

    return bind


def is_bound(signer: Signer, record: IecRecord | None, purpose: Purpose, rules: LinkingRules) -> bool:
    """Whether a certificate binds its holder to an IEC."""
    known = record or _NO_RECORD
    is_usable = record is not None and record.status is IecStatus.ACTIVE
    match signer.kind:
        case Kind.IEC:
            is_named = _same(signer.iec or "", known.iec)
        case Kind.ORGANISATION:
            is_named = _is_organisation(signer, known)
        case Kind.INDIVIDUAL:
            is_named = _is_individual(signer, known, purpose, rules)
        case Kind.EKYC:
            is_named = bool(_persons_by_name(signer, known))
        case _:
            is_named = False
    return is_named and is_usable


def signer_of(signer: Signer, record: IecRecord | None, key: ServerKey) -> str:
    """Who signed, as a keyed hash under the id of its key (`<key id>.<hex>`): the same person's is the same.

    By the PAN where the certificate holds its hash, or where name and year of birth are those of exactly one person on
    the IEC's record, so that a DSC and an e-Sign of one person are known as one; else by the names in the certificate.
    """
    pan_hash = signer.pan_hash
    if pan_hash is None and signer.kind is Kind.EKYC:
        found = _persons_by_name(signer, record or _NO_RECORD)
        pan_hash = _hash_of_pan(found[0].pan) if len(found) == 1 else None
    if pan_hash is not None:
        parts: tuple[str, ...] = ("pan", pan_hash.lower())
    elif signer.year_of_birth is not None:
        parts = ("person", same_person(signer.common_name), str(signer.year_of_birth))
    else:
        parts = ("names", same_entity(signer.organisation), same_person(signer.common_name), signer.iec or "")
    message = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    digest = hmac.new(key.material, b"pravesh/signer" + message, hashlib.sha256).hexdigest()
    return f"{key.key_id}.{digest}"


def key_of_links(users: Iterable[IecUser], keyring: Keyring) -> ServerKey:
    """The key under which the signers of one IEC are hashed, so that one person is known again among its users.

    It is that of the IEC's links there are; the current one for the first link, or where theirs was withdrawn.
    """
    for user in users:
        if user.link is not None:
            with suppress(KeyError):
                return keyring.by_id(key_id_of(user.link.signer))
    return keyring.current()


def key_id_of(signer_hash: str) -> str:
    """The id of the key under which a hash of `signer_of` was made."""
    return signer_hash.rpartition(".")[0]


def _is_linked_signer(signer: Signer, record: IecRecord | None, user: IecUser | None, key: ServerKey) -> bool:
    link = user.link if user is not None and user.status is IecUserStatus.ACTIVE else None
    stored = link.signer if link is not None else ""
    return _same(stored, signer_of(signer, record, key))


def _is_individual(signer: Signer, record: IecRecord, purpose: Purpose, rules: LinkingRules) -> bool:
    """An individual's DSC: its PAN is that of somebody on the record who may act for the entity."""
    named = [
        _same((signer.pan_hash or "").lower(), _hash_of_pan(person.pan)) and _stands_for(person)
        for person in record.persons
    ]
    is_proprietorship = record.nature is NatureOfConcern.PROPRIETORSHIP
    # The setting is about linking at DGFT; Customs takes an individual's DSC from every firm.
    is_for_all = rules.individual_dsc is IndividualDsc.ALL_FIRMS or purpose in _OF_ICEGATE
    return any(named) and (is_proprietorship or is_for_all)


def _is_organisation(signer: Signer, record: IecRecord) -> bool:
    """An organisation's DSC: its O is the entity's name as per PAN; a proprietor has no organisation."""
    name = same_entity(signer.organisation)
    is_named = _same(name, same_entity(record.entity_name)) and name != ""
    return is_named and record.nature is not NatureOfConcern.PROPRIETORSHIP


def _persons_by_name(signer: Signer, record: IecRecord) -> list[Person]:
    """Who on the record has this name and year of birth, and may act for the entity; all are compared."""
    name = same_person(signer.common_name)
    year = str(signer.year_of_birth) if signer.year_of_birth is not None else ""
    found = [
        (person, _same(name, same_person(person.name)) & _same(year, str(person.born_on.year)) & _stands_for(person))
        for person in record.persons
    ]
    return [person for person, is_it in found if is_it and name != ""]


def _stands_for(person: Person) -> bool:
    """Whether somebody on the record may act for the entity: a director once the registry has validated them."""
    return person.role is not PersonRole.DIRECTOR or person.is_validated


def _hash_of_pan(pan: Pan) -> str:
    return hashlib.sha256(pan.upper().encode("ascii")).hexdigest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode()) and one != ""
