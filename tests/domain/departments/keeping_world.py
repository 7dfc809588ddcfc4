"""A department whose certificates are kept for five years, on fakes, with a DigiLocker that keeps accounts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from chalicelib.adapters.dynamodb.documents import document
from chalicelib.domain.callers import Caller
from chalicelib.domain.departments.certificate_desk import CertificateDesk
from chalicelib.domain.departments.certificates import Certificate, Holder
from chalicelib.domain.departments.changes import MakeFindable, TakeUri, WriteCertificate
from chalicelib.domain.departments.departments import DocumentType, SearchParameter
from chalicelib.domain.departments.finding import search_keys_of
from chalicelib.domain.departments.issuing import Issuing
from chalicelib.domain.departments.ready_content import ready_key
from chalicelib.domain.departments.removing import Looked, Removing
from chalicelib.domain.departments.verifying import Verified, Verifying
from tests.domain.departments.push_world import ASHAS, DEPARTMENT_ID, PushWorld
from tests.fakes import FakeKeyring

CALLER = Caller("10.0.0.1", "", "request", "en")
TYPE = DocumentType(
    "TRCER",
    {"en": "Trade Registration Certificate", "hi": "व्यापार पंजीकरण प्रमाणपत्र"},
    "Trade",
    (),
    (SearchParameter("REGNO", "number", "Registration number"), SearchParameter("NAME", "holder.name", "Name")),
    "{number}",
    keep_years=5,
)
LAST_DAY = date(2026, 12, 31)
# The first look that finds its years over, and the one that removes it.
OVER = date(2032, 1, 1)
HOLDERS = (Holder("Asha Mehta", date(1985, 7, 21), phone="9876500002"), Holder("Ravi Rao", date(1999, 12, 31)))


@dataclass
class KeepingWorld(PushWorld):
    """One department with a type that is kept for five years after a certificate's last day."""

    keyring: Any = field(default_factory=FakeKeyring)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.change(document_types=(TYPE,))
        self.removing = Removing(self.store, self.documents, self.clock)
        self.desk = CertificateDesk(self.store, self.documents, self.keyring, self.clock)
        self.verifying = Verifying(self.store, self.keyring, self.clock)
        self.issuing = Issuing(self.store, self.clock)

    def issued(self, account: str | None = None, **more: Any) -> Certificate:
        """A certificate that can be found, with both files, the one that a pull reads, and one that a lost run left."""
        made = self.certificate(account, **{"valid_to": LAST_DAY, "holders": HOLDERS, **more})
        folder = f"certificates/{made.department_id}/{made.certificate_id}"
        xml, pdf = self.file(f"{folder}/1.xml", b"<Certificate/>"), self.file(f"{folder}/1.pdf", b"%PDF-1.4")
        self.file(ready_key(xml), b"<Certificate/>%PDF-1.4")
        self.file(f"{folder}/2.pdf", b"%PDF of a run that came second")
        for name in [name for name in self.documents.kept if not name.startswith(("certificates/", "brought/"))]:
            self.documents.remove(name)
        whole = replace(made, xml=xml, pdf=pdf)
        keys = search_keys_of(TYPE, whole)
        self.store.write(
            WriteCertificate(whole),
            TakeUri(whole.uri, whole.certificate_id),
            *(MakeFindable(key, whole) for key in keys),
        )
        return self.read(whole)

    def pushed(self, **more: Any) -> Certificate:
        """A certificate that is in Asha's account."""
        made = self.issued(ASHAS, **more)
        self.run(self.wants(made))
        assert self.digilocker.accounts[made.uri] == ASHAS
        return self.read(made)

    def put(self, certificate: Certificate) -> None:
        """Writes a certificate over the version that was read."""
        self.store.write(WriteCertificate(certificate))

    def at(self, day: date) -> None:
        """Noon of a day in India."""
        self.now = self.now.replace(year=day.year, month=day.month, day=day.day, hour=6, minute=30)

    def look(self) -> list[Looked]:
        """What the schedule does each hour."""
        return list(self.removing.remove_due(1000, lambda: True))

    def looked(self) -> Counter[str]:
        """What a look did, counted."""
        return Counter(one.removal.value for one in self.look())

    def removed(self) -> Counter[str]:
        """What three looks did together, with DigiLocker told in between."""
        done = self.looked()
        for _ in range(2):
            for push in self.due():
                self.run(push)
            self.advance(days=1, seconds=1)
            done += self.looked()
        return done

    def verified(self, certificate: Certificate) -> Verified:
        """What the public page tells."""
        self.now += timedelta(minutes=6)
        return self.verifying.verify(certificate.uri, "10.0.0.1")

    def found(self, certificate: Certificate) -> int:
        """Under how many of its keys a certificate is found."""
        under = ({one.certificate_id for one in self.store.findable(key)} for key in search_keys_of(TYPE, certificate))
        return sum(certificate.certificate_id in ids for ids in under)


def is_nobodys(world: KeepingWorld, certificate: Certificate, *, with_documents: bool = True) -> bool:
    """Whether nothing in the store or among the documents tells of anybody who stands in a certificate."""
    told = repr_of(world, certificate, with_documents=with_documents)
    return not any(word in told for word in ("Asha", "Ravi", "1985", "98765", certificate.number, ASHAS))


def repr_of(world: KeepingWorld, certificate: Certificate, *, with_documents: bool) -> str:
    """Everything that is kept of a certificate; with the names of all documents there are."""
    parts = [document(world.read(certificate)), *(world.documents.kept if with_documents else ())]
    parts += [document(one) for key in search_keys_of(TYPE, certificate) for one in world.store.findable(key)]
    parts += [str(event.facts) for event in world.store.audit_events(f"department:{DEPARTMENT_ID}")]
    return "\n".join(parts)
