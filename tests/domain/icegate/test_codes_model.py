"""A model of the codes: anything a person, a lost answer or a double click may do, in any order.

It holds throughout: at most five compares of a code, one success for a pair of codes, no success after two hours,
and no code in any place but the messages themselves.
"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib.domain import codes
from chalicelib.domain.changes import StoreUnavailable
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.icegate.registration import AWAITING_CODES, CodesFor, Status
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.icegate.world import ALTERNATE, HOLDER, IP, World

_EXPECTED = {
    Code.CODES_INCORRECT,
    Code.CODES_EXHAUSTED,
    Code.CODES_NOT_MATCHED,
    Code.CODES_USED,
    Code.LOCKED,
    Code.REGISTRATION_EXPIRED,
    Code.REGISTRATION_ENDED,
    Code.RESEND_TOO_SOON,
    Code.SEND_LIMIT_REACHED,
    Code.STEP_OUT_OF_ORDER,
    Code.TOO_MANY_REQUESTS,
    Code.FLOW_TOKEN_INVALID,
}


class CodesModel(RuleBasedStateMachine):
    """One registration from the moment its codes are asked for."""

    compares: Counter[bytes]
    successes: Counter[bytes]

    @initialize()
    def codes_are_sent(self) -> None:
        self.world = World()
        self.compares, self.successes = Counter(), Counter()
        self.old_codes: list[Codes] = []
        self.refusals: list[str] = []
        self.compare = codes.wrong_channels
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(codes, "wrong_channels", self.counted)
        self.world.codes_sent()

    def teardown(self) -> None:
        if hasattr(self, "patch"):
            self.patch.undo()

    def counted(self, key: codes.ServerKey, challenge: codes.Challenge, contact: Contact, typed: Codes) -> object:
        self.compares[challenge.nonce] += 1
        return self.compare(key, challenge, contact, typed)

    def ask(self, typed: Codes, *, twice: bool = False, lost: bool = False, resumed: bool = False) -> None:
        """Sends codes; `twice` is a double click, `lost` loses the answer to the write that comes next."""
        world, before = self.world, self.world.read()
        codes_for = before.codes_for or CodesFor.CONTACT
        for _ in range(2 if twice else 1):
            world.store.lose_answers = 1 if lost else 0
            lost = False
            try:
                if resumed:
                    world.flow_token = world.desk.resume(HOLDER.iec, HOLDER.gstins[0], typed, IP).flow_token
                else:
                    world.desk.verify(world.registration_id, world.flow_token, codes_for, typed, IP)
            except Refusal as refusal:
                self.note_refusal(refusal)
            except StoreUnavailable:
                pass
        world.store.lose_answers = 0
        self.note_success(before.status in AWAITING_CODES, typed)

    def note_refusal(self, refusal: Refusal) -> None:
        assert refusal.code in _EXPECTED, refusal.code
        self.refusals.append(f"{refusal} {refusal.facts} {refusal.errors}")

    def note_success(self, was_open: bool, typed: Codes) -> None:  # noqa: FBT001
        after = self.world.read()
        if was_open and after.status not in AWAITING_CODES:
            assert after.challenge is not None
            assert self.world.now < after.challenge.expires_at
            assert typed == self.world.codes()
            self.successes[after.challenge.nonce] += 1

    @rule(twice=st.booleans(), lost=st.booleans(), resumed=st.booleans())
    def right_codes(self, twice: bool, lost: bool, resumed: bool) -> None:  # noqa: FBT001
        self.ask(self.world.codes(), twice=twice, lost=lost, resumed=resumed)

    @rule(wrong=st.sampled_from(list(Channel)), twice=st.booleans(), resumed=st.booleans())
    def one_wrong_code(self, wrong: Channel, twice: bool, resumed: bool) -> None:  # noqa: FBT001
        right = self.world.codes()
        other = f"{(int(right.typed(wrong)) + 1) % 1_000_000:06}"
        typed = Codes(other, right.email) if wrong is Channel.MOBILE else Codes(right.mobile, other)
        self.ask(typed, twice=twice, resumed=resumed)

    @precondition(lambda self: bool(self.old_codes))
    @rule(data=st.data())
    def old_codes_of_other_addresses(self, data: st.DataObject) -> None:
        self.ask(data.draw(st.sampled_from(self.old_codes)))

    @rule(wait=st.sampled_from([0, 31]))
    def send_again(self, wait: int) -> None:
        self.world.advance(seconds=wait)
        try:
            self.world.desk.send_again(self.world.registration_id, self.world.flow_token, IP)
        except Refusal as refusal:
            self.note_refusal(refusal)
        self.world.journey.run()

    @precondition(lambda self: self.world.read().status is Status.CONTACT_VERIFIED)
    @rule()
    def change_contact(self) -> None:
        self.old_codes.append(self.world.codes())
        try:
            self.world.desk.change_contact(self.world.registration_id, self.world.flow_token, ALTERNATE, IP)
        except Refusal as refusal:
            self.note_refusal(refusal)
        self.world.journey.run()

    @rule(minutes=st.sampled_from([1, 16, 60, 119]))
    def time_passes(self, minutes: int) -> None:
        self.world.advance(minutes=minutes)

    @rule()
    def the_journey_goes_on(self) -> None:
        self.world.journey.run()

    @precondition(lambda self: self.world.now >= self.world.read().expires_at)
    @rule()
    def the_wait_runs_out(self) -> None:
        self.world.steps.expire(self.world.registration_id)

    @invariant()
    def at_most_five_compares(self) -> None:
        assert max(getattr(self, "compares", Counter()).values(), default=0) <= codes.ATTEMPTS

    @invariant()
    def one_success(self) -> None:
        assert max(getattr(self, "successes", Counter()).values(), default=0) <= 1

    @invariant()
    def no_code_in_any_sink(self) -> None:
        if not hasattr(self, "refusals"):
            return
        world = self.world
        sinks = [vars(world.store), world.journeys.started, world.journeys.woken, self.refusals, world.read()]
        told = repr(sinks)
        for notice in world.messenger.sent:
            code = notice.values.get("code")
            assert code is None or f"'{code}'" not in told
            assert code is None or code not in repr(notice)


CodesModel.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
TestCodesModel = CodesModel.TestCase
