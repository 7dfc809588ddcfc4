"""Journeys whose wait ran out: they end as expired, the ICEGATE ID is free again, and the person is told so."""

from datetime import timedelta

import pytest

from chalicelib.suite import suite
from chalicelib.web.texts import text
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.clients import Client
from tests.journeys.importers import new_contact
from tests.journeys.walking import Flow, kinds, opened, sent_to


def change(flow: Flow) -> None:
    flow.to_contact_verified().change(new_contact()).demand(202)


STAGES = {
    "IssueContactCodes": Flow.to_codes_sent,
    "AwaitContactDecision": Flow.to_contact_verified,
    "IssueAlternateCodes": change,
}


@on_both_engines
@pytest.mark.parametrize("state", list(STAGES))
def test_each_wait_that_runs_out_ends_the_journey_as_expired(laptop: Laptop, state: str) -> None:
    flow = opened(laptop)
    STAGES[state](flow)
    flow.until_waiting(state)
    messages = len(flow.messages())
    flow.let_time_run_out()
    execution = flow.execution()
    assert (execution.status, execution.error) == ("SUCCEEDED", None)
    assert execution.history[-4:] == [state, "ExpireRegistration", "PlaceInJourney", "Ended"]
    stored = suite().store.registration(flow.registration_id)
    assert stored is not None
    assert stored.status.value == "expired"
    # What only the way to an account needed is gone.
    assert stored.password_hash is stored.task_token is None
    assert flow.read()["status"] == "expired"
    assert len(flow.messages()) == messages
    # Anyone may have the ICEGATE ID now, and the holder may begin anew with the same temporary password.
    assert opened(laptop).choose(flow.icegate_id.upper()).demand(202)
    opened(laptop, flow.importer).to_registered()


@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_person_is_told_to_start_afresh(laptop: Laptop, language: str) -> None:
    flow = opened(laptop, client=Client(laptop.site_url, language=language)).to_codes_sent()
    codes = flow.codes()
    laptop.clock.advance(hours=2)
    for reply in (flow.verify(codes), flow.resume(codes), flow.send_again(), flow.finish()):
        assert (reply.status, reply.code) == (410, "registration_expired")
        assert reply.content["title"] == text(language, "refusal.registration_expired.title")
        assert reply.content["detail"] == text(language, "refusal.registration_expired.detail")
    # Of one with wrong codes nothing is told but that codes grow too old.
    refused = flow.resume(("000000", "000000"))
    assert refused.code == "codes_not_matched"
    assert refused.content["detail"] == text(language, "refusal.codes_not_matched.detail")


def test_each_wait_lasts_two_hours_from_its_own_beginning(laptop: Laptop) -> None:
    flow, alternate = opened(laptop), new_contact()
    almost = timedelta(hours=1, minutes=59)
    laptop.clock.advance(almost)
    flow.to_codes_sent()
    laptop.clock.advance(almost)
    flow.verify().demand(200)
    flow.until_waiting("AwaitContactDecision")
    laptop.clock.advance(almost)
    flow.change(alternate).demand(202)
    flow.until_waiting("IssueAlternateCodes")
    laptop.clock.advance(almost)
    assert flow.verify_alternate(flow.codes(alternate)).demand(200).content["status"] == "registered"
    flow.until_told()
    assert kinds(sent_to(laptop, alternate)) == ["code.email", "code.sms", "registered.email", "registered.sms"]


def test_what_was_decided_in_time_is_carried_out_though_the_wait_ran_out_meanwhile(laptop: Laptop) -> None:
    """Finish was clicked in the last minute and Step Functions could not be told."""
    flow = opened(laptop).to_contact_verified()
    flow.until_waiting("AwaitContactDecision")
    laptop.clock.advance(hours=1, minutes=59)
    with laptop.faults.during("states"):
        assert flow.finish().status == 503
    flow.let_time_run_out()
    assert flow.read()["status"] == "registered"
    assert kinds(flow.messages()) == ["code.email", "code.sms", "registered.email", "registered.sms"]


def test_a_registration_that_never_got_an_id_leaves_nothing_behind(laptop: Laptop) -> None:
    flow = opened(laptop)
    laptop.clock.advance(hours=2)
    assert flow.read()["status"] == "expired"
    assert laptop.executions() == []
    opened(laptop, flow.importer).to_registered()


def test_a_superseded_registrations_codes_are_dead(laptop: Laptop) -> None:
    first = opened(laptop).to_codes_sent()
    old = first.codes()
    laptop.clock.advance(seconds=31)
    second = opened(laptop, first.importer).to_registered()
    assert first.verify(old).demand(200).content["status"] == "contact_verified"
    refused = first.finish()
    assert (refused.status, refused.code) == (409, "registration_superseded")
    assert first.resume(old).code in {"codes_not_matched", "codes_used"}
    first.until_told()
    assert suite().store.named(first.icegate_id) is None
    assert suite().store.named(second.icegate_id) is not None
