"""What the routes of a department's statistics give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.departments.self_test import ADVISED
from chalicelib.domain.departments.statistics import Counted
from chalicelib.domain.departments.statistics_desk import WAITING_AT_MOST
from chalicelib.handlers.problems import instant
from chalicelib.web.texts import catalogue, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.domain.departments.self_test import Finding
    from chalicelib.domain.departments.statistics import Trouble
    from chalicelib.domain.departments.statistics_desk import Silence, Statistics


@dataclass(frozen=True, slots=True)
class DayView:
    """What was counted on one day of India's clock."""

    day: str
    issued: int
    findable: int
    pulled: int
    not_found: int
    pending: int
    refused: int
    pushed: int
    failed: int
    revoked: int
    removed: int


@dataclass(frozen=True, slots=True)
class TotalsView:
    """What was counted on all the days together."""

    issued: int
    findable: int
    pulled: int
    not_found: int
    pending: int
    refused: int
    pushed: int
    failed: int
    revoked: int
    removed: int


@dataclass(frozen=True, slots=True)
class TroubleView:
    """Something that went wrong, in plain words."""

    at: str
    code: str
    text: str
    certificate_id: str | None


@dataclass(frozen=True, slots=True)
class SilenceView:
    """Since when DigiLocker does not answer, and how many pushes wait; `is_more`: that many or more."""

    since: str
    waiting: int
    is_more: bool


@dataclass(frozen=True, slots=True)
class StatisticsView:
    """How a department fares: the oldest day first, the newest trouble first."""

    days: list[DayView]
    totals: TotalsView
    troubles: list[TroubleView]
    silence: SilenceView | None


@dataclass(frozen=True, slots=True)
class FindingOfTestView:
    """What one check of the self-test found; `advice` says how to mend what fails."""

    check: str
    outcome: str
    text: str
    advice: str


@dataclass(frozen=True, slots=True)
class SelfTestView:
    """What the self-test found, in the order in which a set-up is made."""

    findings: list[FindingOfTestView]


def statistics_view(found: Statistics, language: str) -> StatisticsView:
    """The statistics in the reader's language."""
    return StatisticsView(
        [DayView(day.day.isoformat(), **_numbers(day.counts)) for day in found.days],
        TotalsView(**_numbers(found.totals)),
        [_trouble_view(one, language) for one in found.troubles],
        _silence_view(found.silence) if found.silence else None,
    )


def _silence_view(silence: Silence) -> SilenceView:
    return SilenceView(instant(silence.since), silence.waiting, silence.waiting >= WAITING_AT_MOST)


def _numbers(counts: Mapping[Counted, int]) -> dict[str, int]:
    return {what.value: counts[what] for what in Counted}


def self_test_view(findings: tuple[Finding, ...], language: str) -> SelfTestView:
    """The findings in the reader's language."""
    return SelfTestView([_finding_view(one, language) for one in findings])


def _finding_view(one: Finding, language: str) -> FindingOfTestView:
    key = f"self_test.{one.code.value}"
    advice = [trouble_told(one.trouble, language)] if one.trouble else []
    if one.code in ADVISED:
        advice.append(text(language, f"{key}.advice", **one.values))
    return FindingOfTestView(one.code.value, one.outcome.value, text(language, key, **one.values), " ".join(advice))


def trouble_told(code: str, language: str) -> str:
    """What went wrong, in plain words; a code that has none is told as unknown."""
    key = f"trouble.{code}"
    return text(language, key) if key in catalogue(language) else text(language, "trouble.unknown")


def _trouble_view(one: Trouble, language: str) -> TroubleView:
    return TroubleView(instant(one.at), one.code, trouble_told(one.code, language), one.certificate_id)
