"""Filing: what came from DigiLocker becomes one of a person's own documents, matched and kept.

It runs in the step that fetched, after the hmac over the raw bytes was checked. Filed again, a document stays the same.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.digilocker.changes import WriteOwnDocument
from chalicelib.domain.digilocker.consents import Consent
from chalicelib.domain.digilocker.fetches import Fetch
from chalicelib.domain.digilocker.judging import Judged, bound_to, judge
from chalicelib.domain.digilocker.known_persons import known_persons
from chalicelib.domain.digilocker.own_documents import USABLE, Because, Match, OwnDocument
from chalicelib.domain.identifiers import masked_number
from chalicelib.domain.ports import Clock, Documents, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.rounds import in_rounds

if TYPE_CHECKING:
    from chalicelib.domain.digilocker.certificate_xml import CertificateRead

_ENDINGS = {"application/pdf": "pdf", "application/xml": "xml", "image/png": "png", "image/jpeg": "jpg"}


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
            if before.sha256 == made.sha256:
                after = _with_word_of_before(after, before)
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
        # What a registrant types is not looked at: the IEC's record has the birth dates.
        typed = fetch.born_on if isinstance(owner, Account) else None
        known, holder = known_persons(self.store, owner, typed), fetch.holder
        judged = judge(fetched.doctype, read, known, holder) if read else Judged(Match.REVIEW, Because.NOT_READABLE)
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
            masked=masked_number(number),
            xml_key=f"{folder}/{xml_hash}.xml" if xml_hash else None,
            because=judged.because,
            born_on=read.born_on if read else None,
            holder=holder,
            typed_born_on=typed,
            judged_with=bound_to(document_id, known, holder),
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


def _with_word_of_before(made: OwnDocument, before: OwnDocument) -> OwnDocument:
    """What came, with what an officer said of the same bytes, as long as that holds for the names as they are now."""
    if made.because is Because.NOT_ACTIVE:
        # What its issuer has withdrawn meanwhile is of no use, whosever it is.
        return made
    if before.decided_at is None:
        # An officer was asked already whether another name undoes a refusal.
        is_asked = before.because is Because.NAME_CHANGED and before.judged_with == made.judged_with
        return _for_an_officer(made) if is_asked else made
    if set(before.judged_with) <= set(made.judged_with):
        return replace(
            made,
            match=before.match,
            because=before.because,
            said=before.said,
            decided_by=before.decided_by,
            decided_at=before.decided_at,
            judged_with=before.judged_with,
        )
    # Another name alone does not undo what an officer refused: an officer looks again.
    return _for_an_officer(made) if before.match is Match.REFUSED else made


def _for_an_officer(made: OwnDocument) -> OwnDocument:
    return replace(made, match=Match.REVIEW, because=Because.NAME_CHANGED) if made.match in USABLE else made


def _document_id(owner: str, uri_hash: str) -> str:
    digest = hashlib.sha256(f"{owner}\n{uri_hash}".encode()).digest()
    return base64.urlsafe_b64encode(digest)[:22].decode()
