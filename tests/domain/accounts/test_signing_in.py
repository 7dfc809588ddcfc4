"""Signing in: whom it lets in, how far, what it costs, and what a stranger learns."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.kdf import argon2

from chalicelib.domain import passwords, sessions
from chalicelib.domain.accounts.account import AccountStatus
from chalicelib.domain.accounts.owners import Owner, owner_key
from chalicelib.domain.auditing import Intact, verified
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import HoldIcegateId, WriteSession
from chalicelib.domain.icegate.accounts import Hold
from chalicelib.domain.identifiers import IcegateId, Iec
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.sessions import Level
from tests.domain.accounts.signing_in_world import HERE, PASSWORD, Door, code_of

MAY_NOT = [AccountStatus.INVITED, AccountStatus.SUSPENDED, AccountStatus.DEPARTED, AccountStatus.CLOSED]


@pytest.fixture
def door() -> Door:
    return Door()


def refused(door: Door, name: str, password: str = "Wrong#1234", caller: Caller = HERE) -> str:
    with pytest.raises(Refusal) as refusal:
        door.signing_in.sign_in(name, password, caller)
    return code_of(refusal)


def test_a_dgft_account_is_half_way_and_an_icegate_account_is_in(door: Door) -> None:
    assert door.half_way(door.person()).session.level is Level.PASSWORD
    registrant = door.registrant()
    assert door.half_way(registrant).session.level is Level.FULL
    door.with_authenticator(registrant)
    assert door.half_way(registrant).session.level is Level.PASSWORD


def test_each_of_its_names_leads_to_the_account_in_any_case(door: Door) -> None:
    person = door.person()
    for name in (person.username, person.contact.email, person.contact.mobile):
        for typed in (name, name.upper(), f" {name.lower()} "):
            signed_in = door.signing_in.sign_in(typed, PASSWORD, replace(HERE, ip=f"203.0.113.{len(typed)}"))
            assert signed_in.session.owner == owner_key(person)


@pytest.mark.parametrize("status", MAY_NOT)
def test_an_account_that_may_not_be_used_is_told_like_a_wrong_password(door: Door, status: AccountStatus) -> None:
    assert refused(door, door.person(status=status).username, PASSWORD) == "sign_in_refused"


def test_an_account_without_a_password_lets_nobody_in(door: Door) -> None:
    invited = door.person(password_hash=None)
    for password in ("", " ", PASSWORD):
        assert refused(door, invited.username, password) == "sign_in_refused"


def test_half_way_lasts_ten_minutes_however_busy(door: Door) -> None:
    token = door.half_way(door.person()).token
    door.clock.advance(minutes=9, seconds=59)
    assert door.actor(token).session.level is Level.PASSWORD
    door.clock.advance(seconds=1)
    with pytest.raises(Refusal) as refusal:
        door.actor(token)
    assert code_of(refusal) == "session_expired"


def test_a_stolen_token_is_dead_after_signing_out(door: Door) -> None:
    person = door.person()
    token, other = door.signed_in(person).token, door.signed_in(person).token
    for _ in range(2):
        door.signing_in.sign_out(token, HERE)
    with pytest.raises(Refusal) as refusal:
        door.actor(token)
    assert code_of(refusal) == "session_required"
    assert door.actor(other).key == owner_key(person)
    assert [deed for deed, _ in door.deeds(person)].count("signed_out") == 1


def test_a_stolen_token_is_dead_once_the_generation_has_risen(door: Door) -> None:
    person = door.person()
    token = door.signed_in(person).token
    door.secure(person, replace(door.stored(person).security, generation=1))
    with pytest.raises(Refusal) as refusal:
        door.actor(token)
    assert code_of(refusal) == "session_required"


def test_signing_in_again_in_the_same_browser_ends_what_it_had_before(door: Door) -> None:
    """Its cookie is overwritten, so nobody could sign that session out (OWASP ASVS 7.2.4)."""
    person = door.person()
    before = door.signed_in(person).token
    with pytest.raises(Refusal):
        door.signing_in.sign_in(person.username, "Wrong#1234", HERE, None, before)
    assert door.actor(before).key == owner_key(person)
    after = door.signing_in.sign_in(person.username, PASSWORD, HERE, None, before)
    with pytest.raises(Refusal) as refusal:
        door.actor(before)
    assert code_of(refusal) == "session_required"
    assert door.actor(after.token).session.level is Level.PASSWORD


def test_a_session_that_was_opened_just_before_the_generation_rose_does_not_count(door: Door) -> None:
    """A password reset between the reading of the password and the writing of the session."""
    person = door.person()
    session = sessions.opened("token", owner_key(person), 0, Level.FULL, "", door.clock())
    door.secure(person, replace(door.stored(person).security, generation=1))
    door.store.write(WriteSession(session))
    with pytest.raises(Refusal):
        door.actor("token")


# What a stranger learns.


def names_of_all_sorts(door: Door) -> dict[str, str]:
    """Names that a stranger may try: known, unknown, and everything between."""
    held = Hold(IcegateId("Held"), Iec("ZZZCZ9999Z"), "registration-0", door.clock().replace(year=2027))
    door.store.write(HoldIcegateId(held, door.clock()))
    trusting = door.person()
    door.with_authenticator(trusting)
    return {
        "unknown": "nobody",
        "not even a name": "",
        "held": "held",
        "account": door.person().username,
        "account's email": door.person().contact.email,
        "account with authenticator": trusting.username,
        "registrant": door.registrant().icegate_id,
        **{status.value: door.person(status=status).username for status in MAY_NOT},
        "without a password": door.person(password_hash=None).username,
    }


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every Argon2 work that is done: its parameters."""
    done: list[object] = []
    verify = argon2.Argon2id.verify_phc_encoded

    def counted(password: bytes, phc: str) -> None:
        done.append(phc.rsplit("$", 2)[0])
        verify(password, phc)

    monkeypatch.setattr(argon2, "Argon2id", SimpleNamespace(verify_phc_encoded=counted))
    return done


