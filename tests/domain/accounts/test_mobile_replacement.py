"""A lost mobile: a day's wait in which whoever has the old one, or signs in, can stop it; then it counts, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain import limits
from chalicelib.domain.accounts.account import AccountStatus
from chalicelib.domain.accounts.flows import FlowStatus
from chalicelib.domain.accounts.replacing_mobiles import NotDue, ReplacementUnknown
from chalicelib.domain.accounts.security import Method
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import WriteOwner
from chalicelib.domain.codes import ATTEMPTS
from chalicelib.domain.contacts import Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.limits import CODE_TRIES
from chalicelib.domain.ports import Journey, JourneysUnavailable
from chalicelib.domain.refusals import Code
from tests.domain.accounts.own_world import ASHA, CALLER, NEW, STRANGER, OwnWorld, refused

OTHER = Contact(EmailAddress("other@people.example"), Mobile("+919876500008"))


@pytest.fixture
def world() -> OwnWorld:
    return OwnWorld()


def stop(world: OwnWorld, username: str, code: str, caller: Caller = STRANGER) -> None:
    world.replacements.stop(username, code, world.captcha(), caller)


class TestAsking:
    def test_both_old_addresses_are_told_and_the_old_mobile_gets_the_code_that_stops_it(self, world: OwnWorld) -> None:
        account = world.account()
        flow = world.waiting(account)
        assert world.told()[1:] == [
            ("mobile_replacement_asked", ASHA.mobile),
            ("mobile_replacement_asked", ASHA.email),
        ]
        to_mobile, to_email = world.messages(account)[1:]
        assert to_mobile.challenge == flow.stop_challenge
        assert to_email.challenge is None
        # "Tomorrow at …" in the SMS is this instant.
        assert flow.stop_challenge is not None
        assert flow.effective_at == flow.stop_challenge.expires_at == world.now + timedelta(hours=24)
        assert world.deeds(account) == ["contact_change_asked", "mobile_replacement_asked"]

    def test_the_journey_waits_a_day(self, world: OwnWorld) -> None:
        flow = world.waiting(world.account())
        assert world.journeys.journeys == {flow.flow_id: Journey.MOBILE_REPLACEMENT}
        assert world.journeys.started == {flow.flow_id: 24 * 60 * 60}

    def test_the_new_number_is_nobody_elses_meanwhile(self, world: OwnWorld) -> None:
        world.waiting(world.account())
        other = world.actor(world.account(OTHER, "bala.trade"))
        world.contacts.ask(other, None, NEW.mobile, CALLER)
        assert world.told()[-1] == ("contact_taken", NEW.mobile)

    def test_a_start_that_failed_is_made_good_by_typing_the_code_again(self, world: OwnWorld) -> None:
        account = world.account()
        actor = world.actor(account, Method.EMAIL_CODE)
        flow_id = world.contacts.ask(actor, None, NEW.mobile, CALLER).flow_id
        world.journeys.is_available = False
        code = world.code(flow_id)
        with pytest.raises(JourneysUnavailable):
            world.contacts.verify(actor, flow_id, code, CALLER)
        world.journeys.is_available = True
        assert world.contacts.verify(actor, flow_id, code, CALLER).status is FlowStatus.WAITING
        assert flow_id in world.journeys.started

    def test_a_start_that_failed_is_made_good_by_a_look_at_the_account(self, world: OwnWorld) -> None:
        account = world.account()
        flow = world.waiting(account)
        world.journeys.started.clear()
        world.advance(hours=1)
        seen = world.own.read(world.actor(account), CALLER)
        assert seen.pending is not None
        assert world.journeys.started == {flow.flow_id: 23 * 60 * 60}

    def test_a_look_at_the_account_does_not_fail_with_the_journeys(self, world: OwnWorld) -> None:
        account = world.account()
        world.waiting(account)
        world.journeys.is_available = False
        assert world.own.read(world.actor(account), CALLER).pending is not None


class TestApplying:
    def test_the_new_one_takes_the_old_ones_place(self, world: OwnWorld) -> None:
        account = world.account()
        flow = world.waiting(account)
        asked_at = world.now
        world.advance(hours=24)
        assert world.replacements.apply(flow.flow_id, "step").status is FlowStatus.DONE
        after = world.stored(account)
        assert after.contact == Contact(ASHA.email, NEW.mobile)
        assert after.replacement_id is None
        assert after.mobile_confirmed_at == asked_at
        assert world.told()[3:] == [
            ("mobile_replaced", ASHA.mobile),
            ("mobile_replaced", NEW.mobile),
            ("mobile_replaced", ASHA.email),
        ]
        assert world.store.named(ASHA.mobile) is None
        assert world.deeds(account)[-1] == "mobile_replaced"

    def test_an_icegate_accounts_as_well(self, world: OwnWorld) -> None:
        registrant = world.registrant()
        flow = world.waiting(registrant)
        world.advance(hours=24)
        world.replacements.apply(flow.flow_id, "step")
        assert world.stored(registrant).contact == Contact(ASHA.email, NEW.mobile)

    def test_not_before_its_day(self, world: OwnWorld) -> None:
        flow = world.waiting(world.account())
        world.advance(hours=23, minutes=59, seconds=59)
        with pytest.raises(NotDue):
            world.replacements.apply(flow.flow_id, "step")

    def test_once(self, world: OwnWorld) -> None:
        account = world.account()
        flow = world.waiting(account)
        world.advance(hours=24)
        for _ in range(3):
            assert world.replacements.apply(flow.flow_id, "step").status is FlowStatus.DONE
        assert len(world.told()) == 6
        assert world.deeds(account).count("mobile_replaced") == 1

    def test_a_step_that_failed_for_good_is_made_good_by_a_look_at_the_account(self, world: OwnWorld) -> None:
        account = world.account()
        world.waiting(account)
        world.advance(hours=30)
        seen = world.own.read(world.actor(account), CALLER)
        assert (seen.pending, seen.owner.contact.mobile) == (None, NEW.mobile)

    def test_whoever_left_meanwhile_gets_no_new_mobile(self, world: OwnWorld) -> None:
        account = world.account()
        flow = world.waiting(account)
        world.store.write(WriteOwner(replace(world.stored(account), status=AccountStatus.DEPARTED)))  # type: ignore[arg-type]
        world.advance(hours=24)
        assert world.replacements.apply(flow.flow_id, "step").status is FlowStatus.STOPPED
        assert world.stored(account).contact == ASHA
        assert world.store.named(NEW.mobile) is None

    def test_what_is_no_replacement_is_told_so(self, world: OwnWorld) -> None:
        world.account()
        for flow_id in ("A" * 22, world.asked().flow.flow_id):
            with pytest.raises(ReplacementUnknown):
                world.replacements.apply(flow_id, "step")


class TestStoppingByCode:
    @pytest.mark.parametrize(
        "username", ["Asha.NAIR", " asha@nair.example", ASHA.mobile, "98765 00001", "098765-00001", NEW.mobile]
    )
    def test_any_name_of_the_account_will_do(self, world: OwnWorld, username: str) -> None:
        account = world.account()
        flow = world.waiting(account)
        stop(world, username, world.stop_code(flow.flow_id))
        assert world.flow(flow.flow_id).status is FlowStatus.STOPPED
        assert world.store.named(NEW.mobile) is None
        world.advance(hours=24)
        assert world.replacements.apply(flow.flow_id, "step").status is FlowStatus.STOPPED
        assert world.stored(account).contact == ASHA
        assert world.told()[3:] == [
            ("mobile_replacement_stopped", ASHA.mobile),
            ("mobile_replacement_stopped", ASHA.email),
        ]
        assert world.deeds(account)[-1] == "mobile_replacement_stopped"

    def test_an_icegate_id_will_do_for_an_icegate_account(self, world: OwnWorld) -> None:
        flow = world.waiting(world.registrant())
        stop(world, "asha_EXPORTS", world.stop_code(flow.flow_id))
        assert world.flow(flow.flow_id).status is FlowStatus.STOPPED

    def test_stopped_again_it_is_stopped_as_before(self, world: OwnWorld) -> None:
        account = world.account()
        flow = world.waiting(account)
        code = world.stop_code(flow.flow_id)
        for _ in range(2):
            stop(world, "asha.nair", code)
        assert world.deeds(account).count("mobile_replacement_stopped") == 1
        # And another can be asked for.
        assert world.waiting(account).status is FlowStatus.WAITING

    def test_whatever_is_wrong_is_told_in_one_way(self, world: OwnWorld) -> None:
        account = world.account()
        flow = world.waiting(account)
        right = world.stop_code(flow.flow_id)
        assert refused(lambda: stop(world, "asha.nair", "000000")).code is Code.CODES_NOT_MATCHED
        assert refused(lambda: stop(world, "nobody", right)).code is Code.CODES_NOT_MATCHED
        other = world.account(OTHER, "other.name")
        assert refused(lambda: stop(world, other.username, right)).code is Code.CODES_NOT_MATCHED
        # The new mobile's code is no code of the old one's.
        assert refused(lambda: stop(world, "asha.nair", world.code(flow.flow_id))).code is Code.CODES_NOT_MATCHED
        assert world.flow(flow.flow_id).status is FlowStatus.WAITING

    def test_once_its_day_has_come_it_is_too_late(self, world: OwnWorld) -> None:
        flow = world.waiting(world.account())
        code = world.stop_code(flow.flow_id)
        world.advance(hours=24)
        assert refused(lambda: stop(world, "asha.nair", code)).code is Code.CODES_NOT_MATCHED
        world.replacements.apply(flow.flow_id, "step")
        assert refused(lambda: stop(world, "asha.nair", code)).code is Code.CODES_NOT_MATCHED

    def test_a_thief_cannot_use_up_the_tries_of_whoever_has_the_mobile(self, world: OwnWorld) -> None:
        """The thief knows every name and guesses wrong on purpose; from elsewhere the right code still stops it."""
        flow = world.waiting(world.account())
        for name in ("asha.nair", "asha@nair.example", ASHA.mobile):
            for _ in range(CODE_TRIES.failures):
                refused(stop, world, name, "000000")
            world.advance(minutes=6)  # past the window of the IP
            assert refused(stop, world, name, "000000").code is Code.LOCKED
        # Locked for the thief a moment ago, under this very name.
        stop(world, ASHA.mobile, world.stop_code(flow.flow_id), CALLER)
        assert world.flow(flow.flow_id).status is FlowStatus.STOPPED

    def test_who_guesses_meets_the_limit_of_the_ip(self, world: OwnWorld) -> None:
        for number in range(limits.BY_IP):
            refused(stop, world, f"nobody{number}", "000000")
        assert refused(lambda: stop(world, "nobody", "000000")).code is Code.TOO_MANY_REQUESTS

    def test_a_captcha_serves_once(self, world: OwnWorld) -> None:
        payload = world.captcha()
        refused(lambda: world.replacements.stop("nobody", "000000", payload, STRANGER))
        refusal = refused(lambda: world.replacements.stop("nobody", "000000", payload, STRANGER))
        assert refusal.code is Code.CAPTCHA_USED

    def test_as_much_is_written_where_there_is_nobody(self, world: OwnWorld) -> None:
        account = world.account()

        def writes(username: str) -> int:
            before = world.store.writes
            refused(lambda: stop(world, username, "000000"))
            return world.store.writes - before

        without = writes("asha.nair")
        world.waiting(account)
        assert writes("asha.nair") == without == writes("nobody")


def test_the_owner_who_signs_in_stops_it(world: OwnWorld) -> None:
    account = world.account()
    flow = world.waiting(account)
    actor = world.actor(account)
    for _ in range(2):
        assert world.contacts.cancel(actor, flow.flow_id, CALLER).status is FlowStatus.STOPPED
    assert world.own.read(world.actor(account), CALLER).pending is None
    assert world.deeds(account).count("mobile_replacement_stopped") == 1


def test_the_first_answer_of_a_stop_may_be_lost(world: OwnWorld) -> None:
    flow = world.waiting(world.account())
    code = world.stop_code(flow.flow_id)
    stop(world, "asha.nair", code)
    stop(world, "asha.nair", code)
    assert world.flow(flow.flow_id).status is FlowStatus.STOPPED


def test_wrong_codes_to_the_new_mobile_are_five(world: OwnWorld) -> None:
    actor = world.actor(world.account(), Method.EMAIL_CODE)
    flow = world.contacts.ask(actor, None, NEW.mobile, CALLER)
    for _ in range(ATTEMPTS):
        assert refused(lambda: world.contacts.verify(actor, flow.flow_id, "000000", CALLER)).code is Code.CODE_INCORRECT
    right = world.code(flow.flow_id)
    assert refused(lambda: world.contacts.verify(actor, flow.flow_id, right, CALLER)).code is Code.CODES_EXHAUSTED
