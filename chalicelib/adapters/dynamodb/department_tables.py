"""The tables of departments and of DigiLocker; a part of `tables.Tables`. Row classes are loaded on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pynamodb.models import Model

if TYPE_CHECKING:
    from chalicelib.adapters.dynamodb.certificate_rows import CertificateRow, FindableRow, PushRow
    from chalicelib.adapters.dynamodb.department_rows import (
        BackfillRangeRow,
        BackfillRow,
        DepartmentDayRow,
        DepartmentRow,
        ExchangeKeyRow,
        OutageRow,
        PullRequestRow,
        TroubleRow,
    )
    from chalicelib.adapters.dynamodb.digilocker_rows import ConsentRow, FetchRow, OwnDocumentRow

Row = TypeVar("Row", bound=Model)


class DepartmentTables:
    """The row classes of what departments issue and of what people fetch."""

    @property
    def departments(self) -> type[DepartmentRow]:
        """Departments."""
        from chalicelib.adapters.dynamodb.department_rows import DepartmentRow  # noqa: PLC0415

        return self._table(DepartmentRow, "DEPARTMENTS_TABLE")

    @property
    def exchange_keys(self) -> type[ExchangeKeyRow]:
        """Names that are given once: URIs, issuer ids, transactions."""
        from chalicelib.adapters.dynamodb.department_rows import ExchangeKeyRow  # noqa: PLC0415

        return self._table(ExchangeKeyRow, "EXCHANGE_KEYS_TABLE")

    @property
    def certificates(self) -> type[CertificateRow]:
        """Certificates."""
        from chalicelib.adapters.dynamodb.certificate_rows import CertificateRow  # noqa: PLC0415

        return self._table(CertificateRow, "CERTIFICATES_TABLE")

    @property
    def findables(self) -> type[FindableRow]:
        """Certificates under their search keys."""
        from chalicelib.adapters.dynamodb.certificate_rows import FindableRow  # noqa: PLC0415

        return self._table(FindableRow, "FINDABLES_TABLE")

    @property
    def outages(self) -> type[OutageRow]:
        """Outages, beside the counters: one that is lost costs nothing but some calls."""
        from chalicelib.adapters.dynamodb.department_rows import OutageRow  # noqa: PLC0415

        return self._table(OutageRow, "LIMITS_TABLE")

    @property
    def pushes(self) -> type[PushRow]:
        """Pushes."""
        from chalicelib.adapters.dynamodb.certificate_rows import PushRow  # noqa: PLC0415

        return self._table(PushRow, "PUSHES_TABLE")

    @property
    def pull_requests(self) -> type[PullRequestRow]:
        """Pending pulls."""
        from chalicelib.adapters.dynamodb.department_rows import PullRequestRow  # noqa: PLC0415

        return self._table(PullRequestRow, "PULL_REQUESTS_TABLE")

    @property
    def backfills(self) -> type[BackfillRow]:
        """Backfills."""
        from chalicelib.adapters.dynamodb.department_rows import BackfillRow  # noqa: PLC0415

        return self._table(BackfillRow, "BACKFILLS_TABLE")

    @property
    def backfill_ranges(self) -> type[BackfillRangeRow]:
        """Checkpoints of backfills."""
        from chalicelib.adapters.dynamodb.department_rows import BackfillRangeRow  # noqa: PLC0415

        return self._table(BackfillRangeRow, "BACKFILL_RANGES_TABLE")

    @property
    def department_days(self) -> type[DepartmentDayRow]:
        """Counts of departments by day."""
        from chalicelib.adapters.dynamodb.department_rows import DepartmentDayRow  # noqa: PLC0415

        return self._table(DepartmentDayRow, "DEPARTMENT_DAYS_TABLE")

    @property
    def troubles(self) -> type[TroubleRow]:
        """Troubles of departments."""
        from chalicelib.adapters.dynamodb.department_rows import TroubleRow  # noqa: PLC0415

        return self._table(TroubleRow, "TROUBLES_TABLE")

    @property
    def fetches(self) -> type[FetchRow]:
        """Fetches."""
        from chalicelib.adapters.dynamodb.digilocker_rows import FetchRow  # noqa: PLC0415

        return self._table(FetchRow, "FETCHES_TABLE")

    @property
    def consents(self) -> type[ConsentRow]:
        """Consents."""
        from chalicelib.adapters.dynamodb.digilocker_rows import ConsentRow  # noqa: PLC0415

        return self._table(ConsentRow, "CONSENTS_TABLE")

    @property
    def own_documents(self) -> type[OwnDocumentRow]:
        """People's own documents."""
        from chalicelib.adapters.dynamodb.digilocker_rows import OwnDocumentRow  # noqa: PLC0415

        return self._table(OwnDocumentRow, "OWN_DOCUMENTS_TABLE")

    def _table(self, row: type[Row], setting: str) -> type[Row]:
        raise NotImplementedError
