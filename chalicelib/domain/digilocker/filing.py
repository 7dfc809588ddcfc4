"""Filing: what came from DigiLocker becomes one of a person's own documents, matched and kept.

It runs in the step that fetched, after the hmac over the raw bytes was checked. Filed again, a document stays the same.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.digilocker.changes import WriteOwnDocument
from chalicelib.domain.digilocker.consents import Consent
from chalicelib.domain.digilocker.fetches import Fetch
from chalicelib.domain.digilocker.known_persons import KnownPerson, known_persons
from chalicelib.domain.digilocker.matching import Fit, fit
from chalicelib.domain.digilocker.own_documents import Because, Match, OwnDocument
from chalicelib.domain.ports import Clock, Documents, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.rounds import in_rounds

if TYPE_CHECKING:
    # It loads what reads XML, which `judge` has no need of.
    from chalicelib.domain.digilocker.certificate_xml import CertificateRead

PAN_CARD = "PANCR"
_SHOWN_OF_NUMBER = 4
_ENDINGS = {"application/pdf": "pdf", "application/xml": "xml", "image/png": "png", "image/jpeg": "jpg"}
_ORDER = (Match.EXACT, Match.NORMALISED, Match.REVIEW, Match.REFUSED)


@dataclass(frozen=True, slots=True)
class Fetched:
    """One document as it came: the file's bytes and the certificate's XML, each with its hmac checked."""

    doctype: str
    uri: str
    title: str
    issuer: str
    content: bytes
    content_type: str
    xml: bytes | None = None

    def __repr__(self) -> str:
        return f"Fetched({self.doctype!r}, {len(self.content)} bytes)"


@dataclass(frozen=True, slots=True)
class Judged:
    """How a document fits its account, and why it does not simply."""

    match: Match
    because: Because | None = None


@dataclass(frozen=True, slots=True)
class Filing:
    """Files documents. `read` reads a certificate's XML; it raises ValueError where it cannot be read."""

    store: Store
    documents: Documents
    clock: Clock
    read: Callable[[bytes], CertificateRead]

    def file(self, fetch: Fetch, consent: Consent, fetched: Fetched) -> OwnDocument:
        """The document, kept and matched (docs/digilocker.md). An officer's word on the same bytes stands.

        Raises `DocumentsUnavailable`, and `LookupError` where the account is gone.
        """
        owner = self.store.owner(fetch.owner)
        if owner is None:
            raise LookupError(fetch.fetch_id)
        made = self._made(fetch, consent, fetched, owner)
        self.documents.put(made.key, fetched.content, fetched.content_type)
        if made.xml_key is not None and fetched.xml is not None:
            self.documents.put(made.xml_key, fetched.xml, "application/xml")
        return in_rounds(lambda: self._kept(made))

    def _kept(self, made: OwnDocument) -> OwnDocument:
        before, now = self.store.own_document(made.document_id), self.clock()
        after = made
        if before is not None:
            after = replace(made, used_by=before.used_by, revision=before.revision)
            # What its issuer has withdrawn meanwhile is of no use, whosever it is.
            is_withdrawn = made.because is Because.NOT_ACTIVE
            if before.sha256 == made.sha256 and before.decided_at is not None and not is_withdrawn:
                after = replace(
                    after,
                    match=before.match,
                    because=before.because,
                    said=before.said,
                    decided_by=before.decided_by,
                    decided_at=before.decided_at,
                )
            if replace(after, fetched_at=before.fetched_at) == before:
                return before
            # Nothing names the files of other bytes any more. First they go: a crash in between is mended by the
            # step's next run, and nothing is left that nobody would remove.
            for key in {before.key, before.xml_key} - {after.key, after.xml_key, None}:
                self.documents.remove(str(key))
        facts = {"document": after.document_id, "doctype": after.doctype, "match": after.match.value}
        entry = Entry(Deed.OWN_DOCUMENT_FETCHED, after.owner, after.owner, facts=facts)
        self.store.write(WriteOwnDocument(after), *recorded(self.store, now, made.consent_id, entry))
        return after

    def _made(self, fetch: Fetch, consent: Consent, fetched: Fetched, owner: Owner) -> OwnDocument:
        read = self._read(fetched)
        known = known_persons(self.store, owner, fetch.born_on)
        judged = judge(fetched.doctype, read, known) if read else Judged(Match.REVIEW, Because.NOT_READABLE)
        uri_hash = hashlib.sha256(fetched.uri.encode()).hexdigest()
        document_id = _document_id(fetch.owner, uri_hash)
        sha256 = hashlib.sha256(fetched.content).hexdigest()
        folder = f"own/{document_id}"
        number = read.number if read else ""
        xml_hash = hashlib.sha256(fetched.xml).hexdigest() if fetched.xml is not None else None
        return OwnDocument(
            document_id=document_id,
            owner=fetch.owner,
            consent_id=consent.consent_id,
            doctype=fetched.doctype,
            title=fetched.title,
            issuer=fetched.issuer,
            uri_hash=uri_hash,
            key=f"{folder}/{sha256}.{_ENDINGS.get(fetched.content_type, 'bin')}",
            sha256=sha256,
            size=len(fetched.content),
            content_type=fetched.content_type,
            fetched_at=self.clock(),
            match=judged.match,
            name=read.name if read else "",
            number=number,
            masked=masked(number),
            xml_key=f"{folder}/{xml_hash}.xml" if xml_hash else None,
            because=judged.because,
            born_on=read.born_on if read else None,
        )

    def _read(self, fetched: Fetched) -> CertificateRead | None:
        xml = fetched.xml
        if xml is None and fetched.content_type == "application/xml":
            xml = fetched.content
        if xml is None:
            return None
        try:
            return self.read(xml)
        except ValueError:
            return None


