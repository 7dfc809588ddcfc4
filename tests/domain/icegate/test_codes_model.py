"""A model of the simplified registration's codes: what `CodesModel` says, with the codes of an alternate contact.

It holds throughout besides: no success after two hours, and no code in any place but the messages themselves.
"""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from chalicelib.domain.codes import Codes
from chalicelib.domain.icegate.registration import AWAITING_CODES, CodesFor, Status
from chalicelib.domain.refusals import Refusal
from tests.domain.codes_model import SETTINGS, CodesModel
from tests.domain.icegate.world import ALTERNATE, HOLDER, IP, World


class SimplifiedModel(CodesModel):
    """One simplified registration, whose contact may be changed."""

    world: World

    @initialize()
    def codes_are_sent(self) -> None:
        self.begin(World())
        self.old_codes: list[Codes] = []
        self.world.codes_sent()

    def is_open(self) -> bool:
        return self.world.read().status in AWAITING_CODES

    def verify(self, typed: Codes) -> None:
        codes_for = self.world.read().codes_for or CodesFor.CONTACT
        self.world.desk.verify(self.world.registration_id, self.world.flow_token, codes_for, typed, IP)

    def resume(self, typed: Codes) -> None:
        self.world.flow_token = self.world.desk.resume(HOLDER.iec, HOLDER.gstins[0], typed, IP).flow_token

    def ask_again(self) -> None:
        try:
            self.world.desk.send_again(self.world.registration_id, self.world.flow_token, IP)
        finally:
            self.world.journey.run()

    @precondition(lambda self: bool(self.old_codes))
    @rule(data=st.data())
    def old_codes_of_other_addresses(self, data: st.DataObject) -> None:
        self.ask(data.draw(st.sampled_from(self.old_codes)))

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


SimplifiedModel.TestCase.settings = SETTINGS
TestSimplifiedModel = SimplifiedModel.TestCase
