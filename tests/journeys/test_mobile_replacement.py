"""A lost mobile over HTTP: the day's wait in Step Functions, the ways to stop it, and bad luck on the way."""

from __future__ import annotations

import json

import pytest

from chalicelib.domain.accounts.security import Method
from infra.local.laptop import Laptop
from tests.journeys.clients import Client
from tests.journeys.importers import new_contact
from tests.journeys.residents import (
    NEW_PASSWORD,
    Resident,
    code_in,
    icegate_resident,
    new_resident,
    resetting,
    single_code,
    stop,
    stop_code,
    stored_flow,
)
from tests.journeys.walking import eventually, execution_of, until_it_waits


@pytest.fixture
def resident(laptop: Laptop) -> Resident:
    return new_resident(laptop)


def let_the_day_pass(resident: Resident, flow_id: str, status: str = "SUCCEEDED") -> None:
    """Move the clock a day on, and wait for the journey's end."""
    laptop = resident.laptop
    until_it_waits(laptop, flow_id)
    laptop.clock.advance(hours=24)

    def ended() -> bool | None:
        laptop.clock.advance(seconds=5)
        return execution_of(laptop, flow_id).status == status or None

    eventually(ended, laptop.executions)


def test_the_straight_path(resident: Resident) -> None:
    new = new_contact()
    flow_id = resident.waiting(new.mobile)
    pending = resident.read()["pending_mobile"]
    assert (pending["flow_id"], pending["mobile"]) == (flow_id, f"+91 ••••••{new.mobile[-4:]}")
    assert not resident.read()["may_close"]
    told = resident.until_heard(2)
    assert any("/en/mobile-stop" in text and code_in(text) == stop_code(flow_id) for text in told)
    let_the_day_pass(resident, flow_id)
    assert execution_of(resident.laptop, flow_id).history == ["AwaitTheDay", "ApplyMobileReplacement"]
    seen = resident.signed_in().read()
    assert (seen["mobile"], seen["pending_mobile"]) == (new.mobile, None)
    assert "replaced" in resident.until_heard(1 + 1, new)[-1]
    assert sum("replaced, as was asked" in text for text in resident.until_heard(4)) == 2


def test_an_icegate_id_as_well(laptop: Laptop) -> None:
    resident, new = icegate_resident(laptop), new_contact()
    let_the_day_pass(resident, resident.waiting(new.mobile))
    assert resident.signed_in().read()["mobile"] == new.mobile


def test_codes_go_to_the_old_mobile_until_its_day(resident: Resident, client: Client) -> None:
    resident.waiting()
    token = resident.sign_in().demand(202).content["session_token"]
    client.call("POST", "/sessions/current/codes", {"channel": "mobile"}, token=token).demand(202)
    assert "to sign in" in resident.until_heard(3)[-1]


class TestStopping:
    def test_by_the_code_from_the_old_mobile(self, resident: Resident, client: Client) -> None:
        flow_id = resident.waiting()
        sms = next(text for text in resident.until_heard(2) if "/en/mobile-stop" in text and "#" in text)
        assert stop(client, resident.contact.mobile, code_in(sms)).demand(200).content == {"status": "stopped"}
        assert resident.read()["pending_mobile"] is None
        assert sum("stopped" in text for text in resident.until_heard(4)) == 2
        let_the_day_pass(resident, flow_id)
        assert resident.signed_in().read()["mobile"] == resident.contact.mobile

    def test_by_whoever_signs_in(self, resident: Resident) -> None:
        flow_id = resident.waiting()
        for _ in range(2):
            resident.call("DELETE", f"/account/contact-changes/{flow_id}").demand(204)
        assert resident.read()["pending_mobile"] is None
        # The number is free for another day.
        resident.waiting(stored_flow(flow_id).contact.mobile)

    def test_by_a_new_password_with_the_codes_of_both_old_addresses(self, resident: Resident, client: Client) -> None:
        flow_id = resident.waiting()
        reset = resetting(client, resident.username)
        reset.verify().demand(200)
        reset.set_password(NEW_PASSWORD).demand(200)
        assert stored_flow(flow_id).status.value == "stopped"

    def test_whatever_is_wrong_is_answered_in_one_way(self, resident: Resident, client: Client) -> None:
        flow_id = resident.waiting()
        right, new_mobiles = stop_code(flow_id), single_code(flow_id)
        without = new_resident(resident.laptop)
        tried = [
            (resident.username, "000000"),
            (resident.username, new_mobiles),
            ("nobody.there", right),
            (without.username, right),
        ]
        replies = [stop(client.elsewhere(), username, code) for username, code in tried]
        assert {reply.demand(422).raw for reply in replies} == {replies[0].raw}
        assert replies[0].code == "codes_not_matched"

    def test_the_same_calls_are_made_for_nobody(self, resident: Resident, client: Client) -> None:
        resident.waiting()
        made = []
        for username in (resident.username, "nobody.there", new_resident(resident.laptop).username):
            with resident.laptop.calls.recorded() as calls:
                stop(client.elsewhere(), username, "000000").demand(422)
            mine = [call for call in calls if "mobile-replacements" in str(call.made_by)]
            made.append([(call.operation, call.writes) for call in mine])
        assert made[0] == made[1] == made[2]
        assert made[0]