def judge(doctype: str, read: CertificateRead, known: Iterable[KnownPerson]) -> Judged:
    """How a certificate fits the persons whom an account speaks for: the best of them counts.

    A PAN card whose number is not that person's PAN of record is refused whatever the name says. What is not active
    any more is refused.
    """
    if not read.is_active:
        return Judged(Match.REFUSED, Because.NOT_ACTIVE)
    judged = [_judged_for(doctype, read, person) for person in known]
    return min(judged, key=lambda one: _ORDER.index(one.match), default=Judged(Match.REFUSED, Because.NAME_DIFFERS))


def _judged_for(doctype: str, read: CertificateRead, person: KnownPerson) -> Judged:
    # The number of a PAN card tells persons apart better than a birth date does; a firm has none.
    is_proved = doctype == PAN_CARD and person.pan is not None
    if is_proved and read.number.upper() != person.pan:
        return Judged(Match.REFUSED, Because.NUMBER_DIFFERS)
    match _fit(person, read, wants_birth_date=not is_proved):
        case Fit.EXACT:
            return Judged(Match.EXACT)
        case Fit.NORMALISED:
            return Judged(Match.NORMALISED)
        case Fit.NEARLY:
            fits_without = _fit(person, read, wants_birth_date=False) > Fit.NEARLY
            return Judged(Match.REVIEW, Because.BIRTH_DATE_UNKNOWN if fits_without else Because.NAME_NEARLY)
    return Judged(Match.REVIEW if is_proved else Match.REFUSED, Because.NAME_DIFFERS)


def _fit(person: KnownPerson, read: CertificateRead, *, wants_birth_date: bool) -> Fit:
    # On a firm's PAN card stands the day it was founded.
    born_on = None if person.is_firm else read.born_on
    return fit(person.name, person.born_on, read.name, born_on, wants_birth_date=wants_birth_date)


def masked(number: str) -> str:
    """A number as it is shown: its last four signs (`••••••1234`)."""
    hidden = max(0, len(number) - _SHOWN_OF_NUMBER)
    return "•" * hidden + number[hidden:]


def _document_id(owner: str, uri_hash: str) -> str:
    digest = hashlib.sha256(f"{owner}\n{uri_hash}".encode()).digest()
    return base64.urlsafe_b64encode(digest)[:22].decode()
