"""A registrant with documents from DigiLocker, on fakes: upgrading's world, with consents and what came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from chalicelib.domain import sessions
from chalicelib.domain.digilocker.certificate_xml import CertificateRead
from chalicelib.domain.digilocker.changes import WriteConsent
from chalicelib.domain.digilocker.consents import Consent, ConsentStatus
from chalicelib.domain.digilocker.fetches import Fetch, FetchStatus, Locker, Purpose
from chalicelib.domain.digilocker.filing import Fetched, Filing
from chalicelib.domain.digilocker.locker_holder import LockerHolder
from chalicelib.domain.digilocker.my_documents import MyDocuments
from chalicelib.domain.digilocker.own_documents import OwnDocument
from chalicelib.domain.digilocker.reviewing_documents import DocumentCase, DocumentDecision, DocumentReviews, Seen
from chalicelib.domain.icegate.taking_documents import TakingDocuments
from chalicelib.domain.identifiers import Iec, Pan
from chalicelib.domain.iec.records import IecRecord, NatureOfConcern, Person, PersonRole
from tests.domain.icegate.pdfs import pdf
from tests.domain.icegate.upgrade_world import CALLER, KEY, UpgradeWorld

PAN = "ABCPM1234K"
BORN_ON = date(1985, 7, 21)
ASHAS_LOCKER = LockerHolder("ASHA MEHTA", BORN_ON)
ASHA = Person("ASHA MEHTA", Pan(PAN), BORN_ON, PersonRole.PROPRIETOR)


def pan_card(**more: Any) -> CertificateRead:
    """What the XML of Asha's PAN card says."""
    said: dict[str, Any] = {
        "doctype": "PANCR",
        "number": PAN,
        "name": "ASHA MEHTA",
        "born_on": BORN_ON,
        "status": "A",
        "issuer": "Income Tax Department",
        "fields": {},
    }
    return CertificateRead(**{**said, **more})


@dataclass
class OwnDocumentsWorld(UpgradeWorld):
    """The desks of My documents beside those of upgrading.

    `says` is what the next XML says (None cannot be read), `holder` whose locker it comes out of.
    """

    says: CertificateRead | None = None
    holder: LockerHolder | None = ASHAS_LOCKER

    def __post_init__(self) -> None:
        super().__post_init__()
        self.says = pan_card()
        self.filing = Filing(self.store, self.documents, self.clock, self._read)
        self.own = MyDocuments(self.store, self.documents, self.clock)
        self.document_reviews = DocumentReviews(self.store, self.documents, self.clock)
        self.taking = TakingDocuments(self.desk, self.own)
        record = IecRecord(Iec(PAN), Pan(PAN), "ASHA MEHTA", NatureOfConcern.PROPRIETORSHIP, (ASHA,))
        self.store.put_iec_record(record)

    def recorded_as(self, *names: str) -> None:
        """The record has persons of these names from now on, each with Asha's PAN and birth date."""
        record = self.store.iec_record(Iec(PAN))
        assert record is not None
        persons = tuple(replace(ASHA, name=name) for name in names)
        self.store.put_iec_record(replace(record, entity_name=names[0], persons=persons))

    def _read(self, _xml: bytes) -> CertificateRead:
        if self.says is None:
            raise ValueError
        return self.says

    def consent(self, **more: Any) -> Consent:
        """A consent of Asha's."""
        given: dict[str, Any] = {
            "consent_id": sessions.new_id(),
            "fetch_id": sessions.new_id(),
            "owner": KEY,
            "department_id": "d" * 22,
            "locker": Locker.PERSON,
            "purpose": Purpose.MY_DOCUMENTS,
            "asked": ("PANCR",),
            "granted": ("PANCR",),
            "text_version": "1",
            "language": "en",
            "given_at": self.now,
            "valid_until": self.now + timedelta(days=30),
            "status": ConsentStatus.ACTIVE,
        }
        consent = Consent(**{**given, **more})
        self.store.write(WriteConsent(consent))
        return consent

    def fetch(self, born_on: date | None = None) -> Fetch:
        """A fetch of Asha's."""
        return Fetch(
            fetch_id=sessions.new_id(),
            owner=KEY,
            department_id="d" * 22,
            locker=Locker.PERSON,
            purpose=Purpose.MY_DOCUMENTS,
            doctypes=("PANCR",),
            status=FetchStatus.FETCHING,
            opened_at=self.now,
            expires_at=self.now + timedelta(minutes=10),
            consent_until=self.now + timedelta(days=30),
            consent_text="1",
            language="en",
            state_hash="a",
            browser_hash="b",
            sealed_verifier="c",
            born_on=born_on,
            holder=self.holder,
        )

    def decided(
        self, document: OwnDocument, decision: DocumentDecision, reason: str | None = None, officer: int = 0
    ) -> DocumentCase:
        """An officer's word on what came, as it stands now."""
        case = self.document_reviews.case(document.document_id)
        seen = Seen(document.fetched_at.replace(microsecond=0), case.compared_with)
        return self.document_reviews.decide(
            self.officers[officer], document.document_id, decision, reason, seen, CALLER
        )

    def filed(self, consent: Consent | None = None, content: bytes | None = None, **more: Any) -> OwnDocument:
        """A document that came and was filed."""
        fetched: dict[str, Any] = {
            "doctype": "PANCR",
            "uri": f"in.gov.pan-PANCR-{PAN}",
            "title": "PAN Card",
            "issuer": "Income Tax Department",
            "content": pdf() if content is None else content,
            "content_type": "application/pdf",
            "xml": b"<Certificate/>",
        }
        return self.filing.file(self.fetch(), consent or self.consent(), Fetched(**{**fetched, **more}))
