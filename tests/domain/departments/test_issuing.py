"""Issuing: each certificate once, whatever is repeated; its URI for ever."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.departments import uris
from chalicelib.domain.departments.bringing import parse_date
from chalicelib.domain.departments.certificates import Certificate, CertificateStatus, PushState
from chalicelib.domain.departments.changes import WriteCertificate
from chalicelib.domain.departments.departments import DepartmentLimits, DepartmentRole, DepartmentStatus
from chalicelib.domain.departments.issuing import IssuedOutcome, Write, parse_row
from chalicelib.domain.departments.making import Made
from chalicelib.domain.departments.publishing import push_id_of
from chalicelib.domain.departments.pushes import PushAction, PushStatus
from chalicelib.domain.departments.signing import Hindrance
from chalicelib.domain.departments.statistics import Counted
from chalicelib.domain.refusals import Code, FieldProblem, Refusal
from tests.domain.departments.certificate_world import ACCOUNT, CALLER, NOW, OWN_PDFS, ROW, TYPE, World, row


def outcomes(world: World, *rows: object, mode: Write = Write.REAL) -> list[str]:
    return [one.outcome.value for one in world.issue(*rows, mode=mode)]  # type: ignore[arg-type]


def reasons(values: dict[str, str]) -> dict[str, str]:
    with pytest.raises(Refusal) as refused:
        parse_row(TYPE, values)
    assert refused.value.code is Code.INVALID_FIELDS
    return {name: error.reason for name, error in refused.value.errors.items()}


def test_the_same_again_is_there_already_and_other_content_is_a_conflict() -> None:
    world = World()
    assert outcomes(world, row()) == ["created"]
    first = world.certificate()
    world.pass_by(days=1)
    assert outcomes(world, row(), row(trade_name="Another")) == ["there_already", "conflict"]
    assert world.certificate() == first


def test_one_number_twice_in_one_call() -> None:
    world = World()
    assert outcomes(world, row(), row(), row(trade_name="Another")) == ["created", "there_already", "conflict"]
    assert world.certificate().fields["trade_name"] == ROW["trade_name"]


def test_two_departments_may_have_one_number() -> None:
    world = World()
    other = replace(world.department, department_id="anotherdepartment00000", issuer_id="in.gov.tn.other")
    assert outcomes(world, row()) == ["created"]
    (issued,) = world.issuing.issue(other, [row()], "test")
    assert issued.outcome is IssuedOutcome.CREATED
    assert issued.certificate_id != world.certificate().certificate_id


def test_a_dry_run_says_the_same_and_writes_nothing() -> None:
    world = World()
    world.issue(row())
    writes = world.store.writes
    rows = (row(), row(number="TR/2"), row(trade_name="Another"), row(number="TR/3", issued_on="2999-01-01"))
    dry = outcomes(world, *rows, mode=Write.DRY)
    assert world.store.writes == writes
    assert dry == ["there_already", "created", "conflict", "refused"]
    assert outcomes(world, *rows) == dry


def test_many_come_in_few_writes_and_are_counted() -> None:
    world = World()
    writes = world.store.writes
    assert set(outcomes(world, *(row(number=f"TR/{place}") for place in range(120)))) == {"created"}
    assert world.store.writes - writes <= 8
    (day,) = world.store.department_days(world.department_id, NOW.date(), NOW.date())
    assert day.counts[Counted.ISSUED] == 120


def test_a_uri_that_is_taken_gives_way_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.issue(row())
    taken = world.certificate().doc_id
    again = chain(repeat(taken, 3), repeat("ZZZZZZZZZZ"))
    monkeypatch.setattr(uris, "new_doc_id", lambda: next(again))
    assert outcomes(world, row(number="TR/2")) == ["created"]
    assert world.certificate("TR/2").doc_id == "ZZZZZZZZZZ"
    assert world.store.certificate_of(world.certificate().uri) == world.certificate().certificate_id


def test_a_docid_is_ten_letters_that_nobody_mistakes() -> None:
    made = {uris.new_doc_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{10}", one) for one in made)
    assert all(uris.is_uri(uris.uri_of("in.gov.some-state.dept", "TRCER", one)) for one in made)


def test_one_that_could_not_be_made_is_put_right_under_its_uri() -> None:
    world = World()
    world.printer.hindrance = Hindrance.SIGN_WITHOUT_LETTERS
    failed = world.made(trade_name="☃")
    assert failed.status is CertificateStatus.FAILED
    assert outcomes(world, row(trade_name="Snow")) == ["created"]
    again = world.certificate()
    assert (again.status, again.uri, again.fields["trade_name"]) == (CertificateStatus.PREPARING, failed.uri, "Snow")


def test_what_was_revoked_does_not_come_back() -> None:
    world = World()
    made = world.made()
    world.desk.revoke(world.department_id, made.certificate_id, "Wrong person.", "test", CALLER)
    assert outcomes(world, row()) == ["there_already"]
    assert world.certificate().status is CertificateStatus.REVOKED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": DepartmentStatus.SUSPENDED}, Code.DEPARTMENT_SUSPENDED),
        ({"roles": frozenset({DepartmentRole.REQUESTER})}, Code.NOT_PERMITTED),
        ({"document_types": ()}, Code.INVALID_FIELDS),
        ({"limits": DepartmentLimits(certificates_a_day=1)}, Code.TOO_MANY_REQUESTS),
    ],
)
def test_who_may_not_issue_is_told_so(changes: dict[str, object], code: Code) -> None:
    world = World()
    world.issue(row(number="TR/0"))
    world.change(**changes)
    with pytest.raises(Refusal) as refused:
        world.issue(row())
    assert refused.value.code is code


def test_a_row_is_read_with_all_its_holders() -> None:
    read = row(
        holder_name="A Kumar; B Singh",
        holder_born_on="1980-01-02; 03-04-1990",
        holder_gender="f;",
        holder_phone="; +91 98765 43210",
        valid_from="01-02-2026",
        valid_to="2027-01-31",
        **ACCOUNT,
    )
    first, second = read.holders
    assert (first.name, first.born_on, first.gender, first.phone) == ("A Kumar", date(1980, 1, 2), "F", "")
    assert (second.name, second.born_on, second.gender, second.phone) == ("B Singh", date(1990, 4, 3), "", "9876543210")
    assert read.valid_to == date(2027, 1, 31)
    assert read.account is not None
    assert read.account.digilocker_id == ACCOUNT["digilocker_id"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"number": " "}, {"number": "required"}),
        ({"number": "x" * 65}, {"number": "too_long"}),
        ({"number": "TR\u202e1"}, {"number": "certificate_characters"}),
        ({"holder_name": ""}, {"holder_name": "required"}),
        ({"holder_born_on": "31-02-1980"}, {"holder_born_on": "date_invalid"}),
        ({"holder_born_on": "05/01/1980"}, {"holder_born_on": "date_invalid"}),
        ({"holder_born_on": "1980-01-01;1981-01-01"}, {"holder_born_on": "holders_uneven"}),
        ({"holder_gender": "x"}, {"holder_gender": "gender_unknown"}),
        ({"holder_phone": "12345"}, {"holder_phone": "mobile_invalid"}),
        ({"issued_on": "٠١-٠١-٢٠٢٦"}, {"issued_on": "date_invalid"}),
        ({"valid_to": "2020-01-01"}, {"valid_to": "date_before_begin"}),
        ({"digilocker_id": ACCOUNT["digilocker_id"]}, {"push_consented_on": "required"}),
        ({"digilocker_id": "x", "push_consented_on": "01-01-2026"}, {"digilocker_id": "digilocker_id_invalid"}),
        ({"trade_name": ""}, {"trade_name": "required"}),
        ({"trade_name": "x" * 501}, {"trade_name": "too_long"}),
        ({"aadhaar": "1"}, {"aadhaar": "unknown_field"}),
        ({"number": "", "trade_name": ""}, {"number": "required", "trade_name": "required"}),
    ],
)
def test_everything_that_is_wrong_with_a_row_is_told_at_once(changes: dict[str, str], expected: dict[str, str]) -> None:
    assert reasons({**ROW, **changes}) == expected


def test_a_type_without_a_template_wants_the_departments_own_pdf() -> None:
    with pytest.raises(Refusal) as refused:
        parse_row(OWN_PDFS, ROW)
    assert {name: one.reason for name, one in refused.value.errors.items()} == {"upload_id": "certificate_pdf_required"}


@given(st.dates(date(1850, 1, 1), date(2999, 12, 31)))
def test_a_date_is_read_both_ways(day: date) -> None:
    assert parse_date(f"{day:%d-%m-}{day.year:04}") == parse_date(day.isoformat()) == day


@given(st.text(max_size=12))
def test_whatever_is_written_as_a_date_is_a_date_or_refused(text: str) -> None:
    with suppress(FieldProblem):
        assert 1850 <= parse_date(text).year <= 9999


def test_nobody_has_agreed_on_a_day_that_is_still_to_come() -> None:
    """The push goes out as soon as the certificate is made: it needs a consent that was given."""
    world = World()
    (tomorrow,) = world.issue(row(**{**ACCOUNT, "push_consented_on": "23-11-2026"}))
    assert (tomorrow.outcome, tomorrow.reason) == (IssuedOutcome.REFUSED, "consent_in_future")
    (today,) = world.issue(row(**{**ACCOUNT, "push_consented_on": "22-11-2026"}))
    assert today.outcome is IssuedOutcome.CREATED


ANOTHER = {**ACCOUNT, "digilocker_id": "999e4567-e89b-12d3-a456-426655440000"}


def test_an_account_that_comes_later_is_added_and_pushed_to() -> None:
    world = World()
    world.made()
    writes = world.store.writes
    assert outcomes(world, row(**ACCOUNT), mode=Write.DRY) == ["there_already"]
    assert world.store.writes == writes
    assert outcomes(world, row(**ACCOUNT)) == ["there_already"]
    known = world.certificate()
    assert known.account == row(**ACCOUNT).account
    push = world.store.push(push_id_of(known, PushAction.ADD))
    assert push is not None
    assert (push.status, push.due_at, world.store.writes - writes) == (PushStatus.DUE, world.now, 1)
    # The same again, or without the account, changes nothing.
    assert outcomes(world, row(**ACCOUNT), row()) == ["there_already", "there_already"]
    assert (world.certificate(), world.store.writes - writes) == (known, 1)


def test_an_account_that_comes_while_its_certificate_is_made_is_pushed_to_once_it_is() -> None:
    world = World()
    world.issue(row())
    assert outcomes(world, row(**ACCOUNT)) == ["there_already"]
    assert world.store.push(push_id_of(world.certificate(), PushAction.ADD)) is None
    (made,) = world.making.make([world.certificate().certificate_id])
    assert (made.made, world.certificate().account) == (Made.MADE, row(**ACCOUNT).account)
    assert world.store.push(push_id_of(world.certificate(), PushAction.ADD)) is not None


def test_of_rows_that_come_at_once_the_account_is_taken_from_whichever_has_one() -> None:
    world = World()
    rows = (row(), row(**ACCOUNT), row(**ANOTHER))
    assert outcomes(world, *rows, mode=Write.DRY) == ["created", "there_already", "conflict"]
    assert outcomes(world, *rows) == ["created", "there_already", "conflict"]
    assert world.certificate().account == row(**ACCOUNT).account


def test_another_account_never_takes_the_place_of_the_one_that_is_there() -> None:
    world = World()
    made = world.made(**ACCOUNT)
    (refused,) = world.issue(row(**ANOTHER))
    assert (refused.outcome, refused.reason) == (IssuedOutcome.CONFLICT, "certificate_account_differs")
    (same,) = world.issue(row(**{**ACCOUNT, "digilocker_id": ACCOUNT["digilocker_id"].upper()}))
    assert same.outcome is IssuedOutcome.THERE_ALREADY
    assert world.certificate() == made


def test_what_was_revoked_takes_no_account() -> None:
    world = World()
    made = world.made()
    world.desk.revoke(world.department_id, made.certificate_id, "Wrong person.", "test", CALLER)
    assert outcomes(world, row(**ACCOUNT)) == ["there_already"]
    assert world.certificate().account is None


def test_an_account_is_added_whatever_else_becomes_of_its_certificate_meanwhile() -> None:
    world = World()
    made = world.made()
    read, moments = world.store.certificate, iter([True])

    def meanwhile(certificate_id: str) -> Certificate | None:
        found = read(certificate_id)
        if found is not None and next(moments, False):
            world.store.write(WriteCertificate(replace(found, push=PushState.PARKED)))
        return found

    world.store.certificate = meanwhile  # type: ignore[method-assign]
    assert outcomes(world, row(**ACCOUNT)) == ["there_already"]
    known = read(made.certificate_id)
    assert known is not None
    assert (known.push, known.account) == (PushState.PARKED, row(**ACCOUNT).account)
