"""Whether a name and a birth date are the same person's: what gives a document, what an officer looks at."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.domain.digilocker.matching import Fit, canonical, fit

BORN, SWAPPED, OTHER = date(1980, 3, 4), date(1980, 4, 3), date(1980, 3, 5)


def of_names(one: str, other: str) -> Fit:
    return fit(one, BORN, other, BORN)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Asha Rao", "Asha Rao"),
        (" Asha Rao\n", "Asha Rao"),
        ("e\u0301t\u00e9 Rao", "\u00e9te\u0301 Rao"),
        ("आशा राव", "आशा राव"),
    ],
)
def test_the_same_letters_are_exact(one: str, other: str) -> None:
    assert of_names(one, other) is Fit.EXACT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ASHA RAO", "Asha Rao"),
        ("Asha  Rao", "Asha Rao"),
        ("Rao, Asha", "Asha Rao"),
        ("Shri Ravi Kumar", "Ravi Kumar"),
        ("Smt. Dr. Asha Rao", "Asha Rao"),
        ("श्रीमती आशा राव", "राव आशा"),
        ("S.K. Rao", "S K Rao"),
        ("SK Rao", "S. K. Rao"),
        ("Ramkumar Rao", "Ram Kumar Rao"),
        ("Ａｓｈａ Rao", "Asha Rao"),
        ("Asha\u200b Rao", "Asha Rao"),
        ("D'Souza Maria", "D Souza Maria"),
    ],
)
def test_another_spelling_of_the_same_words_is_normalised(one: str, other: str) -> None:
    assert of_names(one, other) is Fit.NORMALISED


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A Rao", "Asha Rao"),
        ("Z. Zaveri", "Zinal Zaveri"),
        ("W Rao", "Vani Rao"),
        ("P. Rao", "Phool Rao"),
        ("A. K. Rao", "Anil Kumar Rao"),
        ("SK Rao", "Suresh Kumar Rao"),
        ("Rao A", "Asha Rao"),
        ("Ravi Sharma", "Ravi Kumar Sharma"),
        ("Suresh Kumar", "Sureesh Kumar"),
        ("Mohammad Ali", "Mohammed Ali"),
        ("Lakshmi Devi", "Laxmi Devi"),
        ("Ashish Sinha", "Aashish Sinha"),
        ("Vijay Verma", "Wijay Verma"),
        ("Sanjay Mehta", "Sanjya Mehta"),
        ("Geeta Joshi", "Gita Joshi"),
        ("Pooja Shah", "Puja Shah"),
    ],
)
def test_initials_a_middle_word_a_letter_or_a_transliteration_are_near(one: str, other: str) -> None:
    assert of_names(one, other) is Fit.NEARLY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Asha Rao", "Meena Rao"),
        ("Asha Rao", "Usha Rao"),
        ("Ramesh Gupta", "Suresh Gupta"),
        ("Ram Anand", "Rama Nand"),
        ("Ravi", "Ravi Kumar"),
        ("Ravi Kumar", "Ravi Kumar Sharma"),
        ("A R", "Asha Rao"),
        ("A K", "A R"),
        ("Asha Rao", "Asha Kumar Singh Rao"),
        ("Asha Raoo", "A Rao"),
        ("Ravi Shama Sharma", "Ravi Kumar Sharma"),
        ("Asha Rao", "आशा राव"),
        ("Asha Rao", ""),
        ("", ""),
        ("...", "..."),
        ("1234", "1234"),
        ("Mr", "Mrs"),
    ],
)
def test_other_names_are_different(one: str, other: str) -> None:
    assert of_names(one, other) is Fit.DIFFERENT


def test_a_birth_date_counts_with_every_name() -> None:
    assert fit("Asha Rao", BORN, "Asha Rao", OTHER) is Fit.DIFFERENT
    assert fit("Asha Rao", BORN, "Asha Rao", SWAPPED) is Fit.NEARLY
    assert fit("Asha Rao", BORN, "Asha Rao", date(1981, 4, 3)) is Fit.DIFFERENT
    assert fit("Asha Rao", None, "Asha Rao", BORN) is Fit.NEARLY
    assert fit("Asha Rao", None, "Asha Rao", None) is Fit.NEARLY
    assert fit("Asha Rao", None, "Meena Rao", BORN) is Fit.DIFFERENT


def test_where_the_policy_wants_no_birth_date_a_known_one_counts_all_the_same() -> None:
    assert fit("Rao & Sons", None, "RAO & SONS", None, wants_birth_date=False) is Fit.NORMALISED
    assert fit("Rao & Sons", BORN, "Rao & Sons", None, wants_birth_date=False) is Fit.EXACT
    assert fit("Rao & Sons", BORN, "Rao & Sons", OTHER, wants_birth_date=False) is Fit.DIFFERENT


words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=10)
names = st.lists(words, min_size=1, max_size=4).map(" ".join)
dates = st.none() | st.dates(date(1900, 1, 1), date(2026, 1, 1))
anything = st.text(max_size=60)


@given(anything | names, dates, anything | names, dates)
def test_it_does_not_matter_who_asks_and_who_is_on_record(
    one: str, born: date | None, other: str, other_born: date | None
) -> None:
    assert fit(one, born, other, other_born) is fit(other, other_born, one, born)


@given(names, st.dates(), st.randoms(use_true_random=False))
def test_case_order_blanks_and_titles_never_keep_anybody_from_their_own(
    name: str, born_on: date, rng: random.Random
) -> None:
    shuffled = name.split()
    rng.shuffle(shuffled)
    title = rng.choice(["", "Shri ", "SMT. "]) if len(shuffled) > 1 else ""
    spelled = title + "  ".join(rng.choice([word.upper(), word.title()]) for word in shuffled)
    assert fit(spelled, born_on, name, born_on) >= Fit.NORMALISED


@given(anything | names, anything | names, st.dates(), st.dates())
def test_another_birth_date_never_gives_a_document(one: str, other: str, born: date, other_born: date) -> None:
    assume(born != other_born)
    assert fit(one, born, other, other_born) <= Fit.NEARLY
    if born.year != other_born.year:
        assert fit(one, born, other, other_born) is Fit.DIFFERENT


@given(names, names, st.dates())
def test_only_the_same_letters_give_a_document(one: str, other: str, born_on: date) -> None:
    assume(sorted(one.replace(" ", "")) != sorted(other.replace(" ", "")))
    # A title before the name is the one thing that may be missing.
    assume(not {"shri", "sri", "smt", "mrs", "miss", "prof", "adv", "sushri"} & {*one.split(), *other.split()})
    assert fit(one, born_on, other, born_on) <= Fit.NEARLY


@given(names, names, st.dates())
def test_names_that_share_no_word_and_begin_otherwise_are_different(one: str, other: str, born_on: date) -> None:
    assume(not {word[0] for word in one.split()} & {word[0] for word in other.split()})
    assume(one.replace(" ", "") != other.replace(" ", ""))
    sounds = str.maketrans("vzqy", "wjki")
    assume(not {w[0].translate(sounds) for w in one.split()} & {w[0].translate(sounds) for w in other.split()})
    assume("ph" not in one + other)
    assert fit(one, born_on, other, born_on) is Fit.DIFFERENT


@given(anything)
def test_whatever_comes_is_judged(text: str) -> None:
    assert isinstance(of_names(text, text[::-1]), Fit)
    assert isinstance(canonical(text), str)


def test_long_names_cost_nothing() -> None:
    assert of_names("a " * 5_000, "b " * 5_000) is Fit.DIFFERENT
    assert of_names("ab " * 60, "ac " * 60) is Fit.DIFFERENT
