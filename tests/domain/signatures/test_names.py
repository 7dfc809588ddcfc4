"""Names are compared in one form: what no register keeps apart is equal, and nothing else is."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.signatures.names import same_entity, same_person

WORDS = st.lists(st.sampled_from(["zenith", "spices", "rao", "sons", "exports", "मेहता", "ab", "42"]), min_size=1)
TITLED = st.lists(
    st.sampled_from(["Mr ", "Dr. ", "m/s ", "Messrs ", "M / S. ", "(P) ", "&", "a ", "b", "rao "]), max_size=8
)
TEXT = st.one_of(st.text(max_size=40), TITLED.map("".join))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("M/s. Zenith Spices (P) Ltd.", "ZENITH SPICES PRIVATE LIMITED"),
        ("Messrs Zenith Spices Pvt Ltd", "zenith spices pvt. limited"),
        ("Zaveri & Daughters", "ZAVERI AND DAUGHTERS"),
        ("Zuari Marine Exports L.L.P.", "Zuari Marine Exports LLP"),
        ("S. K. Traders", "SK TRADERS"),
        ("Rao's Exports", "RAO S EXPORTS"),
        ("\uff3ae\uff4eith", "Zenith"),
        ("Zenith\u200b Spices", "Zenith Spices"),
    ],
)
def test_spellings_of_one_entity(one: str, other: str) -> None:
    assert same_entity(one) == same_entity(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zenith Spices Private Limited", "Zenith Spices Limited"),
        ("Zenith Spices Private Limited", "Zenith Spice Private Limited"),
        ("Zenith Spices LLP", "Zenith Spices"),
        ("M S Exports", "Exports"),
        ("MS Exports", "M/s Exports"),
        ("Spices Zenith", "Zenith Spices"),
        ("Zenith Spices", "Zenith Spices \u0430nd Sons"),
        ("Zenith", "Z\u0435nith"),
    ],
)
def test_other_entities(one: str, other: str) -> None:
    """Not one letter, not one word; a letter of another alphabet that looks alike is another letter."""
    assert same_entity(one) != same_entity(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Shri S. K. Rao", "s k rao"),
        ("Dr Asha Nair", "ASHA  NAIR"),
        ("Smt. Asha Nair", "Asha Nair"),
        ("Dr. Mrs. Asha Nair", "Asha Nair"),
        ("O'Brien", "O BRIEN"),
        ("आशा नायर", "आशा\u00a0नायर"),
    ],
)
def test_spellings_of_one_person(one: str, other: str) -> None:
    assert same_person(one) == same_person(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Asha Nair", "Nair Asha"),
        ("Asha Nair", "Asha K Nair"),
        ("Sri Devi", "Devi"),
        ("Ms Nair", "Nair"),
        ("Asha Nair", "Aasha Nair"),
    ],
)
def test_other_persons(one: str, other: str) -> None:
    assert same_person(one) != same_person(other)


@pytest.mark.parametrize("empty", ["", " ", ".", "--", "\u200b", "M/s"])
def test_nothing_is_nothing(empty: str) -> None:
    assert same_person(empty) in ("", "ms")
    assert same_entity(empty) in ("", "ms")
    assert same_entity("") == same_person("") == ""


@given(TEXT)
def test_the_form_is_final(name: str) -> None:
    assert same_person(same_person(name)) == same_person(name)


@given(TEXT)
def test_the_form_of_an_entity_is_final(name: str) -> None:
    assert same_entity(same_entity(name)) == same_entity(name)


@given(WORDS, st.sampled_from([" ", "  ", " - ", ", ", "\t", "\u00a0"]), st.sampled_from([str.upper, str.title]))
def test_case_and_punctuation_do_not_count(words: list[str], between: str, cased: Callable[[str], str]) -> None:
    plain, other = " ".join(words), between.join(words) + "."
    spelled = cased(other)
    assert same_entity(spelled) == same_entity(plain)
    assert same_person(spelled) == same_person(plain)


@given(TEXT)
def test_unicodes_forms_do_not_count(name: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert same_entity(unicodedata.normalize(form, name)) == same_entity(name)
        assert same_person(unicodedata.normalize(form, name)) == same_person(name)


@given(WORDS, st.integers(min_value=0, max_value=40), st.sampled_from("bcdx"))
def test_a_letter_more_is_another_name(words: list[str], at: int, letter: str) -> None:
    name = " ".join(words)
    place = at % (len(name) + 1)
    longer = name[:place] + letter + name[place:]
    assert same_entity(longer) != same_entity(name)
    assert same_person(longer) != same_person(name)