def test_whatever_the_name_the_work_is_the_same(door: Door, hashed: list[object]) -> None:
    """The same reads and writes in the same order, the same hashing, the same refusal."""
    found: dict[str, tuple[object, ...]] = {}
    for sort, name in names_of_all_sorts(door).items():
        door.store.asked.clear()
        hashed.clear()
        code = refused(door, name, caller=replace(HERE, ip=f"203.0.113.{len(found)}"))
        found[sort] = (code, tuple(door.store.asked), tuple(hashed))
    assert len(set(found.values())) == 1, found
    assert found["unknown"][2] == ("$argon2id$v=19$m=19456,t=2,p=1",)
    assert found["unknown"][1] != ()


@pytest.mark.parametrize("sort", ["unknown", "account", "registrant", "suspended"])
def test_whatever_the_name_the_lock_is_the_same(door: Door, sort: str) -> None:
    name = names_of_all_sorts(door)[sort]
    answers = [refused(door, name, caller=replace(HERE, ip=f"203.0.113.{number}")) for number in range(12)]
    assert answers == ["sign_in_refused"] * 10 + ["locked"] * 2


def test_known_and_unknown_names_take_the_same_time(door: Door) -> None:
    """Medians of interleaved samples of this thread's CPU time: they differ by less than a quarter of one hash.

    That is far more than the noise of a busy machine, and far less than what leaving the hash out would give away.
    """

    def seconds(attempt: Callable[[], object]) -> float:
        before = time.thread_time()
        attempt()
        return time.thread_time() - before

    taken: dict[str, list[float]] = {"known": [], "unknown": [], "hash": []}
    for number in range(25):
        names = {"known": door.person().username, "unknown": f"nobody{number}"}
        for sort in sorted(names, reverse=number % 2 == 0):
            caller = replace(HERE, ip=f"203.0.{number}.{len(sort)}")
            taken[sort].append(seconds(partial(refused, door, names[sort], caller=caller)))
        taken["hash"].append(seconds(lambda: passwords.matches("Wrong#1234", None)))
    known, unknown, one_hash = (statistics.median(taken[sort]) for sort in ("known", "unknown", "hash"))
    assert abs(known - unknown) < one_hash / 4, (known, unknown, one_hash)
    assert min(known, unknown) > one_hash / 2


