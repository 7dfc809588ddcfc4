"""The changes of departments and of DigiLocker as conditional writes; loaded where there is one to write."""

from __future__ import annotations

from functools import singledispatchmethod

from chalicelib.adapters.dynamodb import certificate_rows, department_rows, digilocker_rows
from chalicelib.adapters.dynamodb.department_tables import DepartmentTables
from chalicelib.adapters.dynamodb.write_kinds import Delete, Put, Write, unchanged
from chalicelib.domain.changes import Change
from chalicelib.domain.departments import changes
from chalicelib.domain.digilocker import changes as digilocker


class DepartmentWrites:
    """Turns these changes into writes; `revision` marks every versioned row of one call."""

    def __init__(self, tables: DepartmentTables, revision: str) -> None:
        self.tables = tables
        self.revision = revision

    @singledispatchmethod
    def of(self, change: Change) -> Write:
        """The write for `change`."""
        raise TypeError(type(change).__name__)

    @of.register
    def _(self, change: changes.WriteDepartment) -> Write:
        row, department = self.tables.departments, change.department
        return Put(department_rows.department_row(row, department, self.revision), unchanged(row, department.revision))

    @of.register
    def _(self, change: changes.TakeIssuerId) -> Write:
        row, holder = self.tables.exchange_keys, change.department_id
        made = department_rows.exchange_key_row(row, f"issuer#{change.issuer_id}", holder)
        return Put(made, department_rows.is_free_for(row, holder))

    @of.register
    def _(self, change: changes.WriteCertificate) -> Write:
        row, certificate = self.tables.certificates, change.certificate
        made = certificate_rows.certificate_row(row, certificate, self.revision)
        return Put(made, unchanged(row, certificate.revision))

    @of.register
    def _(self, change: changes.TakeUri) -> Write:
        row, holder = self.tables.exchange_keys, change.certificate_id
        made = department_rows.exchange_key_row(row, department_rows.uri_key(change.uri), holder)
        return Put(made, department_rows.is_free_for(row, holder))

    @of.register
    def _(self, change: changes.MakeFindable) -> Write:
        return Put(certificate_rows.findable_row(self.tables.findables, change.search_key, change.certificate), None)

    @of.register
    def _(self, change: changes.EndFindable) -> Write:
        return Delete(self.tables.findables(change.search_key, change.certificate_id), None)

    @of.register
    def _(self, change: changes.UseOnceFor) -> Write:
        row, holder = self.tables.exchange_keys, change.content_sha256
        made = department_rows.exchange_key_row(row, f"txn#{change.key}", holder, change.keep_until)
        is_free = department_rows.is_free_for(row, holder)
        return Put(made, row.name.does_not_exist() if change.is_first else is_free)

    @of.register
    def _(self, change: changes.WritePush) -> Write:
        row, push = self.tables.pushes, change.push
        return Put(certificate_rows.push_row(row, push, self.revision), unchanged(row, push.revision))

    @of.register
    def _(self, change: changes.RemovePush) -> Write:
        row, push = self.tables.pushes, change.push
        # One that was never read has no revision, and no stored one has an empty one.
        return Delete(row(push.push_id), row.revision == (push.revision or ""))

    @of.register
    def _(self, change: changes.WriteOutage) -> Write:
        row, outage = self.tables.outages, change.outage
        return Put(department_rows.outage_row(row, outage, self.revision), unchanged(row, outage.revision))

    @of.register
    def _(self, change: changes.WritePullRequest) -> Write:
        row, asked = self.tables.pull_requests, change.pull_request
        return Put(department_rows.pull_request_row(row, asked, self.revision), unchanged(row, asked.revision))

    @of.register
    def _(self, change: changes.TakePlace) -> Write:
        row = self.tables.exchange_keys
        name = department_rows.place_key(change.place)
        made = department_rows.exchange_key_row(row, name, change.request_id, change.keep_until)
        is_free = (
            department_rows.is_free_for(row, change.instead_of) if change.instead_of else row.name.does_not_exist()
        )
        return Put(made, is_free)

    @of.register
    def _(self, change: changes.WriteBackfill) -> Write:
        row, backfill = self.tables.backfills, change.backfill
        return Put(department_rows.backfill_row(row, backfill, self.revision), unchanged(row, backfill.revision))

    @of.register
    def _(self, change: changes.WriteBackfillRange) -> Write:
        row, part = self.tables.backfill_ranges, change.backfill_range
        return Put(department_rows.backfill_range_row(row, part, self.revision), unchanged(row, part.revision))

    @of.register
    def _(self, change: digilocker.WriteFetch) -> Write:
        row, fetch = self.tables.fetches, change.fetch
        return Put(digilocker_rows.fetch_row(row, fetch, self.revision), unchanged(row, fetch.revision))

    @of.register
    def _(self, change: digilocker.WriteConsent) -> Write:
        row, consent = self.tables.consents, change.consent
        return Put(digilocker_rows.consent_row(row, consent, self.revision), unchanged(row, consent.revision))

    @of.register
    def _(self, change: digilocker.WriteOwnDocument) -> Write:
        row, own = self.tables.own_documents, change.document
        return Put(digilocker_rows.own_document_row(row, own, self.revision), unchanged(row, own.revision))

    @of.register
    def _(self, change: digilocker.RemoveOwnDocument) -> Write:
        row, own = self.tables.own_documents, change.document
        # One that was never read has no revision, and no stored one has an empty one.
        return Delete(row(own.document_id), row.revision == (own.revision or ""))
