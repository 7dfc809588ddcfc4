"""Double clicks and two tabs: each mutating route twice at the same moment, and one after the other."""

from collections.abc import Callable

from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.clients import REGISTRATIONS, Client, Reply, captcha
from tests.journeys.importers import Importer, new_contact, new_icegate_id, new_importer
from tests.journeys.walking import Flow, kinds, opened, sent_to, together

pytestmark = on_both_engines


def twice(click: Callable[[], Reply]) -> list[Reply]:
    """Both answers of a double click."""
    return together(click, click)


def assert_registered_once(flow: Flow) -> None:
    flow.until("registered")
    flow.until_told()
    assert isinstance(suite().store.named(flow.icegate_id.lower()), IcegateAccount)
    assert len(flow.laptop.executions()) == 1
    assert kinds(flow.messages()) == ["code.email", "code.sms", "registered.email", "registered.sms"]


def test_a_double_click_on_every_button_of_the_straight_path(laptop: Laptop) -> None:
    flow = opened(laptop)
    flow.icegate_id = new_icegate_id()
    for reply in twice(lambda: flow.choose(flow.icegate_id)):
        assert reply.demand(202).content["status"] in {"codes_sent", "sending_codes"}
    flow.until("codes_sent")
    typed = flow.codes()
    for reply in twice(lambda: flow.verify(typed)):
        assert reply.demand(200).content["status"] == "contact_verified"
    for reply in twice(flow.finish):
        assert reply.demand(200).content["status"] == "registered"
    assert_registered_once(flow)


def test_a_double_click_on_every_button_of_the_other_path(laptop: Laptop) -> None:
    flow, alternate = opened(laptop).to_contact_verified(), new_contact()
    for reply in twice(lambda: flow.change(alternate)):
        assert reply.demand(202).content["status"] in {"alternate_codes_sent", "sending_codes"}
    typed = flow.codes(alternate)
    for reply in twice(lambda: flow.verify_alternate(typed)):
        assert reply.demand(200).content["status"] == "registered"
    flow.until_told()
    assert kinds(sent_to(laptop, alternate)) == ["code.email", "code.sms", "registered.email", "registered.sms"]
    assert kinds(flow.messages()) == ["changed.email", "changed.sms", "code.email", "code.sms"]


def test_a_double_click_on_send_again_sends_once(laptop: Laptop) -> None:
    flow = opened(laptop).to_codes_sent()
    before = flow.codes()
    laptop.clock.advance(seconds=31)
    assert sorted(reply.status for reply in twice(flow.send_again)) == [202, 429]
    flow.until("codes_sent")
    assert kinds(flow.messages()) == ["code.email"] * 2 + ["code.sms"] * 2
    assert flow.codes() == before
    assert flow.verify().status == 200


def test_a_double_click_on_resume_leaves_one_token_that_works(laptop: Laptop) -> None:
    flow = opened(laptop).to_codes_sent()
    typed = flow.codes()
    tokens = [reply.demand(200).content["flow_token"] for reply in twice(lambda: flow.resume(typed))]
    works = [token for token in tokens if flow.call("GET", token=token).status == 200]
    assert len(works) == 1
    flow.token = works[0]
    assert flow.finish().demand(200)
    assert_registered_once(flow)


def test_a_double_click_on_start_opens_one_registration(laptop: Laptop) -> None:
    importer, client = new_importer(), Client(laptop.site_url)
    body = importer.details(captcha(client))
    replies = twice(lambda: client.call("POST", REGISTRATIONS, body))
    assert sorted(reply.status for reply in replies) == [201, 422]
    assert [reply.code for reply in replies if reply.status == 422] == ["captcha_used"]


def test_two_tabs_of_one_holder_end_in_one_account(laptop: Laptop) -> None:
    """Both tabs stand before the last click; one finishes, the other is told that it was superseded."""
    importer = new_importer()
    tabs = [opened(laptop, importer).to_contact_verified() for _ in range(2)]
    replies = together(*(tab.finish for tab in tabs))
    assert sorted(reply.status for reply in replies) == [200, 409]
    assert [reply.code for reply in replies if reply.status == 409] == ["registration_superseded"]
    for tab in tabs:
        tab.until_told()
    stored = [suite().store.named(tab.icegate_id) for tab in tabs]
    assert [isinstance(entry, IcegateAccount) for entry in stored].count(True) == 1
    assert [entry is None for entry in stored].count(True) == 1
    assert kinds(sent_to(laptop, importer.contact)).count("registered.sms") == 1


def test_two_tabs_of_one_holder_with_the_same_icegate_id(laptop: Laptop, importer: Importer) -> None:
    """A holder may take over what an earlier registration of their own holds; the earlier one then loses."""
    first, second = opened(laptop, importer).to_contact_verified(), opened(laptop, importer)
    laptop.clock.advance(seconds=31)
    second.icegate_id = first.icegate_id.upper()
    second.to_contact_verified()
    assert first.finish().demand(409).code == "registration_superseded"
    first.until_told()
    assert first.execution().status == "SUCCEEDED"
    assert second.finish().demand(200).content["icegate_id"] == second.icegate_id
    second.until_told()
    stored = suite().store.named(first.icegate_id)
    assert isinstance(stored, IcegateAccount)
    assert stored.icegate_id == second.icegate_id


def test_an_earlier_registration_that_expires_leaves_the_id_to_the_later_one(
    laptop: Laptop, importer: Importer
) -> None:
    first, second = opened(laptop, importer).to_codes_sent(), opened(laptop, importer)
    laptop.clock.advance(hours=1, minutes=50)
    second.icegate_id = first.icegate_id
    second.to_codes_sent()
    laptop.clock.advance(minutes=11)
    first.until_told()
    assert first.read()["status"] == "expired"
    assert first.execution().status == "SUCCEEDED"
    assert opened(laptop).choose(first.icegate_id).demand(409).code == "icegate_id_taken"
    second.to_registered()