# Browsers that their owner trusts.


def trusted(door: Door, owner: Owner) -> str:
    """The cookie of a browser that this owner trusts."""
    cookie = door.raised(door.half_way(owner).token, trust_browser=True).browser_cookie
    assert cookie is not None
    return cookie


def test_a_trusted_browser_needs_no_second_factor_but_a_step_up_does(door: Door) -> None:
    person = door.person()
    signed_in = door.half_way(person, browser=trusted(door, person))
    assert signed_in.session.level is Level.FULL
    assert not sessions.is_fresh(signed_in.session, door.clock())
    door.clock.advance(seconds=31)
    assert sessions.is_fresh(door.raised(signed_in.token).session, door.clock())


def test_a_stranger_who_locks_the_name_does_not_lock_the_owner_out_of_a_trusted_browser(door: Door) -> None:
    person = door.person()
    cookie = trusted(door, person)
    for number in range(10):
        refused(door, person.username, caller=replace(HERE, ip=f"203.0.113.{number}"))
    assert refused(door, person.username, PASSWORD) == "locked"
    assert door.half_way(person, browser=cookie).session.level is Level.FULL
    # And who has only found that browser has ten tries of its own, not endless ones.
    for number in range(10):
        with pytest.raises(Refusal):
            door.signing_in.sign_in(person.username, "Wrong#1234", replace(HERE, ip=f"203.0.114.{number}"), cookie)
    with pytest.raises(Refusal) as refusal:
        door.half_way(person, browser=cookie)
    assert code_of(refusal) == "locked"


def test_another_owners_browser_is_no_way_round_the_lock(door: Door) -> None:
    person, other = door.person(), door.person()
    cookie = trusted(door, other)
    for number in range(10):
        caller = replace(HERE, ip=f"203.0.113.{number}")
        with pytest.raises(Refusal):
            door.signing_in.sign_in(person.username, "Wrong#1234", caller, cookie)
    assert refused(door, person.username, PASSWORD) == "locked"
    assert door.half_way(other, browser=cookie).session.level is Level.FULL


# What is written down.


def test_right_and_wrong_passwords_are_in_the_owners_activity(door: Door) -> None:
    person, registrant = door.person(), door.registrant()
    for owner, name in ((person, person.username), (registrant, registrant.icegate_id)):
        refused(door, name)
        door.half_way(owner)
    assert door.deeds(person) == [("password_tried", "refused"), ("password_tried", "done")]
    assert door.deeds(registrant) == [("password_tried", "refused"), ("signed_in", "done")]
    events = list(door.store.audit_events(owner_key(person)))
    assert isinstance(verified(owner_key(person), events, door.clock()), Intact)
    assert (events[0].actor, events[0].reason, events[0].request_id) == ("nobody", "sign_in_refused", "request-1")
    assert events[0].facts["device"] == "Firefox, Android"


def test_a_wrong_password_for_an_unknown_name_is_written_down_without_the_name(door: Door) -> None:
    refused(door, "Nobody.In.Particular")
    refused(door, "nobody.in.particular")
    refused(door, "somebody.else")
    events = vars(door.store)["_events"].values()
    streams = Counter(event.stream for event in events if event.stream.startswith("name:"))
    assert sorted(streams.values()) == [1, 2]
    assert "particular" not in repr(vars(door.store)).lower()


def test_no_password_and_no_token_is_kept(door: Door) -> None:
    signed_in = door.signed_in(door.person())
    kept = repr(vars(door.store))
    assert signed_in.token not in kept
    assert PASSWORD not in kept
    assert signed_in.token not in repr(signed_in)
