"""Codes of flows: one consumption, five tries, nothing told to strangers, limits that leave the owner their share."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chalicelib.domain import codes, limits
from chalicelib.domain.accounts.flow_codes import OpenedFlow
from chalicelib.domain.accounts.flows import Flow, FlowKind, FlowStatus
from chalicelib.domain.accounts.owners import owner_key
from chalicelib.domain.audit import Deed
from chalicelib.domain.changes import Change, CountUp, WriteFlow
from chalicelib.domain.codes import ATTEMPTS, Codes
from chalicelib.domain.contacts import Channel
from chalicelib.domain.limits import TryPurpose
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.accounts.own_world import ASHA, BALA, CALLER, STRANGER, WRONG, OwnWorld, refused

KIND = FlowKind.PASSWORD_RESET


@pytest.fixture
def world() -> OwnWorld:
    return OwnWorld()


def opened(world: OwnWorld, typed: str = "asha.nair", *, known: bool = True) -> OpenedFlow:
    found = world.store.account(_id_of(world)) if known else None
    return world.codes.asked_by_stranger(KIND, found, typed, world.captcha(), STRANGER, Deed.PASSWORD_RESET_ASKED)


def _id_of(world: OwnWorld) -> str:
    return next(iter(world.store._accounts))


def goes_on(flow: Flow, _now: datetime) -> tuple[Flow, tuple[Change, ...]]:
    return replace(flow, status=FlowStatus.CONFIRMED), ()


def verify(world: OwnWorld, flow: OpenedFlow, typed: Codes) -> Flow:
    flow_id, token = flow.flow.flow_id, flow.flow_token
    return world.codes.confirmed(lambda: world.codes.opened(flow_id, token, KIND), typed, STRANGER, goes_on)


def again(world: OwnWorld, flow: OpenedFlow) -> Flow:
    flow_id, token = flow.flow.flow_id, flow.flow_token
    return world.codes.sent_again(lambda: world.codes.opened(flow_id, token, KIND), STRANGER)


def test_both_codes_go_out_in_the_owners_language_and_confirm_once(world: OwnWorld) -> None:
    account = world.account(language="hi")
    flow = opened(world)
    assert world.told() == [("password_reset_code", ASHA.mobile), ("password_reset_code", ASHA.email)]
    assert {message.language for message in world.messages(account)} == {"hi"}
    assert all(message.challenge is not None for message in world.messages())
    right = world.right(flow.flow.flow_id)
    assert verify(world, flow, right).status is FlowStatus.CONFIRMED
    writes = world.store.writes
    # A second click is told the same, and spends nothing.
    assert verify(world, flow, WRONG).status is FlowStatus.CONFIRMED
    assert world.store.writes == writes


def test_which_of_the_two_codes_is_wrong_is_told(world: OwnWorld) -> None:
    world.account()
    flow = opened(world)
    right = world.right(flow.flow.flow_id)
    refusal = refused(lambda: verify(world, flow, Codes(right.mobile, WRONG.email)))
    assert (refusal.code, set(refusal.errors), refusal.facts) == (
        Code.CODES_INCORRECT,
        {"email_code"},
        {"attempts_left": 4},
    )


def test_five_tries_are_all_even_for_right_codes(world: OwnWorld) -> None:
    world.account()
    flow = opened(world)
    for left in reversed(range(ATTEMPTS)):
        assert refused(lambda: verify(world, flow, WRONG)).facts == {"attempts_left": left}
    assert refused(lambda: verify(world, flow, world.right(flow.flow.flow_id))).code is Code.CODES_EXHAUSTED
    assert refused(lambda: again(world, flow)).code is Code.CODES_EXHAUSTED


def test_codes_end_after_a_quarter_of_an_hour_and_no_resend_prolongs_them(world: OwnWorld) -> None:
    world.account()
    flow = opened(world)
    world.advance(minutes=14, seconds=59)
    assert again(world, flow).challenge.expires_at == flow.flow.challenge.expires_at
    world.advance(seconds=1)
    assert refused(lambda: verify(world, flow, world.right(flow.flow.flow_id))).code is Code.CODE_EXPIRED
    assert refused(lambda: again(world, flow)).code is Code.CODE_EXPIRED


def test_a_resend_gives_the_same_codes_after_half_a_minute(world: OwnWorld) -> None:
    world.account()
    flow = opened(world)
    before = world.right(flow.flow.flow_id)
    assert refused(lambda: again(world, flow)).code is Code.RESEND_TOO_SOON
    world.advance(seconds=30)
    again(world, flow)
    assert world.right(flow.flow.flow_id) == before
    assert len(world.messages()) == 4


def test_a_stranger_with_another_token_or_kind_learns_nothing(world: OwnWorld) -> None:
    world.account()
    flow = opened(world)
    ask = world.codes.opened
    assert refused(lambda: ask(flow.flow.flow_id, "another", KIND)).code is Code.FLOW_TOKEN_INVALID
    assert refused(lambda: ask("A" * 22, flow.flow_token, KIND)).code is Code.FLOW_TOKEN_INVALID
    other = FlowKind.STAFF_JOINING
    assert refused(lambda: ask(flow.flow.flow_id, flow.flow_token, other)).code is Code.FLOW_TOKEN_INVALID


class TestDecoys:
    """Where there is nobody, the same is done and answered, and nothing is sent or right."""

    def test_it_is_answered_as_a_real_one(self, world: OwnWorld) -> None:
        world.account()
        real, decoy = opened(world), opened(world, "nobody", known=False)
        assert world.told()[2:] == []
        for flow in (real, decoy):
            assert refused(verify, world, flow, WRONG).facts == {"attempts_left": 4}
        world.advance(seconds=30)
        assert [again(world, flow).challenge.sends for flow in (real, decoy)] == [2, 2]
        assert len(world.messages()) == 4

    def test_not_even_its_own_codes_are_right(self, world: OwnWorld) -> None:
        world.account()
        decoy = opened(world, "nobody", known=False)
        refusal = refused(lambda: verify(world, decoy, world.right(decoy.flow.flow_id)))
        assert set(refusal.errors) == {"mobile_code", "email_code"}

    def test_as_much_is_written_and_read_for_it(self, world: OwnWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        world.account()
        items: list[int] = []
        write = world.store.write

        def counted(*changes: Change) -> str:
            items.append(len(changes))
            return write(*changes)

        monkeypatch.setattr(world.store, "write", counted)

        def made(known: bool) -> list[int]:  # noqa: FBT001 - of a test
            items.clear()
            flow = opened(world, "asha.nair" if known else "nobody", known=known)
            refused(lambda: verify(world, flow, WRONG))
            world.advance(seconds=30)
            again(world, flow)
            return list(items)

        assert made(known=True) == made(known=False)

    def test_ten_failures_lock_it_like_a_real_one(self, world: OwnWorld) -> None:
        world.account()
        for typed, known in (("asha.nair", True), ("nobody", False)):
            for _ in range(2):
                flow = opened(world, typed, known=known)
                for _ in range(ATTEMPTS):
                    refused(verify, world, flow, WRONG)
            third = opened(world, typed, known=known)
            world.advance(minutes=10)  # past the window of the IP, within the lock
            refusal = refused(verify, world, third, WRONG)
            assert refusal.code is Code.LOCKED
            world.advance(minutes=10)


class TestFlooding:
    """Strangers who ask again and again are told so by what they typed; the owner is left a share of the day."""

    def test_five_sends_a_day_for_what_was_typed(self, world: OwnWorld) -> None:
        world.account()
        for known, typed in ((True, "asha.nair"), (False, "nobody")):
            for _ in range(limits.BY_STRANGERS_A_DAY):
                opened(world, typed, known=known)
            refusal = refused(lambda: opened(world, typed, known=known))  # noqa: B023 - asked at once
            assert refusal.code is Code.SEND_LIMIT_REACHED
            assert refusal.retry_at is not None
            world.advance(minutes=10)
        world.advance(days=1)
        opened(world)

    def test_many_names_of_one_owner_send_no_more_and_tell_no_more(self, world: OwnWorld) -> None:
        world.account()
        for _ in range(limits.BY_STRANGERS_A_DAY):
            opened(world, "asha.nair")
        flow = opened(world, "asha@nair.example")
        assert len(world.messages()) == 2 * limits.BY_STRANGERS_A_DAY
        # It is a decoy like any other.
        assert refused(lambda: verify(world, flow, world.right(flow.flow.flow_id))).code is Code.CODES_INCORRECT
        world.advance(minutes=6)
        assert again(world, flow).challenge.sends == 2
        assert len(world.messages()) == 2 * limits.BY_STRANGERS_A_DAY

    def test_the_owner_keeps_half_of_the_days_sends(self, world: OwnWorld) -> None:
        """Who floods the reset must not keep the owner from getting a code to sign in."""
        account = world.account()
        for typed in ("asha.nair", "asha@nair.example", ASHA.mobile):
            for _ in range(limits.BY_STRANGERS_A_DAY):
                opened(world, typed)
            world.advance(minutes=6)
        key = world.keyring.current().material
        left = limits.BY_ADDRESS_A_DAY - limits.BY_STRANGERS_A_DAY
        for _ in range(left):
            world.store.write(CountUp(limits.by_address(key, account.contact.mobile, world.now)))

    def test_a_resend_that_the_owner_is_not_sent_leaves_the_codes_right(self, world: OwnWorld) -> None:
        world.account()
        first = opened(world)
        for typed in ("asha@nair.example",) * (limits.BY_STRANGERS_A_DAY - 1):
            opened(world, typed)
        world.advance(seconds=30)
        assert again(world, first).status is FlowStatus.CODES_SENT
        assert len(world.messages()) == 2 * limits.BY_STRANGERS_A_DAY
        assert verify(world, first, world.right(first.flow.flow_id)).status is FlowStatus.CONFIRMED

    def test_25_in_five_minutes_from_one_ip(self, world: OwnWorld) -> None:
        world.account()
        for number in range(limits.BY_IP):
            opened(world, f"nobody{number}", known=False)
        assert refused(lambda: opened(world, "nobody", known=False)).code is Code.TOO_MANY_REQUESTS


class TestOwners:
    """A signed-in owner's flow has one channel and no token."""

    def asked(self, world: OwnWorld) -> Flow:
        account = world.account()
        kind, contact = FlowKind.CONTACT_CHANGE, replace(ASHA, email=BALA.email)
        return world.codes.asked_by_owner(kind, account, contact, Channel.EMAIL, CALLER, None, ())

    def test_the_code_goes_to_the_new_address_alone(self, world: OwnWorld) -> None:
        flow = self.asked(world)
        assert world.told() == [("new_contact_code", BALA.email)]
        assert flow.counted_as == flow.owner

    def test_a_wrong_code_is_told_as_one(self, world: OwnWorld) -> None:
        flow = self.asked(world)
        refusal = refused(lambda: world.codes.confirmed(lambda: world.flow(flow.flow_id), WRONG, CALLER, goes_on))
        assert (refusal.code, set(refusal.errors)) == (Code.CODE_INCORRECT, {"code"})

    def test_who_sends_too_often_is_told(self, world: OwnWorld) -> None:
        flow = self.asked(world)
        for _ in range(codes.SENDS - 1):
            world.advance(seconds=30)
            world.codes.sent_again(lambda: world.flow(flow.flow_id), CALLER)
        world.advance(seconds=30)
        refusal = refused(lambda: world.codes.sent_again(lambda: world.flow(flow.flow_id), CALLER))
        assert refusal.code is Code.SEND_LIMIT_REACHED

    def test_a_flow_that_was_stopped_confirms_nothing(self, world: OwnWorld) -> None:
        flow = self.asked(world)
        world.store.write(WriteFlow(replace(world.flow(flow.flow_id), status=FlowStatus.STOPPED)))
        read = lambda: world.flow(flow.flow_id)  # noqa: E731
        code = Codes(email=world.code(flow.flow_id))
        assert refused(lambda: world.codes.confirmed(read, code, CALLER, goes_on)).code is Code.FLOW_ENDED
        assert refused(lambda: world.codes.sent_again(read, CALLER)).code is Code.FLOW_ENDED


