"""Senders that fail: once, always, or on one channel only."""

import pytest

from infra.local.laptop import Laptop
from tests.journeys.importers import new_contact
from tests.journeys.walking import Flow, kinds, opened, sent_to

SENDERS = {"sms": ("sns", "Publish"), "email": ("ses", "SendEmail")}
BOTH = ["code.email", "code.sms"]
each_sender = pytest.mark.parametrize("sender", list(SENDERS))


@each_sender
def test_a_send_that_fails_once_is_made_good_and_the_other_channel_is_not_sent_twice(
    laptop: Laptop, sender: str
) -> None:
    flow = opened(laptop)
    fault = laptop.faults.add(*SENDERS[sender], "refused", status=400, code="Throttled")
    assert flow.choose().demand(202)
    flow.until("codes_sent")
    assert fault.struck == 1
    assert kinds(flow.messages()) == BOTH
    flow.to_registered()


@each_sender
def test_one_channel_that_goes_on_failing_is_told_and_the_other_is_not_sent_again(laptop: Laptop, sender: str) -> None:
    flow = opened(laptop)
    with laptop.faults.during(*SENDERS[sender], "refused", status=400):
        flow.choose().demand(202)
        flow.until("codes_not_sent")
        assert flow.execution().status == "RUNNING"
    other = ({"sms", "email"} - {sender}).pop()
    assert kinds(flow.messages()) == [f"code.{other}"]
    laptop.clock.advance(seconds=31)
    sends_left = flow.read()["sends_left"]
    again = flow.send_again().demand(202).content
    # A send that never left does not count.
    assert (again["status"], again["sends_left"]) == ("codes_sent", sends_left)
    assert kinds(flow.messages()) == BOTH
    flow.to_registered()


def test_nothing_that_can_be_sent_leaves_codes_not_sent_and_sending_again_heals(laptop: Laptop) -> None:
    flow = opened(laptop)
    with laptop.faults.during("sns"), laptop.faults.during("ses"):
        content = flow.choose().demand(202).content
        assert content["status"] in {"sending_codes", "codes_not_sent"}
        flow.until("codes_not_sent")
        assert flow.send_again().demand(429).code == "resend_too_soon"
        laptop.clock.advance(seconds=31)
        flow.send_again().demand(202)
        flow.until("codes_not_sent")
        # Repeating the choice is the same request; it neither sends nor fails.
        assert flow.choose().demand(202).content["status"] == "codes_not_sent"
    assert flow.messages() == []
    laptop.clock.advance(seconds=31)
    assert flow.send_again().demand(202).content["status"] == "codes_sent"
    assert kinds(flow.messages()) == BOTH
    flow.to_registered()


def test_a_person_who_got_the_codes_after_all_may_type_them(laptop: Laptop) -> None:
    """The provider took the message and its answer was lost: to us it failed, to the person it came."""
    flow = opened(laptop)
    with laptop.faults.during("sns", "Publish", "answer_lost"):
        flow.choose().demand(202)
        flow.until("codes_not_sent")
    assert flow.verify().demand(200).content["status"] == "contact_verified"
    assert len(set(flow.codes())) == 2
    flow.to_registered()


def test_alternate_codes_that_cannot_be_sent_are_told_too(laptop: Laptop) -> None:
    flow, alternate = opened(laptop).to_contact_verified(), new_contact()
    with laptop.faults.during("ses", "SendEmail", "refused", status=400, code="MessageRejected"):
        flow.change(alternate).demand(202)
        assert flow.until("codes_not_sent")
        assert flow.read()["codes_for"] == "alternate"
    assert kinds(sent_to(laptop, alternate)) == ["code.sms"]
    laptop.clock.advance(seconds=31)
    # The same pair given again has what is missing sent, as the button does.
    assert flow.change(alternate).demand(202).content["status"] == "alternate_codes_sent"
    flow.verify_alternate(flow.codes(alternate)).demand(200)
    flow.until_told()


@each_sender
def test_a_closing_message_that_fails_is_sent_later_and_the_others_once(laptop: Laptop, sender: str) -> None:
    flow = opened(laptop).to_contact_verified()
    laptop.faults.add(*SENDERS[sender], "refused", status=400, times=2)
    assert flow.finish().demand(200).content["status"] == "registered"
    flow.until_told()
    assert flow.execution().status == "SUCCEEDED"
    assert kinds(flow.messages()) == [*BOTH, "registered.email", "registered.sms"]


def test_an_account_stands_though_nobody_could_be_told_and_a_redrive_tells(laptop: Laptop) -> None:
    flow = opened(laptop).to_contact_verified()
    with laptop.faults.during("sns"), laptop.faults.during("ses"):
        assert flow.finish().demand(200).content["status"] == "registered"
        flow.until_told()
        assert flow.execution().status == "FAILED"
    assert kinds(flow.messages()) == BOTH
    assert flow.read()["status"] == "registered"
    # A redrive runs the failed step again with the same event.
    event = f'{{"registration_id": "{flow.registration_id}"}}'
    for _ in range(2):
        assert not laptop.steps.invoke("tell_registrant", event).failed
    assert kinds(flow.messages()) == [*BOTH, "registered.email", "registered.sms"]


def test_messages_name_nobody_but_whom_they_are_for(flow: Flow) -> None:
    """No address of the other channel, no PAN, no GSTIN, no password in a message."""
    flow.to_registered()
    importer = flow.importer
    for message in flow.messages():
        others = {importer.contact.email, importer.contact.mobile, importer.holder.pan, importer.gstin, "Sagar#2026"}
        assert not any(other in message.text for other in others - {message.to})
