"""Bodies: everything wrong is told at once, and nothing that was sent is told back."""

import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import identifiers
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.handlers import bodies


@dataclass(frozen=True, slots=True)
class Sample:
    """A body with one field of each kind."""

    iec: str = bodies.sent(identifiers.parse_iec, "An IEC.", "ZZZCZ9999Z")
    secret: str = bodies.sent(bodies.required, "A secret.", "x", at_most=8, secret=True)
    confirm: bool = bodies.confirmed("Yes.")
    note: str | None = bodies.optional(bodies.required, "A note.", "x")
    line: int = bodies.optional_number("A line.", 0)


RIGHT = {"iec": "zzzcz9999z", "secret": "s", "confirm": True}


def reasons(content: dict[str, object]) -> dict[str, str]:
    with pytest.raises(Refusal) as refusal:
        bodies.read(Sample, content)
    assert refusal.value.code is Code.INVALID_FIELDS
    return {name: error.reason for name, error in refusal.value.errors.items()}


def code(raw: bytes) -> Code:
    with pytest.raises(Refusal) as refusal:
        bodies.decoded(raw)
    return refusal.value.code


def test_a_right_body_becomes_its_model() -> None:
    assert bodies.read(Sample, RIGHT) == Sample("ZZZCZ9999Z", "s", confirm=True)
    assert bodies.read(Sample, RIGHT | {"note": "n", "line": 3}).line == 3


def test_everything_wrong_is_told_at_once() -> None:
    assert reasons({"iec": "1", "confirm": "true", "role": "admin"}) == {
        "iec": "iec_invalid",
        "secret": "required",
        "confirm": "not_true",
        "role": "unknown_field",
    }


@pytest.mark.parametrize("value", [1, 1.5, True, [], {}, ["x"]])
def test_what_is_not_text_is_not_text(value: object) -> None:
    assert reasons(RIGHT | {"secret": value}) == {"secret": "not_text"}


@pytest.mark.parametrize("value", [-1, "1", 1.0, True])
def test_a_number_is_a_whole_one(value: object) -> None:
    assert reasons(RIGHT | {"line": value}) == {"line": "not_a_number"}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("x" * 9, "too_long"),
        ("a\x00b", "bad_characters"),
        ("a\ud800", "bad_characters"),
        ("\x7f", "bad_characters"),
        ("  ", "required"),
    ],
)
def test_text_has_its_limits(value: str, why: str) -> None:
    assert reasons(RIGHT | {"secret": value}) == {"secret": why}


def test_an_unknown_fields_name_is_told_back_short_and_printable() -> None:
    assert list(reasons(RIGHT | {"x" * 99 + "\x00": 1})) == ["x" * 40]
    assert list(reasons(RIGHT | {"\x00": 1})) == ["?"]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", Code.INVALID_JSON),
        (b"{", Code.INVALID_JSON),
        (b"[]", Code.INVALID_JSON),
        (b"null", Code.INVALID_JSON),
        (b'{"a": NaN}', Code.INVALID_JSON),
        (b'{"a": "\xff"}', Code.INVALID_JSON),
        (b"\xef\xbb\xbf{}", Code.INVALID_JSON),
        (b'{"a":' + b"[" * 8000 + b"]" * 8000 + b"}", Code.INVALID_JSON),
        (b'{"a":' + b"1" * 16000 + b"}", Code.INVALID_JSON),
        (b'{"a": 1, "a": 2}', Code.DUPLICATE_KEY),
        (b'{"b": {"a": 1, "a": 1}}', Code.DUPLICATE_KEY),
        (b" " * 16385, Code.BODY_TOO_LARGE),
    ],
)
def test_what_is_no_json_object_is_refused(raw: bytes, why: Code) -> None:
    assert code(raw) is why


def test_a_body_of_just_the_limit_is_read_whole() -> None:
    """A known defect: a body read that truncates."""
    raw = json.dumps({"a": "x" * (bodies.BODY_AT_MOST - 9)}).encode()
    assert len(raw) == bodies.BODY_AT_MOST
    assert bodies.decoded(raw) == json.loads(raw)


@given(
    st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=9), max_size=5)
)
def test_any_object_is_read_or_refused(content: dict[str, object]) -> None:
    with pytest.raises(Refusal):
        bodies.read(Sample, bodies.decoded(json.dumps(content).encode()))


@dataclass(frozen=True)
class FileBody:
    """A body with a small file in it."""

    file: str = bodies.sent_file(bodies.required, "A file.", "-----BEGIN…", at_most=30)


class TestAFileInABody:
    """What was pasted from a file has lines; nothing else is forgiven in it."""

    def test_lines_may_stand_in_it(self) -> None:
        pasted = "-----BEGIN\r\nabc\n-----END\n"
        assert bodies.read(FileBody, {"file": pasted}).file == pasted

    @pytest.mark.parametrize("sign", ["\x00", "\t", "\x1b", "\ud800"])
    def test_no_other_control_may(self, sign: str) -> None:
        with pytest.raises(Refusal) as refused:
            bodies.read(FileBody, {"file": f"abc{sign}"})
        assert refused.value.errors["file"].reason == "bad_characters"

    def test_it_has_its_own_bound(self) -> None:
        with pytest.raises(Refusal) as refused:
            bodies.read(FileBody, {"file": "a" * 31})
        assert refused.value.errors["file"].reason == "too_long"

    def test_a_body_may_be_allowed_more_than_16_kib(self) -> None:
        raw = json.dumps({"a": "x" * bodies.BODY_AT_MOST}).encode()
        assert bodies.decoded(raw, len(raw))["a"]
        with pytest.raises(Refusal) as refused:
            bodies.decoded(raw, len(raw) - 1)
        assert refused.value.code is Code.BODY_TOO_LARGE
        assert refused.value.facts == {"limit": len(raw) - 1}
