"""Until when a certificate is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.departments import keeping
from chalicelib.domain.departments.certificates import Certificate, CertificateStatus, Holder, PreparedFile
from tests.domain.departments.keeping_world import TYPE

FIVE = TYPE
FOR_EVER = replace(TYPE, keep_years=None)
_DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
_YEARS = st.integers(1, 100)


def certificate(status: CertificateStatus = CertificateStatus.ACTIVE, **more: object) -> Certificate:
    made = Certificate(
        "c" * 22, "d" * 22, "TRCER", "TR/1", "in.gov.tn.example-TRCER-BCDFGHJKLM", "BCDFGHJKLM",
        (Holder("Asha Mehta", date(1985, 7, 21)),), {"trade": "Coir"}, date(2020, 4, 1), status,
        datetime(2026, 11, 2, 4, 30, tzinfo=UTC), "import:1",
        pdf=PreparedFile("certificates/1.pdf", "ab" * 32, 1),
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def test_whole_years_after_its_last_day() -> None:
    ends = certificate(valid_to=date(2026, 3, 31))
    assert keeping.kept_until(FIVE, ends) == date(2031, 3, 31)
    assert not keeping.is_over(FIVE, ends, date(2031, 3, 31))
    assert keeping.is_over(FIVE, ends, date(2031, 4, 1))


def test_where_there_is_no_29_february_it_is_kept_a_day_longer() -> None:
    ends = certificate(valid_to=date(2028, 2, 29))
    assert keeping.kept_until(FIVE, ends) == date(2033, 3, 1)
    assert keeping.kept_until(replace(FIVE, keep_years=4), ends) == date(2032, 2, 29)


def test_from_its_revocation_where_that_came_first_by_indias_calendar() -> None:
    # A quarter past midnight in India.
    revoked_at = datetime(2027, 12, 31, 18, 45, tzinfo=UTC)
    revoked = certificate(CertificateStatus.REVOKED, revoked_at=revoked_at)
    assert keeping.kept_until(FIVE, revoked) == date(2033, 1, 1)
    assert keeping.kept_until(FIVE, replace(revoked, valid_to=date(2040, 1, 1))) == date(2033, 1, 1)
    assert keeping.kept_until(FIVE, replace(revoked, valid_to=date(2026, 1, 1))) == date(2031, 1, 1)


@pytest.mark.parametrize(
    "kept",
    [
        certificate(),
        certificate(CertificateStatus.PREPARING, valid_to=date(2000, 1, 1)),
        certificate(CertificateStatus.ENDING, valid_to=date(2000, 1, 1)),
        certificate(CertificateStatus.REMOVED, valid_to=date(2000, 1, 1), holders=()),
        certificate(CertificateStatus.FAILED, holders=()),
    ],
)
def test_what_does_not_end_is_kept_for_ever(kept: Certificate) -> None:
    assert keeping.kept_until(FIVE, kept) is None
    assert not keeping.is_over(FIVE, kept, date.max)


def test_without_a_period_or_a_type_it_is_kept_for_ever() -> None:
    ended = certificate(valid_to=date(1950, 1, 1))
    assert keeping.kept_until(FOR_EVER, ended) is None
    assert keeping.kept_until(None, ended) is None
    assert not keeping.is_over(None, ended, date.max)


def test_one_that_could_not_be_made_is_kept_from_the_day_on_which_it_was_brought_last() -> None:
    failed = certificate(CertificateStatus.FAILED, pdf=None)
    assert keeping.kept_until(FIVE, failed) == date(2031, 11, 2)
    again = replace(failed, brought_again_at=datetime(2030, 1, 1, 12, tzinfo=UTC))
    assert keeping.kept_until(FIVE, again) == date(2035, 1, 1)


def test_the_calendars_end_is_no_error() -> None:
    assert keeping.kept_until(FIVE, certificate(valid_to=date(9999, 1, 1))) == date.max
    assert keeping.ended_before(100, date(50, 1, 1)) == date.min


@given(_DAYS, _YEARS)
def test_never_a_day_too_early(day: date, years: int) -> None:
    until = keeping.later(day, years)
    assert until.year == day.year + years
    assert (until.month, until.day) >= (day.month, day.day)
    assert until - day >= timedelta(days=365 * years)


@given(_DAYS, _DAYS, _YEARS)
def test_a_later_end_and_a_longer_period_never_let_it_go_earlier(one: date, other: date, years: int) -> None:
    first, last = sorted((one, other))
    assert keeping.later(first, years) <= keeping.later(last, years)
    assert keeping.later(first, years) < keeping.later(first, years + 1)


@given(_DAYS, _DAYS, _YEARS)
def test_what_is_over_is_looked_for(day: date, today: date, years: int) -> None:
    rule = replace(FIVE, keep_years=years)
    before = keeping.ended_before(years, today)
    if keeping.is_over(rule, certificate(valid_to=day), today):
        assert day < before
    elif day < before:
        # Only around a 29 February is one looked for that is to be kept a day more.
        assert (day.month, day.day) == (2, 29)


@given(_DAYS, _DAYS, _YEARS)
def test_what_would_not_be_kept_is_not_taken(day: date, today: date, years: int) -> None:
    rule = replace(FIVE, keep_years=years)
    assert keeping.is_too_late(rule, day, today) == keeping.is_over(rule, certificate(valid_to=day), today)
    assert not keeping.is_too_late(rule, None, today)
    assert not keeping.is_too_late(FOR_EVER, day, today)


def test_what_is_left_names_nobody() -> None:
    whole = certificate(
        CertificateStatus.ENDING, revoked_at=datetime(2026, 1, 1, tzinfo=UTC), revoked_because="Asha asked.",
        valid_to=date(2027, 1, 1), revision="1",
    )  # fmt: skip
    left = keeping.emptied(whole)
    assert left.status is CertificateStatus.REMOVED
    assert (left.uri, left.valid_to, left.revoked_at, left.revision) == (
        whole.uri, whole.valid_to, whole.revoked_at, "1",
    )  # fmt: skip
    assert (left.holders, left.fields, left.number, left.issued_by) == ((), {}, "", "")
    assert (left.pdf, left.xml, left.account, left.brought_pdf, left.revoked_because) == (None,) * 5


def test_what_was_never_made_is_left_as_failed_and_can_be_brought_anew() -> None:
    left = keeping.emptied(certificate(CertificateStatus.ENDING, pdf=None))
    assert (left.status, left.trouble) == (CertificateStatus.FAILED, keeping.KEPT_NO_LONGER)
