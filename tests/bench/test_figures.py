import json

import pytest

from bench.figures import Figure, explained, failures, json_line, missing, number, table


def test_a_bound_on_a_comparison_holds_by_the_ratio() -> None:
    figure = Figure("cold", 40.0, "ms", against="usual", against_value=100.0, bound=0.5)
    assert figure.ratio == pytest.approx(0.4)
    assert figure.holds is True


def test_a_bound_without_comparison_holds_by_the_value_itself() -> None:
    assert Figure("writes", 12, "writes", bound=12).holds is True
    assert Figure("writes", 13, "writes", bound=12).holds is False


def test_a_bound_of_nothing_is_a_bound() -> None:
    assert Figure("missing", 0, "modules", bound=0).holds is True
    assert Figure("missing", 1, "modules", bound=0).holds is False


def test_without_a_bound_there_is_nothing_to_hold() -> None:
    assert Figure("bill", 0.2, "US$").holds is None


def test_what_was_not_measured_neither_holds_nor_breaks() -> None:
    figure = missing("sign_up", "ms", "npm is not here", against="better-auth", bound=0.8)
    assert figure.holds is None
    assert not figure.measured


def test_a_comparison_whose_other_side_is_missing_is_not_measured() -> None:
    assert not Figure("sign_up", 1.0, "ms", against="better-auth", bound=0.8).measured


def test_the_line_has_the_documented_keys_first() -> None:
    told = json.loads(json_line(Figure("cold", 40.0, "ms", against="usual", against_value=100.0, bound=0.5)))
    assert list(told)[:7] == ["name", "value", "unit", "against", "ratio", "bound", "holds"]
    assert (told["ratio"], told["holds"]) == (0.4, True)


def test_a_broken_bound_fails_unless_it_is_explained() -> None:
    broken = Figure("writes", 13, "writes", bound=12)
    assert failures([broken], {}, strict=False) == ["writes: the bound does not hold"]
    assert failures([broken], {"writes": "a reason"}, strict=False) == []


def test_what_was_not_measured_fails_only_where_it_must_be_measured() -> None:
    figure = missing("sign_up", "ms", "npm is not here")
    assert failures([figure], {}, strict=False) == []
    assert failures([figure], {}, strict=True) == ["sign_up: not measured: npm is not here"]


def test_the_reasons_are_read_over_several_lines() -> None:
    text = "# Reasons\n\nWords.\n\n- `a.b`: one line\n  and another\n- `c`: short\n"
    assert explained(text) == {"a.b": "one line and another", "c": "short"}


def test_the_table_shows_the_reason_beside_a_broken_bound() -> None:
    shown = table([Figure("writes", 13, "writes", bound=12)], {"writes": "because"})
    assert "no, explained" in shown
    assert "because" in shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0456, "0.0456"), (2.345, "2.35"), (23.45, "23.4"), (234.5, "234"), (7.0, "7"), (0.0, "0")],
)
def test_numbers_are_short(value: float, shown: str) -> None:
    assert number(value) == shown
