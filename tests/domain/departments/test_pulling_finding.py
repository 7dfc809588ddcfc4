"""Search keys: what a certificate is found under is what a pull asks for, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.domain.departments import finding
from chalicelib.domain.departments.certificates import Certificate, CertificateStatus, Holder
from chalicelib.domain.departments.departments import CertificateField, DocumentType, SearchParameter

ASHA, RAVI = Holder("Asha Rao", date(1980, 3, 4), "F", "9876543210"), Holder("Ravi Kumar", date(1975, 1, 2))
FIELDS = ("number", "ward", "holder.name", "holder.born_on", "holder.phone")


def searched(*fields: str) -> DocumentType:
    search = tuple(SearchParameter(f"p{place}", field, "") for place, field in enumerate(fields))
    return DocumentType("TRCER", {"en": "T", "hi": "T"}, "T", (CertificateField("ward", {}),), search)


def certificate(number: str = "TN/1", *holders: Holder, ward: str = "12", **more: Any) -> Certificate:
    return replace(
        Certificate(
            certificate_id="c" * 22,
            department_id="d" * 22,
            doctype="TRCER",
            number=number,
            uri="u",
            doc_id="d",
            holders=holders or (ASHA,),
            fields={"ward": ward},
            issued_on=date(2026, 4, 1),
            status=CertificateStatus.ACTIVE,
            created_at=datetime(2026, 4, 1, tzinfo=UTC),
            issued_by="test",
        ),
        **more,
    )


def key(kind: DocumentType, *values: str, department_id: str = "d" * 22) -> str:
    return finding.search_key(department_id, kind, {f"p{place}": value for place, value in enumerate(values)})


@pytest.mark.parametrize(
    ("field", "as_asked"),
    [
        ("number", " tn/1\n"),
        ("number", "ＴＮ／１"),
        ("ward", "12"),
        ("holder.name", "RAO Asha"),
        ("holder.name", "Smt. Asha Rao"),
        ("holder.born_on", "04-03-1980"),
        ("holder.born_on", "1980-03-04"),
        ("holder.born_on", "4/3/1980"),
        ("holder.phone", "+91 98765 43210"),
        ("holder.phone", "09876543210"),
    ],
)
def test_a_value_is_found_however_it_is_written(field: str, as_asked: str) -> None:
    kind = searched(field)
    assert finding.search_keys_of(kind, certificate()) == (key(kind, as_asked),)


def test_the_key_tells_departments_types_fields_and_values_apart() -> None:
    kind = searched("number", "ward")
    keys = {
        key(kind, "a", "b"),
        key(kind, "b", "a"),
        key(kind, "ab", "x"),
        key(kind, "a", "b", department_id="e" * 22),
        key(replace(kind, code="OTHER"), "a", "b"),
        key(searched("number", "holder.name"), "a", "b"),
    }
    assert len(keys) == 6


def test_a_parameter_may_be_named_anew_and_put_in_another_order() -> None:
    kind = searched("number", "ward")
    renamed = replace(kind, search=(SearchParameter("W", "ward", ""), SearchParameter("N", "number", "")))
    assert finding.search_key("d" * 22, renamed, {"n": "TN/1", "w": "12"}) == key(kind, "TN/1", "12")


def test_there_is_a_key_for_each_holder_where_a_holder_is_looked_for() -> None:
    by_holder, by_number = searched("number", "holder.born_on"), searched("number")
    both = certificate("TN/1", ASHA, RAVI)
    assert finding.search_keys_of(by_holder, both) == (
        key(by_holder, "TN/1", "04-03-1980"),
        key(by_holder, "TN/1", "02-01-1975"),
    )
    assert len(finding.search_keys_of(by_number, both)) == 1
    assert len(finding.search_keys_of(by_holder, certificate("TN/1", ASHA, ASHA))) == 1


def test_what_has_no_value_is_not_found_and_cannot_be_asked_for() -> None:
    kind = searched("number", "ward")
    assert finding.search_keys_of(kind, certificate(ward=" ")) == ()
    assert finding.search_keys_of(searched(), certificate()) == ()
    for values in (("TN/1",), ("TN/1", " \n")):
        with pytest.raises(finding.ParameterMissing, match="p1"):
            key(kind, *values)


texts = st.text(min_size=1, max_size=20).filter(lambda text: text.strip() != "")


@given(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=5, unique=True), texts, texts)
def test_what_a_certificate_says_always_finds_it(fields: list[str], number: str, ward: str) -> None:
    kind, made = searched(*fields), certificate(number, ward=ward)
    says = {
        "number": number,
        "ward": ward,
        "holder.name": "Asha Rao",
        "holder.born_on": "04-03-1980",
        "holder.phone": "9876543210",
    }
    assert finding.search_keys_of(kind, made) == (key(kind, *(says[field] for field in fields)),)


plain = st.text("ABCabc 019/-", min_size=1, max_size=8).filter(lambda text: text.strip() != "")


@given(plain, plain, plain, plain)
def test_other_values_are_another_key(one: str, two: str, other: str, other_two: str) -> None:
    canonical = [" ".join(text.casefold().split()) for text in (one, two, other, other_two)]
    assume(canonical[:2] != canonical[2:])
    kind = searched("number", "ward")
    assert key(kind, one, two) != key(kind, other, other_two)


@pytest.mark.parametrize("text", ["", "31-02-1980", "04-03-80", "1980", "04 03 1980", "४-३-१९८०", "2026-13-01"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert finding.born_on_of(text) is None
