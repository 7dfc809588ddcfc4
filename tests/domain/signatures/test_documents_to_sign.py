"""What is signed: plain words, one form, nothing in it that begins a line of its own."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.signatures.documents_to_sign import Statement, bytes_of, document_of, sha256_of
from chalicelib.domain.signatures.signings import Purpose

NOW = datetime(2026, 11, 2, 18, 45, 7, tzinfo=UTC)
STATEMENT = Statement(
    Purpose.LINK_IEC,
    "Asha Mehta",
    "asha@example.com",
    account_key("a" * 22),
    "ABCFM1234K",
    ("I link my login to this IEC.",),
    "5b" * 16,
    NOW,
    NOW + timedelta(minutes=10),
    "en",
)

ENGLISH = """PRAVESH: STATEMENT TO SIGN

Purpose: Link this login to an IEC
Signed by: Asha Mehta
Login: asha@example.com
Account: account:aaaaaaaaaaaaaaaaaaaaaa
IEC: ABCFM1234K

I state:
- I link my login to this IEC.

Number of this statement: 5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b
Made: 03-11-2026 00:15:07 IST (2026-11-02T18:45:07Z)
Good until: 03-11-2026 00:25:07 IST (2026-11-02T18:55:07Z)
Form: 1

Sign only if you asked for this yourself just now and every line above is right. A signature on this statement serves \
once, for this purpose alone.
"""


def test_the_words_are_those_of_this_form() -> None:
    """Evidence of years ago holds these bytes: other words are another form."""
    assert document_of(STATEMENT) == ENGLISH


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_document_tells_what_it_is_for_and_until_when(language: str, purpose: Purpose) -> None:
    made = document_of(replace(STATEMENT, purpose=purpose, language=language))
    for part in ("Asha Mehta", "asha@example.com", "ABCFM1234K", "5b" * 16, "00:15:07 IST", "2026-11-02T18:55:07Z"):
        assert part in made
    assert made == unicodedata.normalize("NFC", made)
    assert "\r" not in made
    assert made.endswith("\n")


def test_each_language_tells_of_each_purpose_in_its_own_words() -> None:
    made = {document_of(replace(STATEMENT, purpose=p, language=lang)) for p in Purpose for lang in ("en", "hi")}
    assert len(made) == 2 * len(Purpose)


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_in_a_name_begins_a_line(name: str, line: str) -> None:
    made = document_of(replace(STATEMENT, name=name, lines=(line,)))
    plain = document_of(replace(STATEMENT, name="x", lines=("x",)))
    assert len(made.splitlines()) == len(plain.splitlines())


@pytest.mark.parametrize("sly", ["Asha\nIEC: 0388012345", "Asha\u2028IEC: 1", "Asha\u202eatheM", "Asha\u200b Mehta"])
def test_signs_that_hide_or_turn_text_are_left_out(sly: str) -> None:
    made = document_of(replace(STATEMENT, name=sly))
    assert [line for line in made.splitlines() if line.startswith("IEC: ")] == ["IEC: ABCFM1234K"]
    assert not {"\u2028", "\u202e", "\u200b"} & set(made)


def test_joiners_that_hindi_needs_are_kept() -> None:
    assert "क्\u200dष" in document_of(replace(STATEMENT, name="क्\u200dष"))


def test_the_hash_is_of_the_very_bytes() -> None:
    import hashlib  # noqa: PLC0415

    document = document_of(replace(STATEMENT, language="hi"))
    assert sha256_of(document) == hashlib.sha256(bytes_of(document)).hexdigest()
