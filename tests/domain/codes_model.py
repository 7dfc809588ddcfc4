"""A model of a registration's codes: anything a person, a lost answer or a double click may do, in any order.

It holds throughout: at most five compares of a pair of codes, one success for a pair, and no success after its time.
Each kind of registration says what its world is and adds its own rules.
"""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chalicelib.domain import codes
from chalicelib.domain.changes import StoreUnavailable
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.ports import JourneysUnavailable
from chalicelib.domain.refusals import Code, Refusal

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
SETTINGS = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


class CodesModel(RuleBasedStateMachine):
    """One registration from the moment its codes are asked for. `begin` comes first."""

    world: Any
    compares: Counter[bytes]
    successes: Counter[bytes]

    def begin(self, world: Any) -> None:
        self.world = world
        self.compares, self.successes = Counter(), Counter()
        self.refusals: list[str] = []
        self.compare = codes.wrong_channels
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(codes, "wrong_channels", self.counted)

    # What each kind says.

    def is_open(self) -> bool:
        """Whether codes are waited for."""
        raise NotImplementedError

    def verify(self, typed: Codes) -> None:
        raise NotImplementedError

    def resume(self, typed: Codes) -> None:
        raise NotImplementedError

    def ask_again(self) -> None:
        raise NotImplementedError

    def teardown(self) -> None:
        if hasattr(self, "patch"):
            self.patch.undo()

    def counted(self, key: codes.ServerKey, challenge: codes.Challenge, contact: Contact, typed: Codes) -> object:
        self.compares[challenge.nonce] += 1
        return self.compare(key, challenge, contact, typed)

    def ask(self, typed: Codes, *, twice: bool = False, lost: bool = False, resumed: bool = False) -> None:
        """Sends codes; `twice` is a double click, `lost` loses the answer to the write that comes next."""
        world, was_open = self.world, self.is_open()
        for _ in range(2 if twice else 1):
            world.store.lose_answers = 1 if lost else 0
            lost = False
            try:
                self.resume(typed) if resumed else self.verify(typed)
            except Refusal as refusal:
                self.note_refusal(refusal)
            except (StoreUnavailable, JourneysUnavailable):
                pass
        world.store.lose_answers = 0
        if was_open and not self.is_open():
            challenge = world.read().challenge
            assert world.now < challenge.expires_at
            assert typed == world.codes()
            self.successes[challenge.nonce] += 1

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
            self.ask_again()
        except Refusal as refusal:
            self.note_refusal(refusal)

    @invariant()
    def at_most_five_compares(self) -> None:
        assert max(getattr(self, "compares", Counter()).values(), default=0) <= codes.ATTEMPTS

    @invariant()
    def one_success(self) -> None:
        assert max(getattr(self, "successes", Counter()).values(), default=0) <= 1
