"""Document types are data: what cannot be is refused with its place, and what is in use does not change."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.departments.departments import CertificateField, DocumentType, SearchParameter
from chalicelib.domain.departments.document_types import LOOKED_AT, TEMPLATE_NAMES, demand_safe, demand_sound, is_safe
from chalicelib.domain.refusals import Refusal
from tests.domain.departments.desk_world import TRADE

LABEL = {"en": "Label", "hi": "लेबल"}


def reasons(document_type: DocumentType) -> dict[str, str]:
    with pytest.raises(Refusal) as refused:
        demand_sound(document_type)
    return {name: error.reason for name, error in refused.value.errors.items()}


def fields(*names: str) -> tuple[CertificateField, ...]:
    return tuple(CertificateField(name, LABEL) for name in names)


def asked(*pairs: tuple[str, str]) -> tuple[SearchParameter, ...]:
    return tuple(SearchParameter(name, field, "Label") for name, field in pairs)


def test_a_sound_one_is_let_be() -> None:
    demand_sound(TRADE)
    demand_sound(replace(TRADE, template=""))
    demand_sound(replace(TRADE, search=asked(("a", "number"), ("b", "holder.name"), ("c", "holder.born_on"))))
    demand_sound(replace(TRADE, keep_years=100))


@pytest.mark.parametrize("code", ["", "TRCERT", "trcer", "TR1", "TR-C", "ट्र", "TRCER\n"])
def test_a_code_is_one_to_five_capital_letters(code: str) -> None:
    assert reasons(replace(TRADE, code=code)) == {"code": "doctype_form"}


@pytest.mark.parametrize("element", ["", "1st", "a b", "xmlThing", "XML", "a:b", "a<b", "प्रमाण", "a" * 65, "a\n"])
def test_an_element_is_a_name_of_xml(element: str) -> None:
    assert reasons(replace(TRADE, element=element)) == {"element": "element_form"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "field_name_form"),
        ("1st", "field_name_form"),
        ("firm name", "field_name_form"),
        ("xmlns", "field_name_form"),
        ("number", "field_name_taken"),
        ("Number", "field_name_taken"),
        ("Holder_Name", "field_name_taken"),
        ("holder_name", "field_name_taken"),
        ("uri", "field_name_taken"),
        ("uid", "field_of_aadhaar"),
        ("aadhaar_number", "field_of_aadhaar"),
        ("AadharNo", "field_of_aadhaar"),
        ("Ward", "name_twice"),
        ("w_ard", "name_twice"),
    ],
)
def test_a_field_has_a_name_of_its_own_that_xml_can_bear(name: str, reason: str) -> None:
    assert reasons(replace(TRADE, fields=(*TRADE.fields, *fields(name)))) == {"fields[3].name": reason}


@pytest.mark.parametrize(
    ("search", "wrong"),
    [
        ((), {"search": "search_required"}),
        ((("regno", "number"), ("REGNO", "ward")), {"search[1].name": "name_twice"}),
        ((("regno", "number"), ("no", "number")), {"search[1].field": "name_twice"}),
        ((("DOB", "holder.born_on"),), {"search[0].name": "parameter_form"}),
        ((("reg no", "number"),), {"search[0].name": "parameter_form"}),
        ((("regno", "holder.gender"),), {"search[0].field": "search_field_unknown"}),
        ((("regno", "nowhere"),), {"search[0].field": "search_field_unknown"}),
        # A certificate without it could never be found.
        ((("regno", "remark"),), {"search[0].field": "search_field_unknown"}),
    ],
)
def test_what_it_is_looked_for_by_is_there_and_told_apart(
    search: tuple[tuple[str, str], ...], wrong: dict[str, str]
) -> None:
    assert reasons(replace(TRADE, search=asked(*search))) == wrong


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{nowhere}", "template_name_unknown"),
        ("{}", "template_name_unknown"),
        ("{0}", "template_name_unknown"),
        ("{number!r}", "template_name_unknown"),
        ("{number:>9}", "template_name_unknown"),
        ("{number.__class__}", "template_name_unknown"),
        ("{number[0]}", "template_name_unknown"),
        ("{\nnumber}", "template_name_unknown"),
        ("{number", "template_braces"),
        ("number}", "template_braces"),
        ("line\n" * 61, "template_too_long"),
    ],
)
def test_a_template_names_what_a_certificate_has_and_nothing_else(template: str, reason: str) -> None:
    assert reasons(replace(TRADE, template=template)) == {"template": reason}


def test_everything_wrong_is_told_at_once() -> None:
    wrong = replace(TRADE, code="", element="", template="{", search=(), keep_years=101)
    assert set(reasons(wrong)) == {"code", "element", "template", "search", "keep_years"}


@given(st.text(alphabet=string.printable, max_size=60))
def test_a_template_that_is_let_be_can_be_filled(template: str) -> None:
    values = dict.fromkeys(TEMPLATE_NAMES | {field.name for field in TRADE.fields}, "x")
    try:
        demand_sound(replace(TRADE, template=template))
    except Refusal:
        return
    template.format_map(values)


@pytest.mark.parametrize(
    ("after", "wrong"),
    [
        ({"search": asked(("regno", "number"))}, {"search"}),
        ({"search": asked(("regno", "number"), ("no", "trade_name"))}, {"search"}),
        ({"element": "Trade"}, {"element"}),
        ({"element": "Trade", "search": asked(("regno", "number"))}, {"search", "element"}),
    ],
)
def test_what_certificates_are_found_by_stays(after: dict[str, object], wrong: set[str]) -> None:
    changed = replace(TRADE, **after)  # type: ignore[arg-type]
    assert not is_safe(TRADE, changed)
    with pytest.raises(Refusal) as refused:
        demand_safe(TRADE, changed)
    assert set(refused.value.errors) == wrong


def test_names_of_parameters_their_order_labels_and_all_else_may_change() -> None:
    renamed = asked(("ward_number", "ward"), ("registration", "number"))
    changed = replace(TRADE, search=renamed, title={"en": "T", "hi": "ट"}, template="", keep_years=5)
    assert is_safe(TRADE, changed)
    demand_safe(TRADE, changed)


def test_every_certificate_can_be_looked_for_by_what_every_certificate_has() -> None:
    demand_sound(replace(TRADE, fields=(), template="", search=asked(*((f"p{n}", f) for n, f in enumerate(LOOKED_AT)))))


@pytest.mark.parametrize("name", ["AadhaarNo", "aadhar_number", "UID_"])
def test_nobody_is_asked_for_an_aadhaar_number_to_be_found(name: str) -> None:
    asking = replace(TRADE, search=(SearchParameter(name, "number", "Number"),))
    assert reasons(asking) == {"search[0].name": "field_of_aadhaar"}
