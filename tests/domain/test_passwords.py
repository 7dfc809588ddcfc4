"""Passwords: the advisory's rules, and what is kept of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain import passwords
from chalicelib.domain.identifiers import IcegateId
from chalicelib.domain.refusals import FieldProblem


@pytest.mark.parametrize("typed", ["Sagar#20", "aA1 aA1-", "पाAa1!xyz", "A" * 125 + "a1!", "Pass wörd-1"])
def test_a_password_of_all_four_kinds_is_taken(typed: str) -> None:
    assert passwords.parse_password(typed) == typed


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "required"),
        ("Sag#202", "password_too_short"),
        ("A" * 126 + "a1!", "password_too_long"),
        ("sagar#2026", "password_needs_mix"),
        ("SAGAR#2026", "password_needs_mix"),
        ("Sagar_#_abc", "password_needs_mix"),
        ("Sagar22026", "password_needs_mix"),
        ("Sagar 2026", "password_needs_mix"),
    ],
)
def test_any_other_is_refused_with_its_reason(typed: str, why: str) -> None:
    with pytest.raises(FieldProblem) as problem:
        passwords.parse_password(typed)
    assert problem.value.error.reason == why


def test_a_password_may_not_hold_the_icegate_id() -> None:
    assert passwords.holds_name("My-ASHA_exports-1", IcegateId("Asha_Exports"))
    assert passwords.holds_name("a1", IcegateId("A1"))
    assert not passwords.holds_name("Sagar#2026", IcegateId("a2"))


def test_what_is_kept_is_argon2id_with_owasp_parameters_under_a_fresh_salt() -> None:
    first, second = passwords.hashed("Sagar#2026"), passwords.hashed("Sagar#2026")
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert passwords.matches("Sagar#2026", first)
    assert not passwords.matches("sagar#2026", first)


@settings(max_examples=5, deadline=None)
@given(st.text(max_size=40))
def test_no_password_matches_nothing(typed: str) -> None:
    assert not passwords.matches(typed, None)


def test_a_composed_and_a_decomposed_letter_are_one_password() -> None:
    kept = passwords.hashed("Caf\u00e9#2026")
    assert passwords.matches("Cafe\u0301#2026", kept)
