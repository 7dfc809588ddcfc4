"""Indexing anew: where a document type is searched otherwise than before, its certificates are made findable so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from chalicelib.domain.departments.backfills import Backfill, BackfillCounts, BackfillRange
from chalicelib.domain.departments.certificates import Certificate, CertificateStatus
from chalicelib.domain.departments.changes import MakeFindable, WriteCertificate
from chalicelib.domain.departments.finding import search_keys_of
from chalicelib.domain.rounds import in_rounds

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.departments.departments import Department, DocumentType
    from chalicelib.domain.ports import Store

RANGE = 250
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Indexing:
    """Makes certificates findable as their type is searched now; repeated, it changes nothing."""

    store: Store

    def ranges(self, backfill: Backfill) -> Iterator[BackfillRange]:
        """The certificates that were there when the backfill was opened, in ranges of 250, the newest first."""
        certificates = self._certificates(backfill.department_id, backfill.created_at, None)
        number, after = 0, None
        while some := list(islice(certificates, RANGE)):
            start = number * RANGE
            yield BackfillRange(backfill.backfill_id, number, start, start + len(some), start, after=after)
            number, after = number + 1, some[-1].certificate_id

    def index(
        self, part: BackfillRange, opened_at: datetime, department: Department, document_type: DocumentType
    ) -> BackfillCounts:
        """Indexes the certificates of one range; what of them became findable counts as created.

        Those of other types, and those that are not active, are there already; one that has no value for a search
        parameter is refused.
        """
        certificates = self._certificates(department.department_id, opened_at, part.after)
        made = there = refused = 0
        for certificate in islice(certificates, part.end - part.start):
            if certificate.doctype != document_type.code or certificate.status is not CertificateStatus.ACTIVE:
                there += 1
            elif self._indexed(certificate.certificate_id, document_type):
                made += 1
            else:
                refused += 1
        return BackfillCounts(made + there + refused, made, there, refused)

    def _certificates(self, department_id: str, before: datetime, after: str | None) -> Iterator[Certificate]:
        while True:
            page = self.store.certificates_of(department_id, _PAGE, after)
            # Whatever is made from now on is made findable as the type is searched now.
            yield from (one for one in page if one.created_at <= before)
            if len(page) < _PAGE:
                return
            after = page[-1].certificate_id

    def _indexed(self, certificate_id: str, document_type: DocumentType) -> bool:
        """Makes one findable, on the version that was read: one that is revoked meanwhile does not come back."""

        def index() -> bool:
            certificate = self.store.certificate(certificate_id)
            if certificate is None or certificate.status is not CertificateStatus.ACTIVE:
                return True
            keys = search_keys_of(document_type, certificate)
            if keys:
                self.store.write(WriteCertificate(certificate), *(MakeFindable(key, certificate) for key in keys))
            return bool(keys)

        return in_rounds(index)
