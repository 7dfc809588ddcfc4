"""What the store reads of fetches, consents and people's own documents; a part of `store.DynamoDbStore`.

The rows are imported where they are read: what has nothing to do with DigiLocker starts without them.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.adapters.dynamodb.failures import translated
from chalicelib.adapters.dynamodb.reading import row_of, rows_of
from chalicelib.adapters.dynamodb.tables import Tables

if TYPE_CHECKING:
    from chalicelib.domain.accounts.owners import OwnerKey
    from chalicelib.domain.digilocker.consents import Consent
    from chalicelib.domain.digilocker.fetches import Fetch
    from chalicelib.domain.digilocker.own_documents import OwnDocument


class DigiLockerReads:
    """The reads of `ports.Store` that are about what people fetch from DigiLocker."""

    tables: Tables

    def fetch(self, fetch_id: str) -> Fetch | None:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.digilocker_rows import fetch_of  # noqa: PLC0415

        row = row_of(self.tables.fetches, fetch_id)
        return fetch_of(row) if row else None

    def consent(self, consent_id: str) -> Consent | None:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.digilocker_rows import consent_of  # noqa: PLC0415

        row = row_of(self.tables.consents, consent_id)
        return consent_of(row) if row else None

    def consents_of(self, owner: OwnerKey) -> tuple[Consent, ...]:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.digilocker_rows import consent_of  # noqa: PLC0415

        table = self.tables.consents
        with translated():
            found = [row.consent_id for row in table.by_owner.query(owner)]
        consents = map(consent_of, rows_of(table, found))
        return tuple(sorted(consents, key=lambda consent: consent.given_at, reverse=True))

    def consents_to_end(self, now: datetime, at_most: int) -> tuple[str, ...]:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.digilocker_rows import TO_END, ends_by  # noqa: PLC0415

        table = self.tables.consents
        with translated():
            found = table.still_to_end.query(TO_END, ends_by(table, now), limit=at_most)
            return tuple(row.consent_id for row in found)

    def own_document(self, document_id: str) -> OwnDocument | None:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.digilocker_rows import own_document_of  # noqa: PLC0415

        row = row_of(self.tables.own_documents, document_id)
        return own_document_of(row) if row else None

    def own_documents_of(self, owner: OwnerKey) -> tuple[OwnDocument, ...]:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.digilocker_rows import own_document_of  # noqa: PLC0415

        table = self.tables.own_documents
        with translated():
            found = [row.document_id for row in table.by_owner.query(owner)]
        documents = map(own_document_of, rows_of(table, found))
        return tuple(sorted(documents, key=lambda own: own.fetched_at, reverse=True))

    def own_documents_to_review(self, at_most: int) -> tuple[OwnDocument, ...]:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb import digilocker_rows  # noqa: PLC0415

        table = self.tables.own_documents
        with translated():
            waiting = table.waits_for_review.query(digilocker_rows.TO_REVIEW, limit=at_most)
            rows = rows_of(table, [row.document_id for row in waiting])
        documents = filter(digilocker_rows.waits_for_review, map(digilocker_rows.own_document_of, rows))
        return tuple(sorted(documents, key=lambda own: own.fetched_at))