class TestBadLuck:
    def ask(self, resident: Resident) -> tuple[Resident, str]:
        by_email = resident.signed_in(Method.EMAIL_CODE)
        return by_email, by_email.change(mobile=new_contact().mobile).demand(202).content["change_id"]

    def test_a_start_that_fails_is_made_good_by_the_same_request(self, resident: Resident) -> None:
        by_email, flow_id = self.ask(resident)
        with resident.laptop.faults.during("states", "StartExecution"):
            assert by_email.verify(flow_id).demand(503).code == "service_unavailable"
        assert by_email.verify(flow_id).demand(200).content["status"] == "waiting"
        let_the_day_pass(resident, flow_id)

    def test_or_by_a_look_at_the_account(self, resident: Resident) -> None:
        by_email, flow_id = self.ask(resident)
        with resident.laptop.faults.during("states", "StartExecution"):
            by_email.verify(flow_id).demand(503)
            assert resident.read()["pending_mobile"]["flow_id"] == flow_id
        assert not [one for one in resident.laptop.executions() if one.id == flow_id]
        resident.read()
        let_the_day_pass(resident, flow_id)
        assert stored_flow(flow_id).status.value == "done"

    def test_a_journey_that_was_never_started_is_made_good_after_its_day(self, resident: Resident) -> None:
        by_email, flow_id = self.ask(resident)
        with resident.laptop.faults.during("states", "StartExecution"):
            by_email.verify(flow_id).demand(503)
        resident.laptop.clock.advance(hours=25)
        seen = resident.signed_in().read()
        assert (seen["mobile"], seen["pending_mobile"]) == (stored_flow(flow_id).contact.mobile, None)

    @pytest.mark.parametrize("kind", ["unreachable", "answer_lost"])
    def test_a_store_that_fails_the_step_is_tried_again_and_does_it_once(self, resident: Resident, kind: str) -> None:
        flow_id = resident.waiting()
        resident.until_heard(2)
        laptop = resident.laptop
        until_it_waits(laptop, flow_id)
        laptop.faults.add("dynamodb", "TransactWriteItems", kind)  # type: ignore[arg-type]
        let_the_day_pass(resident, flow_id)
        assert stored_flow(flow_id).status.value == "done"
        assert sum("replaced, as was asked" in text for text in resident.until_heard(4)) == 2

    def test_the_step_run_by_itself_does_nothing_before_its_day_and_once_after(self, resident: Resident) -> None:
        flow_id = resident.waiting()
        laptop, event = resident.laptop, json.dumps({"flow_id": flow_id})
        early = laptop.steps.invoke("apply_mobile_replacement", event)
        assert (early.failed, json.loads(early.payload)["errorType"]) == (True, "NotDue")
        let_the_day_pass(resident, flow_id)
        for _ in range(2):
            answer = laptop.steps.invoke("apply_mobile_replacement", event)
            assert json.loads(answer.payload) == {"flow_id": flow_id, "status": "done"}

    @pytest.mark.parametrize(
        ("event", "error"),
        [({"flow_id": "A" * 22}, "ReplacementUnknown"), ({"flow_id": "short"}, "InvalidFields"), ({}, "InvalidFields")],
    )
    def test_the_step_names_its_errors(self, laptop: Laptop, event: dict[str, str], error: str) -> None:
        answer = laptop.steps.invoke("apply_mobile_replacement", json.dumps(event))
        assert json.loads(answer.payload)["errorType"] == error
