"""What the routes of imports take and give: bodies and views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.handlers.bodies import optional_flag, required, sent, sent_number
from chalicelib.handlers.problems import instant
from chalicelib.web.texts import catalogue, text

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.departments.backfills import Backfill
    from chalicelib.domain.ports import UploadForm

_SIZE_AT_MOST = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ImportBody:
    """Which certificates are to be imported."""

    document_type: str = sent(required, "The code of one of the department's document types.", "TRCER", at_most=5)
    size: int = sent_number("The size of the CSV in bytes, at most 209715200.", 1_482_130, at_most=_SIZE_AT_MOST)
    dry_run: bool = optional_flag("Whether rows are judged and counted only, and nothing is written.")


@dataclass(frozen=True, slots=True)
class IndexingBody:
    """Which certificates are to be made findable anew."""

    document_type: str = sent(required, "The code of one of the department's document types.", "TRCER", at_most=5)


@dataclass(frozen=True, slots=True)
class ImportCountsView:
    """What became of the rows so far."""

    rows: int
    created: int
    there_already: int
    refused: int


@dataclass(frozen=True, slots=True)
class ImportView:
    """An import: `ranges_done` of `ranges` parts of the file are through."""

    import_id: str
    document_type: str
    kind: str
    dry_run: bool
    status: str
    created_at: str
    started_at: str | None
    ended_at: str | None
    size: int | None
    ranges: int
    ranges_done: int
    counts: ImportCountsView
    trouble: str | None
    report_url: str | None


@dataclass(frozen=True, slots=True)
class ImportsView:
    """A department's imports, the newest first, 50 at most."""

    imports: list[ImportView]


@dataclass(frozen=True, slots=True)
class NewImportView:
    """Where the CSV is posted: `fields` first, then the file in a field `file`."""

    import_id: str
    url: str
    fields: dict[str, str]
    expires_at: str


def import_view(backfill: Backfill, report_url: str | None, language: str) -> ImportView:
    """An import as its department sees it."""
    counts = backfill.counts
    return ImportView(
        import_id=backfill.backfill_id,
        document_type=backfill.doctype,
        kind=backfill.kind.value,
        dry_run=backfill.is_dry_run,
        status=backfill.status.value,
        created_at=instant(backfill.created_at),
        started_at=_instant(backfill.started_at),
        ended_at=_instant(backfill.ended_at),
        size=backfill.size,
        ranges=backfill.ranges,
        ranges_done=backfill.ranges_done,
        counts=ImportCountsView(counts.rows, counts.created, counts.there_already, counts.refused),
        trouble=trouble_text(backfill.trouble, language) if backfill.trouble else None,
        report_url=report_url,
    )


def new_import_view(backfill: Backfill, form: UploadForm) -> NewImportView:
    """Where to post the file."""
    return NewImportView(backfill.backfill_id, form.url, dict(form.fields), instant(form.expires_at))


def trouble_text(trouble: str, language: str) -> str:
    """Why an import ended, in plain words: `<code>` or `<code>:<detail>`."""
    code, _, detail = trouble.partition(":")
    key = f"trouble.{code}"
    if key not in catalogue(language):
        return text(language, "trouble.unknown")
    return text(language, key, **({"detail": detail} if detail else {}))


def _instant(moment: datetime | None) -> str | None:
    return instant(moment) if moment else None
