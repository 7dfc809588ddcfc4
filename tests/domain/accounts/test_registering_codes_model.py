"""A model of a sign-up's codes: anything a person, a lost answer, a double click or a stranger may do, in any order.

It holds throughout: at most five compares of a pair of codes, one success for a pair, no success after 15 minutes, at
most five sends, one account, and no code in any place but the messages themselves.
"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib.domain import codes, passwords
from chalicelib.domain.accounts.registration import CONFIRMED, RegistrationStatus
from chalicelib.domain.changes import StoreUnavailable
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.ports import JourneysUnavailable
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.accounts.registering_world import World

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
    # A resume whose answer was lost has ended the old token.
    Code.FLOW_TOKEN_INVALID,
}


class CodesModel(RuleBasedStateMachine):
    """One registration from the moment its codes are asked for; a stranger may take its username meanwhile."""

    compares: Counter[bytes]
    successes: Counter[bytes]

    @initialize()
    def somebody_signs_up(self) -> None:
        self.world = World()
        self.compares, self.successes = Counter(), Counter()
        self.refusals: list[str] = []
        self.compare = codes.wrong_channels
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(codes, "wrong_channels", self.counted)
        self.patch.setattr(passwords, "hashed", lambda _: "$argon2id$")
        self.world.opened()

    def teardown(self) -> None:
        if hasattr(self, "patch"):
            self.patch.undo()

    def counted(self, key: codes.ServerKey, challenge: codes.Challenge, contact: Contact, typed: Codes) -> object:
        self.compares[challenge.nonce] += 1
        return self.compare(key, challenge, contact, typed)

    def ask(self, typed: Codes, *, twice: bool = False, lost: bool = False, resumed: bool = False) -> None:
        """Sends codes; `twice` is a double click, `lost` loses the answer to the write that comes next."""
        world, before = self.world, self.world.read()
        for _ in range(2 if twice else 1):
            world.store.lose_answers = 1 if lost else 0
            lost = False
            try:
                world.resume(typed) if resumed else world.verify(typed)
            except Refusal as refusal:
                self.note_refusal(refusal)
            except (StoreUnavailable, JourneysUnavailable):
                pass
        world.store.lose_answers = 0
        after = world.read()
        if before.status is RegistrationStatus.CODES_SENT and after.status in CONFIRMED:
            assert world.now < after.challenge.expires_at
            assert typed == world.codes()
            self.successes[after.challenge.nonce] += 1

    def note_refusal(self, refusal: Refusal) -> None:
        assert refusal.code in _EXPECTED, refusal.code
        self.refusals.append(f"{refusal} {refusal.facts} {refusal.errors}")

    @rule(twice=st.booleans(), lost=st.booleans(), resumed=st.booleans())
    def right_codes(self, twice: bool, lost: bool, resumed: bool) -> None:  # noqa: FBT001
        self.ask(self.world.codes(), twice=twice, lost=lost, resumed=resumed)

    @rule(wrong=st.sampled_from(list(Channel)), twice=st.booleans(), resumed=st.booleans())
    def one_wrong_code(self, wrong: Channel, twice: bool, resumed: bool) -> None:  # noqa: FBT001
        right = self.world.codes()
        other = f"{(int(right.typed(wrong)) + 1) % 1_000_000:06}"
        typed = Codes(other, right.email) if wrong is Channel.MOBILE else Codes(right.mobile, other)
        self.ask(typed, twice=twice, resumed=resumed)

    @rule(wait=st.sampled_from([0, 31]))
    def send_again(self, wait: int) -> None:
        self.world.advance(seconds=wait)
        try:
            self.world.send_again()
        except Refusal as refusal:
            self.note_refusal(refusal)

    @rule(minutes=st.sampled_from([1, 3, 14]))
    def time_passes(self, minutes: int) -> None:
        self.world.advance(minutes=minutes)

    @rule(up=st.booleans())
    def step_functions_answers_or_not(self, up: bool) -> None:  # noqa: FBT001
        self.world.journeys.is_available = up

    @precondition(lambda self: self.world.journeys.is_available)
    @rule(lost=st.booleans())
    def the_journey_goes_on(self, lost: bool) -> None:  # noqa: FBT001
        self.world.store.lose_answers = 1 if lost else 0
        self.world.run()
        self.world.store.lose_answers = 0

    @precondition(lambda self: self.world.now >= self.world.read().expires_at and self.world.journeys.is_available)
    @rule()
    def the_wait_runs_out(self) -> None:
        if self.world.state == "AwaitAccountCodes":
            self.world.time_out()

    @precondition(lambda self: self.world.store.named("asha.nair") is None)
    @rule()
    def somebody_else_takes_the_username(self) -> None:
        self.world.existing("Asha.Nair")

    @invariant()
    def at_most_five_compares(self) -> None:
        assert max(getattr(self, "compares", Counter()).values(), default=0) <= codes.ATTEMPTS

    @invariant()
    def one_success(self) -> None:
        assert max(getattr(self, "successes", Counter()).values(), default=0) <= 1

    @invariant()
    def at_most_five_sends_and_one_welcome(self) -> None:
        if hasattr(self, "world"):
            told = Counter(kind for kind, _ in self.world.told())
            assert told["account_code"] + told["username_taken"] <= 2 * codes.SENDS
            assert told["account_opened"] in {0, 2}
            assert told["sign_up_not_possible"] <= 1

    @invariant()
    def an_account_is_there_where_and_only_where_it_is_said_to_be(self) -> None:
        if hasattr(self, "world"):
            is_there = self.world.account() is not None
            assert is_there == (self.world.read().status is RegistrationStatus.REGISTERED)

    @invariant()
    def no_code_in_any_sink(self) -> None:
        if hasattr(self, "refusals"):
            world, typed = self.world, self.world.codes()
            told = repr([vars(world.store), world.journeys.started, world.journeys.woken, self.refusals, world.read()])
            assert f"'{typed.mobile}'" not in told
            assert f"'{typed.email}'" not in told


CodesModel.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
TestCodesModel = CodesModel.TestCase
