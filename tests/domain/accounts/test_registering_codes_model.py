"""A model of a sign-up's codes: what `CodesModel` says, with strangers and a journey that may be down.

It holds throughout besides: no success after 15 minutes, at most five sends, one account, and no code in any place but
the messages themselves.
"""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from chalicelib.domain import codes, passwords
from chalicelib.domain.accounts.registration import RegistrationStatus
from chalicelib.domain.codes import Codes
from tests.domain.accounts.registering_world import World
from tests.domain.codes_model import SETTINGS, CodesModel


class SignUpModel(CodesModel):
    """One sign-up; a stranger may take its username meanwhile."""

    world: World

    @initialize()
    def somebody_signs_up(self) -> None:
        self.begin(World())
        self.patch.setattr(passwords, "hashed", lambda _: "$argon2id$")
        self.world.opened()

    def is_open(self) -> bool:
        return self.world.read().status is RegistrationStatus.CODES_SENT

    def verify(self, typed: Codes) -> None:
        self.world.verify(typed)

    def resume(self, typed: Codes) -> None:
        self.world.resume(typed)

    def ask_again(self) -> None:
        self.world.send_again()

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


SignUpModel.TestCase.settings = SETTINGS
TestSignUpModel = SignUpModel.TestCase
