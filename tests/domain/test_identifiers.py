"""Identifiers: the values of the trade's fact sheet, good and bad."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import identifiers
from chalicelib.domain.refusals import FieldProblem


def reason(problem: pytest.ExceptionInfo[FieldProblem]) -> str:
    return problem.value.error.reason


@pytest.mark.parametrize("typed", ["AAPFU0939F", "0388012345", " aapfu0939f ", "ZZZPZ9999Z"])
def test_an_iec_is_a_pan_or_ten_digits(typed: str) -> None:
    assert identifiers.parse_iec(typed) == typed.strip().upper()


@pytest.mark.parametrize(
    "typed",
    [
        "038801234", "0388O12345", "AAPFU09391", "ABMXA3211G", "ABMPA32111", "ACUPA0000R", "ACUPA7085RR",
        "AAPFU0939F\n1", "०३८८०१२३४५", "０３８８０１２３４५", "AAPFU0939Ｆ", "0388012345" * 10, "ıAPFU0939F",
    ],
)  # fmt: skip
def test_what_is_no_iec_is_refused(typed: str) -> None:
    with pytest.raises(FieldProblem) as problem:
        identifiers.parse_iec(typed)
    assert reason(problem) == "iec_invalid"


@pytest.mark.parametrize(
    "typed",
    [
        "27AAPFU0939F1ZV", "29AAGCB7383J1Z4", "33AAACH7409R1Z8", "33AAPFU0939F1Z2", "38AAPFU0939F1ZS",
        "97AAPFU0939F1ZO", "99AAPFU0939F1ZK", "33ZZZCZ9999Z1ZQ", "33ZZZPZ9999Z1ZZ", "33ZZZFZ9999Z1ZK",
    ],
)  # fmt: skip
def test_a_right_gstin_is_taken_in_any_case(typed: str) -> None:
    assert identifiers.parse_gstin(f" {typed.lower()} ") == typed


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("27AAPFU0939F1ZO", "gstin_check_character"),
        ("27AAPFU0939F1Z", "gstin_invalid"),
        ("27AAPFU0939F1AA", "gstin_invalid"),
        ("369296450896540", "gstin_invalid"),
        ("27AAPFU0939F0ZW", "gstin_invalid"),
        ("27ABMXA3211G1ZQ", "gstin_invalid"),
        ("00AAPFU0939F1ZB", "gstin_invalid"),
        ("39AAPFU0939F1ZQ", "gstin_invalid"),
        ("27AAPFU0939F1C6", "gstin_invalid"),
        ("२७AAPFU0939F1ZV", "gstin_invalid"),
        ("", "required"),
    ],
)
def test_what_is_no_gstin_is_refused(typed: str, why: str) -> None:
    with pytest.raises(FieldProblem) as problem:
        identifiers.parse_gstin(typed)
    assert reason(problem) == why


def test_the_check_character_of_the_worked_example() -> None:
    assert identifiers.gstin_check_character("27AAPFU0939F1Z") == "V"


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=14, max_size=14), st.integers(0, 13), st.data())
def test_one_wrong_character_never_keeps_the_check_character(first: str, place: int, data: st.DataObject) -> None:
    other = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ").filter(lambda sign: sign != first[place]))
    changed = first[:place] + other + first[place + 1 :]
    assert identifiers.gstin_check_character(first) != identifiers.gstin_check_character(changed)


@pytest.mark.parametrize("typed", ["asha", "Asha_Exports-2", "x" * 25, "007"])
def test_an_icegate_id_is_kept_as_written(typed: str) -> None:
    assert identifiers.parse_icegate_id(typed) == typed


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("x" * 26, "icegate_id_too_long"),
        ("asha exports", "icegate_id_characters"),
        (" asha", "icegate_id_characters"),
        ("asha\n", "icegate_id_characters"),
        ("asha@x", "icegate_id_characters"),
        ("आशा", "icegate_id_characters"),
        ("asha\N{SLIGHTLY SMILING FACE}", "icegate_id_characters"),
        ("   ", "required"),
        ("234123412346", "aadhaar_refused"),
        ("2341-2341-2346", "aadhaar_refused"),
        ("999999990019", "aadhaar_refused"),
    ],
)
def test_what_is_no_icegate_id_is_refused(typed: str, why: str) -> None:
    with pytest.raises(FieldProblem) as problem:
        identifiers.parse_icegate_id(typed)
    assert reason(problem) == why


@pytest.mark.parametrize("digits", ["234123412347", "123412341234", "98765432101", "222222222222"])
def test_twelve_digits_that_are_no_aadhaar_number_are_not_taken_for_one(digits: str) -> None:
    assert not identifiers.is_aadhaar_shaped(digits)


@given(st.text(string.ascii_letters, min_size=1, max_size=25))
def test_case_does_not_tell_two_ids_apart(name: str) -> None:
    assert identifiers.folded(name.upper()) == identifiers.folded(name.lower())


@pytest.mark.parametrize(
    "typed",
    ["9876543210", "+91 98765 43210", "09876543210", "919876543210", "98765-43210", "+919876543210"],
)
def test_a_mobile_is_stored_in_one_form(typed: str) -> None:
    assert identifiers.parse_mobile(typed) == "+919876543210"


@pytest.mark.parametrize(
    "typed", ["5876543210", "987654321", "98765432100", "९८७६५४३२१०", "+1 9876543210", "98765432I0"]
)
def test_what_is_no_indian_mobile_is_refused(typed: str) -> None:
    with pytest.raises(FieldProblem) as problem:
        identifiers.parse_mobile(typed)
    assert reason(problem) == "mobile_invalid"


def test_an_email_keeps_its_local_part() -> None:
    assert identifiers.parse_email(" Asha.Exports@Example.COM ") == "Asha.Exports@example.com"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("a" * 39 + "@example.com", "email_too_long"),
        ("asha", "email_invalid"),
        ("asha@", "email_invalid"),
        ("asha@localhost", "email_invalid"),
        ("asha@@example.com", "email_invalid"),
        ("asha..x@example.com", "email_invalid"),
        ("asha@exa mple.com", "email_invalid"),
        ("asha@example.com\nbcc:x@y.zz", "email_invalid"),
        ("आशा@example.com", "email_invalid"),
        ("asha@example.1c", "email_invalid"),
        (" ", "required"),
    ],
)
def test_what_is_no_email_is_refused(typed: str, why: str) -> None:
    with pytest.raises(FieldProblem) as problem:
        identifiers.parse_email(typed)
    assert reason(problem) == why


@pytest.mark.parametrize(("number", "shown"), [("ABCPM1234K", "••••••234K"), ("AB12", "••12"), ("7", "•"), ("", "")])
def test_of_a_number_at_most_half_is_shown(number: str, shown: str) -> None:
    assert identifiers.masked_number(number) == shown
