"""Recovery codes: ten, each burnt by its use, typed in any manner, told of by message."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts import recovery_codes
from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.accounts.raising import SignedIn
from chalicelib.domain.accounts.recovery_codes import burnt, made, parse_recovery_code, with_codes
from chalicelib.domain.accounts.security import Method, Security
from chalicelib.domain.contacts import Channel
from chalicelib.domain.refusals import Code, FieldProblem, Refusal
from chalicelib.domain.sessions import Level
from tests.domain.accounts.signing_in_world import HERE, Door

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODES = st.text(ALPHABET, min_size=16, max_size=16).map(lambda signs: "-".join(re.findall("....", signs)))


@pytest.fixture
def door() -> Door:
    return Door()


def refused(attempt: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        attempt()
    return refusal.value


def provided(door: Door, owner: Owner) -> tuple[str, ...]:
    """Give an owner an authenticator and ten recovery codes."""
    codes = made()
    door.with_authenticator(owner, with_codes(Security(), codes).recovery_codes)
    return codes


def show(door: Door, token: str, code: str, ip: str = HERE.ip) -> SignedIn:
    typed = parse_recovery_code(code)
    return door.second_factor.show(door.actor(token), Method.RECOVERY_CODE, typed, replace(HERE, ip=ip))


def test_there_are_ten_of_eighty_bits() -> None:
    codes = [code for _ in range(200) for code in made()]
    assert len(made()) == 10
    assert len(set(codes)) == 2000
    assert all(re.fullmatch(rf"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{3}}", code) for code in codes)
    # 16 signs of 32: every sign comes in every place.
    for place in range(16):
        assert {code.replace("-", "")[place] for code in codes} == set(ALPHABET)


@given(code=CODES, data=st.data())
def test_they_may_be_typed_in_any_manner(code: str, data: st.DataObject) -> None:
    def spelt(sign: str) -> str:
        like = {"0": "0Oo", "1": "1IiLl"}.get(sign, sign + sign.lower())
        return data.draw(st.sampled_from(like)) + data.draw(st.sampled_from(["", "", "", "-", " "]))

    assert parse_recovery_code("".join(map(spelt, code.replace("-", "")))) == code


@pytest.mark.parametrize(
    "typed",
    ["ABCD", "ABCD-EFGH-JKMN-PQR", "ABCD-EFGH-JKMN-PQRST", "ABCD-EFGH-JKMN-PQRU", "ABCD-EFGH-JKMN-PQR!",
     "ＡＢＣＤ-EFGH-JKMN-PQRS", "０123-4567-89AB-CDEF", "ıbcd-efgh-jkmn-pqrs", "ſbcd-efgh-jkmn-pqrs", "123456"],
)  # fmt: skip
def test_what_is_no_code_is_told_as_that(typed: str) -> None:
    with pytest.raises(FieldProblem) as problem:
        parse_recovery_code(typed)
    assert problem.value.error.reason == "recovery_code_invalid"


@pytest.mark.parametrize("typed", ["", "  ", "- -"])
def test_nothing_typed_is_told_as_that(typed: str) -> None:
    with pytest.raises(FieldProblem) as problem:
        parse_recovery_code(typed)
    assert problem.value.error.reason == "required"


@given(order=st.permutations(range(10)), again=st.lists(st.integers(0, 9), max_size=10))
def test_each_burns_once_whatever_the_order(order: list[int], again: list[int]) -> None:
    codes = made()
    security = with_codes(Security(), codes)
    for left, index in zip(range(9, -1, -1), order, strict=True):
        after = burnt(security, codes[index])
        assert after is not None
        assert len(after.recovery_codes) == left
        security = after
        assert all(burnt(security, codes[used]) is None for used in again if used in order[: 10 - left])


@given(code=CODES)
def test_another_code_burns_none(code: str) -> None:
    assert burnt(with_codes(Security(), made()), code) is None


def test_only_their_hashes_are_kept() -> None:
    codes = made()
    kept = with_codes(Security(), codes).recovery_codes
    assert kept == tuple(hashlib.sha256(code.encode()).hexdigest() for code in codes)


# At sign-in.


def test_one_raises_the_session_and_its_owner_is_told_how_many_are_left(door: Door) -> None:
    person = door.person()
    codes = provided(door, person)
    for left, code in ((9, codes[3]), (8, codes[0].lower().replace("-", ""))):
        signed_in = show(door, door.half_way(person).token, code)
        assert (signed_in.session.level, signed_in.session.checked_by) == (Level.FULL, Method.RECOVERY_CODE)
        told = door.messages(person)[-2:]
        assert {(message.kind.value, message.channel) for message in told} == {
            ("recovery_code_used", channel) for channel in Channel
        }
        assert [dict(message.values) for message in told] == [{"left": str(left)}] * 2
    assert door.deeds(person).count(("recovery_code_used", "done")) == 2


def test_it_does_not_serve_again(door: Door) -> None:
    person = door.person()
    code = provided(door, person)[0]
    show(door, door.half_way(person).token, code)
    token = door.half_way(person).token
    refusal = refused(lambda: show(door, token, code))
    assert (refusal.code, refusal.facts) == (Code.CODE_INCORRECT, {"attempts_left": 9})


def test_two_at_once_one_wins(door: Door) -> None:
    """In two sessions; both read the owner before either wrote."""
    person = door.person()
    code = provided(door, person)[0]
    actors = [door.actor(door.half_way(person).token) for _ in range(2)]
    door.second_factor.show(actors[0], Method.RECOVERY_CODE, code, HERE)
    refusal = refused(lambda: door.second_factor.show(actors[1], Method.RECOVERY_CODE, code, HERE))
    assert refusal.code is Code.CODE_INCORRECT
    assert len(door.stored(person).security.recovery_codes) == 9


def test_two_different_ones_at_once_both_burn(door: Door) -> None:
    person = door.person()
    codes = provided(door, person)
    actors = [door.actor(door.half_way(person).token) for _ in range(2)]
    for actor, code in zip(actors, codes, strict=False):
        door.second_factor.show(actor, Method.RECOVERY_CODE, code, HERE)
    assert len(door.stored(person).security.recovery_codes) == 8


def test_the_last_one_burnt_is_offered_no_more(door: Door) -> None:
    person = door.person()
    for number, code in enumerate(provided(door, person)):
        show(door, door.half_way(person, replace(HERE, ip=f"203.0.113.{number}")).token, code, f"203.0.114.{number}")
    token = door.half_way(person).token
    refusal = refused(lambda: show(door, token, made()[0]))
    assert refusal.code is Code.METHOD_NOT_OFFERED


def test_new_ones_take_the_place_of_the_old(door: Door) -> None:
    person = door.person()
    old = provided(door, person)
    signed_in = show(door, door.half_way(person).token, old[0])
    new = door.authenticators.make_recovery_codes(door.actor(signed_in.token), HERE)
    assert len(set(new) - set(old)) == 10
    token = door.half_way(person).token
    assert refused(lambda: show(door, token, old[1])).code is Code.CODE_INCORRECT
    assert show(door, token, new[1]).session.level is Level.FULL
    assert ("recovery_codes_made", "done") in door.deeds(person)


def test_without_an_authenticator_there_are_none(door: Door) -> None:
    token = door.signed_in(door.person()).token
    refusal = refused(lambda: door.authenticators.make_recovery_codes(door.actor(token), HERE))
    assert refusal.code is Code.METHOD_NOT_OFFERED


def test_none_of_them_is_in_the_store(door: Door) -> None:
    person = door.person()
    door.with_authenticator(person)
    token = door.half_way(door.registrant()).token
    door.with_authenticator(door.actor(token).owner)
    codes = door.authenticators.make_recovery_codes(door.actor(token), HERE)
    kept = repr(vars(door.store))
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    assert recovery_codes.burnt(door.actor(token).owner.security, codes[0]) is not None
