"""Departments are entered by administrators: each deed once, audited, and its issuer id its own for ever."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.account import Role
from chalicelib.domain.changes import StoreUnavailable
from chalicelib.domain.departments.certificates import Certificate, CertificateStatus, Holder, certificate_id_of
from chalicelib.domain.departments.changes import WriteCertificate
from chalicelib.domain.departments.departments import (
    Department,
    DepartmentLimits,
    DepartmentRole,
    DepartmentStatus,
    DigiLockerClient,
    PullApi,
    PullKind,
    SearchParameter,
)
from chalicelib.domain.departments.onboarding import Details, parse_issuer_id
from chalicelib.domain.refusals import FieldProblem, Refusal
from tests.domain.departments.desk_world import DETAILS, NAMES, TRADE, Desks
from tests.domain.staff.world import CALLER

API = PullApi("", PullKind.PULL_URI, ("TRCER",), "trade01")


@pytest.fixture
def desks() -> Desks:
    return Desks()


def refusal_of(deed: Any, *arguments: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        deed(*arguments)
    return refused.value


def certificate_of(department: Department, number: str = "TN/1", doctype: str = "TRCER") -> Certificate:
    return Certificate(
        certificate_id=certificate_id_of(department.department_id, doctype, number),
        department_id=department.department_id,
        doctype=doctype,
        number=number,
        uri=f"{department.issuer_id}-{doctype}-{number}",
        doc_id=number,
        holders=(Holder("Asha Rao", date(1980, 2, 3)),),
        fields={"trade_name": "Coir", "ward": "12"},
        issued_on=date(2026, 4, 1),
        status=CertificateStatus.ACTIVE,
        created_at=department.created_at,
        issued_by="import",
    )


class TestIssuerIds:
    @pytest.mark.parametrize("value", ["in.gov.trade.tn", " IN.Gov.Trade.TN ", "maharashtra.gov.in", "in.gov.dept2"])
    def test_are_as_digilocker_gives_them(self, value: str) -> None:
        assert parse_issuer_id(value) == value.strip().lower()

    @pytest.mark.parametrize(
        "value", ["", "in", "in.gov-tn", "in..gov", ".in.gov", "in.gov.", "in gov", "इन.गव", "a.b\nc"]
    )
    def test_of_another_form_are_refused(self, value: str) -> None:
        with pytest.raises(FieldProblem):
            parse_issuer_id(value)

    @given(st.text(max_size=30))
    def test_never_hold_what_a_uri_is_cut_at(self, value: str) -> None:
        with contextlib.suppress(FieldProblem):
            assert "-" not in parse_issuer_id(value)

    def test_are_given_once(self, desks: Desks) -> None:
        desks.opened()
        other = Details({"en": "Another", "hi": "दूसरा"}, DETAILS.roles)
        refused = refusal_of(desks.desk.open, desks.chief, "in.gov.trade.tn", other, CALLER)
        assert (refused.code, list(refused.errors)) == ("issuer_id_taken", ["issuer_id"])
        assert len(desks.store.departments()) == 1

    def test_stay_when_everything_else_changes(self, desks: Desks) -> None:
        made = desks.opened()
        client = DigiLockerClient("TRADE01", "Trade registration")
        after = Details(
            {"en": "New", "hi": "नया"}, frozenset(DepartmentRole), client, DepartmentLimits(1, 2, 3), "alias/trade"
        )
        changed = desks.desk.change(desks.chief, made.department_id, after, CALLER)
        assert changed == desks.stored(made)
        assert (changed.issuer_id, changed.department_id) == (made.issuer_id, made.department_id)
        assert (changed.name["hi"], changed.client, changed.limits.pulls_a_minute) == ("नया", client, 2)
        assert (changed.signing_key, changed.roles) == ("alias/trade", frozenset(DepartmentRole))


class TestEntering:
    def test_again_after_a_lost_answer_is_entering_once(self, desks: Desks) -> None:
        desks.store.lose_answers = 1
        with pytest.raises(StoreUnavailable):
            desks.opened()
        again = desks.opened()
        assert desks.store.departments() == (again,)

    def test_again_is_refused_once_something_was_changed(self, desks: Desks) -> None:
        desks.ready()
        assert refusal_of(desks.opened).code == "issuer_id_taken"

    def test_another_administrator_does_not_enter_the_same(self, desks: Desks) -> None:
        desks.opened()
        other = desks.administrator("chennai")
        assert refusal_of(desks.desk.open, other, "in.gov.trade.tn", DETAILS, CALLER).code == "issuer_id_taken"

    def test_is_audited_with_the_administrator(self, desks: Desks) -> None:
        made = desks.opened()
        (event,) = desks.told_of(made)
        assert (event.deed.value, event.actor) == ("department_opened", desks.chief.key)
        assert event.facts == {"issuer_id": "in.gov.trade.tn"}


class TestWhoSeesWhat:
    def test_officers_see_their_own_department_alone(self, desks: Desks) -> None:
        own, other = desks.opened("in.gov.own"), desks.opened("in.gov.other")
        officer = desks.officer_of(own)
        assert desks.desk.all_of(officer) == (own,)
        assert desks.desk.read(officer, own.department_id) == own
        for department_id in (other.department_id, "n" * 22):
            assert refusal_of(desks.desk.read, officer, department_id).code == "not_found"

    def test_administrators_see_all_by_issuer_id(self, desks: Desks) -> None:
        second, first = desks.opened("in.gov.b"), desks.opened("in.gov.a")
        assert desks.desk.all_of(desks.chief) == (first, second)

    def test_an_officer_whose_department_is_none_sees_none(self, desks: Desks) -> None:
        officer = desks.actor(desks.member(Role.DEPARTMENT_OFFICER, "n" * 22))
        assert desks.desk.all_of(officer) == ()


class TestWhatStands:
    def test_is_not_written_again(self, desks: Desks) -> None:
        made = desks.ready()
        before, deeds = desks.stored(made), len(desks.told_of(made))
        details = Details(made.name, made.roles)
        assert desks.desk.change(desks.chief, made.department_id, details, CALLER) == before
        assert desks.desk.write_document_type(desks.chief, made.department_id, TRADE, CALLER) == before
        assert desks.desk.write_pull_api(desks.chief, made.department_id, API, CALLER) == before
        assert desks.desk.reactivate(desks.chief, made.department_id, CALLER) == before
        assert len(desks.told_of(made)) == deeds

    def test_of_what_is_left_out_stays(self, desks: Desks) -> None:
        made = desks.opened()
        client = DigiLockerClient("TRADE01", "Trade registration")
        whole = Details(NAMES, DETAILS.roles, client, DepartmentLimits(1, 2, 3), "alias/trade")
        desks.desk.change(desks.chief, made.department_id, whole, CALLER)
        changed = desks.desk.change(desks.chief, made.department_id, Details(NAMES, DETAILS.roles), CALLER)
        assert (changed.client, changed.limits, changed.signing_key) == (client, whole.limits, "alias/trade")


class TestDocumentTypes:
    def test_are_kept_by_their_codes(self, desks: Desks) -> None:
        made = desks.opened()
        for code in ("ZZ", "AA", "MM"):
            desks.desk.write_document_type(desks.chief, made.department_id, replace(TRADE, code=code), CALLER)
        assert [one.code for one in desks.stored(made).document_types] == ["AA", "MM", "ZZ"]
        assert desks.told_of(made)[-1].facts == {"doctype": "MM"}

    def test_without_certificates_change_freely(self, desks: Desks) -> None:
        made = desks.ready()
        other = replace(TRADE, element="Trade", search=(SearchParameter("regno", "number", "No."),))
        desks.store.write(WriteCertificate(certificate_of(made, doctype="OTHER")))
        changed = desks.desk.write_document_type(desks.chief, made.department_id, other, CALLER)
        assert changed.document_type("TRCER") == other

    def test_with_certificates_keep_what_these_are_found_by(self, desks: Desks) -> None:
        made = desks.ready()
        desks.store.write(WriteCertificate(certificate_of(made)))
        other = replace(TRADE, search=(SearchParameter("regno", "number", "No."),))
        refused = refusal_of(desks.desk.write_document_type, desks.chief, made.department_id, other, CALLER)
        assert {name: error.reason for name, error in refused.errors.items()} == {"search": "search_in_use"}
        assert desks.stored(made).document_type("TRCER") == TRADE
        safe = replace(TRADE, template="{number}", search=tuple(reversed(TRADE.search)))
        changed = desks.desk.write_document_type(desks.chief, made.department_id, safe, CALLER)
        assert changed.document_type("TRCER") == safe

    def test_among_very_many_others_are_taken_to_have_certificates(self, desks: Desks) -> None:
        made = desks.ready()
        for number in range(100):
            desks.store.write(WriteCertificate(certificate_of(made, f"{number}", "OTHER")))
        other = replace(TRADE, element="Trade")
        refused = refusal_of(desks.desk.write_document_type, desks.chief, made.department_id, other, CALLER)
        assert list(refused.errors) == ["element"]

    def test_are_twenty_at_most(self, desks: Desks) -> None:
        made = desks.opened()
        letters = "ABCDEFGHIJKLMNOPQRSTU"
        for code in letters[:20]:
            desks.desk.write_document_type(desks.chief, made.department_id, replace(TRADE, code=code), CALLER)
        last = replace(TRADE, code=letters[20])
        refused = refusal_of(desks.desk.write_document_type, desks.chief, made.department_id, last, CALLER)
        assert refused.errors["code"].reason == "too_many"

    def test_fit_into_one_record_together(self, desks: Desks) -> None:
        made = desks.opened()
        long = replace(TRADE, template="x" * 4000)
        for code in "ABCDEFGHIJKL":
            desks.desk.write_document_type(desks.chief, made.department_id, replace(long, code=code), CALLER)
        last = replace(long, code="M")
        refused = refusal_of(desks.desk.write_document_type, desks.chief, made.department_id, last, CALLER)
        assert refused.errors["template"].reason == "types_too_long"


class TestEndpoints:
    def test_are_each_their_own(self, desks: Desks) -> None:
        made = desks.ready()
        other = replace(API, kind=PullKind.PULL_DOC)
        after = desks.desk.write_pull_api(desks.chief, made.department_id, other, CALLER)
        assert [one.kind for one in after.pull_apis] == [PullKind.PULL_URI, PullKind.PULL_DOC]
        assert len({one.api_id for one in after.pull_apis}) == 2

    def test_change_in_their_place(self, desks: Desks) -> None:
        made = desks.ready()
        closed = replace(made.pull_apis[0], is_open=False)
        after = desks.desk.write_pull_api(desks.chief, made.department_id, closed, CALLER)
        assert after.pull_apis == (closed,)

    def test_of_an_id_that_is_not_theirs_are_told_like_none(self, desks: Desks) -> None:
        made, other = desks.ready("in.gov.own"), desks.ready("in.gov.other")
        strange = replace(API, api_id=other.pull_apis[0].api_id)
        refused = refusal_of(desks.desk.write_pull_api, desks.chief, made.department_id, strange, CALLER)
        assert refused.code == "not_found"

    @pytest.mark.parametrize(
        ("doctypes", "wrong"),
        [((), {"doctypes"}), (("NONE",), {"doctypes[0]"}), (("TRCER", "TRCER"), {"doctypes[1]"})],
    )
    def test_answer_for_types_that_there_are(self, desks: Desks, doctypes: tuple[str, ...], wrong: set[str]) -> None:
        made = desks.ready()
        asked = replace(API, doctypes=doctypes)
        refused = refusal_of(desks.desk.write_pull_api, desks.chief, made.department_id, asked, CALLER)
        assert set(refused.errors) == wrong


class TestSuspending:
    def test_and_taking_back(self, desks: Desks) -> None:
        made = desks.opened()
        suspended = desks.desk.suspend(desks.chief, made.department_id, "Order 12", CALLER)
        assert (suspended.status, suspended.status_reason) == (DepartmentStatus.SUSPENDED, "Order 12")
        again = desks.desk.suspend(desks.chief, made.department_id, "Order 12", CALLER)
        assert again == suspended
        back = desks.desk.reactivate(desks.chief, made.department_id, CALLER)
        assert (back.status, back.status_reason, back.reactivated_at) == (DepartmentStatus.ACTIVE, None, desks.now)
        assert desks.desk.reactivate(desks.chief, made.department_id, CALLER) == back
        deeds = [(event.deed.value, dict(event.facts)) for event in desks.told_of(made)[1:]]
        assert deeds == [("department_suspended", {"reason": "Order 12"}), ("department_reactivated", {})]

    def test_for_another_reason_is_somebody_elses_doing(self, desks: Desks) -> None:
        made = desks.opened()
        desks.desk.suspend(desks.chief, made.department_id, "Order 12", CALLER)
        refused = refusal_of(desks.desk.suspend, desks.chief, made.department_id, "Order 13", CALLER)
        assert refused.code == "department_conflict"
        assert desks.stored(made).status_reason == "Order 12"


def test_of_two_who_change_at_once_neither_undoes_the_other(desks: Desks) -> None:
    made = desks.opened()
    is_first = True
    read = desks.store.department

    def meanwhile(department_id: str) -> Department | None:
        nonlocal is_first
        found = read(department_id)
        if is_first:
            is_first = False
            desks.touch(made, signing_key="alias/other")
        return found

    desks.store.department = meanwhile  # type: ignore[method-assign]
    desks.desk.write_document_type(desks.chief, made.department_id, TRADE, CALLER)
    stored = desks.stored(made)
    assert (stored.signing_key, stored.document_types) == ("alias/other", (TRADE,))