def test_no_kind_of_flow_locks_another(world: OwnWorld) -> None:
    account = world.account()
    for _ in range(2):
        flow = opened(world)
        for _ in range(ATTEMPTS):
            refused(verify, world, flow, WRONG)
    key = world.keyring.current().material
    locked = [
        purpose
        for purpose in TryPurpose
        for identity in (owner_key(account), limits.pseudonym(key, KIND.value, "asha.nair"))
        if world.store.tries(limits.tries_key(key, purpose, identity)).locked_until is not None
    ]
    assert locked == [TryPurpose.PASSWORD_RESET]


class AnyOrder(RuleBasedStateMachine):
    """Whatever is done in whatever order: at most five compares, one consumption, no life beyond a quarter hour."""

    def __init__(self) -> None:
        super().__init__()
        self.world = OwnWorld()
        self.world.account()
        self.flow = opened(self.world)
        self.right = self.world.right(self.flow.flow.flow_id)
        self.wrong = 0
        self.is_confirmed = False
        self.sends = 1
        self.end = self.world.now + timedelta(minutes=15)

    @rule(seconds=st.sampled_from([1, 29, 30, 31, 300]))
    def time_passes(self, seconds: int) -> None:
        self.world.advance(seconds=seconds)

    @rule(is_right=st.booleans())
    def type_codes(self, is_right: bool) -> None:  # noqa: FBT001 - of a test
        may = self.world.now < self.end and self.wrong < ATTEMPTS
        told = self.told(self.right if is_right else WRONG)
        if self.is_confirmed:
            assert told is None
        elif told is Code.CODES_INCORRECT:
            assert may
            assert not is_right
            self.wrong += 1
        elif told is None:
            assert may
            assert is_right
            self.is_confirmed = True
        else:
            assert not may or told is Code.TOO_MANY_REQUESTS

    def told(self, typed: Codes) -> Code | None:
        try:
            verify(self.world, self.flow, typed)
        except Refusal as refusal:
            return refusal.code
        return None

    @rule()
    def ask_again(self) -> None:
        try:
            again(self.world, self.flow)
        except Refusal:
            return
        assert not self.is_confirmed
        assert self.world.now < self.end
        self.sends += 1

    @invariant()
    def limits_hold(self) -> None:
        stored = self.world.flow(self.flow.flow.flow_id)
        assert stored.challenge.attempts <= ATTEMPTS
        assert stored.challenge.expires_at == self.end
        assert self.sends <= codes.SENDS
        assert len(self.world.messages()) == 2 * self.sends
        assert (stored.status is FlowStatus.CONFIRMED) == self.is_confirmed == (stored.challenge.used_at is not None)


AnyOrder.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestAnyOrder = AnyOrder.TestCase
