"""Sealing: a secret opens under its own key, for its own purpose and whose it is, and unaltered; else not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.codes import ServerKey
from chalicelib.domain.sealing import SealBroken, Sealed, opened, seal

KEY = ServerKey("k1", b"\x01" * 32)
OTHER_KEY = ServerKey("k1", b"\x01" * 31 + b"\x02")
PURPOSE, CONTEXT, SECRET = "authenticator", "account:asha", b"\x00\xff a secret of twenty b"
SEALED = seal(KEY, PURPOSE, CONTEXT, SECRET)


@given(st.binary(max_size=64), st.text(max_size=20), st.text(max_size=20))
def test_what_was_sealed_opens(secret: bytes, purpose: str, context: str) -> None:
    sealed = seal(KEY, purpose, context, secret)
    assert opened(KEY, purpose, context, sealed) == secret
    assert sealed.key_id == KEY.key_id


@pytest.mark.parametrize(
    ("key", "purpose", "context"),
    [
        (OTHER_KEY, PURPOSE, CONTEXT),
        (KEY, "recovery", CONTEXT),
        (KEY, PURPOSE, "account:meera"),
        (KEY, PURPOSE, ""),
        (KEY, PURPOSE + CONTEXT, ""),
    ],
)
def test_it_opens_under_no_other_key_for_no_other_purpose_and_for_nobody_else(
    key: ServerKey, purpose: str, context: str
) -> None:
    with pytest.raises(SealBroken):
        opened(key, purpose, context, SEALED)


@pytest.mark.parametrize("part", ["nonce", "ciphertext"])
def test_any_altered_bit_breaks_the_seal(part: str) -> None:
    stored = getattr(SEALED, part)
    for place in range(len(stored)):
        for bit in range(8):
            altered = stored[:place] + bytes([stored[place] ^ 1 << bit]) + stored[place + 1 :]
            with pytest.raises(SealBroken):
                opened(KEY, PURPOSE, CONTEXT, replace(SEALED, **{part: altered}))


@pytest.mark.parametrize("part", ["nonce", "ciphertext"])
@given(stored=st.binary(max_size=64))
def test_whatever_else_is_stored_breaks_the_seal(part: str, stored: bytes) -> None:
    changed = replace(SEALED, nonce=stored) if part == "nonce" else replace(SEALED, ciphertext=stored)
    with pytest.raises(SealBroken):
        opened(KEY, PURPOSE, CONTEXT, changed)


def test_the_same_secret_is_never_sealed_alike() -> None:
    again = seal(KEY, PURPOSE, CONTEXT, SECRET)
    assert again.nonce != SEALED.nonce
    assert again.ciphertext != SEALED.ciphertext


def test_neither_the_secret_nor_what_it_is_stored_as_is_printed() -> None:
    assert SECRET not in SEALED.ciphertext
    assert repr(SEALED) == "Sealed('k1')"
    assert isinstance(SEALED, Sealed)
