"""Lists and objects in bodies: each wrong value is told under its place, all at once."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.refusals import FieldProblem, Refusal
from chalicelib.handlers.bodies import (
    example_of,
    one_of,
    optional_object,
    parse_instant,
    read,
    required,
    sent,
    sent_each,
    sent_number,
    sent_records,
    sent_texts,
)


class Colour(StrEnum):
    """Two of them."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Inner:
    """An object."""

    name: str = sent(required, "A name.", "Asha", at_most=5)
    count: int = sent_number("How many.", 3, at_most=9)


@dataclass(frozen=True, slots=True)
class Outer:
    """A body with everything nested."""

    colours: tuple[Colour, ...] = sent_texts(one_of(Colour), "Colours.", ["red"], most=3)
    each: tuple[Inner, ...] = sent_each(Inner, "Objects.", most=2)
    rows: tuple[dict[str, str], ...] = sent_records("Free names.", {"a": "b"}, most=2, at_most=4)
    inner: Inner | None = optional_object(Inner, "May be left out.")


GOOD = {"colours": ["red", "blue"], "each": [{"name": "Asha", "count": 1}], "rows": [{"x": "1", "y": ""}]}


def reasons(body: dict[str, object]) -> dict[str, str]:
    with pytest.raises(Refusal) as refused:
        read(Outer, body)
    return {name: error.reason for name, error in refused.value.errors.items()}


def test_what_fits_is_read_into_its_models() -> None:
    found = read(Outer, {**GOOD, "inner": {"name": "Ravi", "count": 9}})
    assert found == Outer((Colour.RED, Colour.BLUE), (Inner("Asha", 1),), ({"x": "1", "y": ""},), Inner("Ravi", 9))
    assert read(Outer, GOOD).inner is None
    assert read(Outer, {**GOOD, "inner": None}).inner is None
    assert read(Outer, {"colours": [], "each": [], "rows": []}) == Outer((), (), ())


def test_an_example_of_a_model_fits_it() -> None:
    assert read(Outer, example_of(Outer)).each == (Inner("Asha", 3),)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"colours": ["red", "green"]}, {"colours[1]": "choice_unknown"}),
        ({"colours": "red"}, {"colours": "not_a_list"}),
        ({"colours": {"0": "red"}}, {"colours": "not_a_list"}),
        ({"colours": None}, {"colours": "required"}),
        ({"colours": ["red"] * 4}, {"colours": "too_many"}),
        ({"colours": [["red"]]}, {"colours[0]": "not_text"}),
        ({"each": [{"name": "Asha", "count": 0}]}, {"each[0].count": "number_out_of_range"}),
        ({"each": [{"name": "Asha", "count": 10}]}, {"each[0].count": "number_out_of_range"}),
        ({"each": [{"name": "Asha", "count": True}]}, {"each[0].count": "not_a_number"}),
        ({"each": [{"name": "Asha", "count": 1.0}]}, {"each[0].count": "not_a_number"}),
        ({"each": [{}, {"name": "too long"}]}, None),
        ({"each": [{"name": "Asha", "count": 1, "more": ""}]}, {"each[0].more": "unknown_field"}),
        ({"each": [None]}, {"each[0]": "not_an_object"}),
        ({"rows": [{"x": 1}]}, {"rows[0].x": "not_text"}),
        ({"rows": [{"x": "12345"}]}, {"rows[0].x": "too_long"}),
        ({"rows": [{"x": "\u0000"}]}, {"rows[0].x": "bad_characters"}),
        ({"rows": [{"n" * 65: ""}]}, {f"rows[0].{'n' * 40}": "too_long"}),
        ({"rows": [{str(number): "" for number in range(101)}]}, {"rows[0]": "too_many"}),
        ({"rows": [["x"]]}, {"rows[0]": "not_an_object"}),
        ({"inner": []}, {"inner": "not_an_object"}),
        ({"inner": {"name": "Asha"}}, {"inner.count": "required"}),
    ],
)
def test_what_does_not_is_told_under_its_place(changed: dict[str, object], wrong: dict[str, str] | None) -> None:
    expected = wrong or {
        "each[0].name": "required",
        "each[0].count": "required",
        "each[1].name": "too_long",
        "each[1].count": "required",
    }
    assert reasons({**GOOD, **changed}) == expected


def test_everything_is_told_at_once() -> None:
    assert set(reasons({"colours": ["x"], "each": [{}], "rows": [1], "inner": 1, "more": 1})) == {
        "colours[0]",
        "each[0].name",
        "each[0].count",
        "rows[0]",
        "inner",
        "more",
    }


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries(dict.fromkeys(("colours", "each", "rows", "inner"), _JSON)))
def test_whatever_comes_is_read_or_refused(body: dict[str, object]) -> None:
    with contextlib.suppress(Refusal):
        read(Outer, body)


@pytest.mark.parametrize("value", ["", "tomorrow", "2026-11-30", "2026-11-30T18:30:00", "2026-11-30T18:30:00+05:30"])
def test_an_instant_is_in_utc_to_the_second(value: str) -> None:
    assert parse_instant("2026-11-30T18:30:00Z") == datetime(2026, 11, 30, 18, 30, tzinfo=UTC)
    with pytest.raises(FieldProblem):
        parse_instant(value)
