"""Step Functions or DynamoDB out of reach: 503 with the problem's words, and repeating the request heals."""

from collections.abc import Callable

import pytest

from chalicelib import suite
from chalicelib.settings import Settings
from infra.local.laptop import Laptop
from tests.journeys.bad_luck import steps_without_dynamodb
from tests.journeys.clients import REGISTRATIONS, Client, Reply, captcha
from tests.journeys.importers import PASSWORD, new_contact, new_importer, new_registrant
from tests.journeys.walking import eventually, kinds, opened, sent_to

STRAIGHT = ["code.email", "code.sms", "registered.email", "registered.sms"]
kinds_of_failure = pytest.mark.parametrize("how", ["unreachable", "refused"])


def assert_unavailable(reply: Reply) -> None:
    assert (reply.status, reply.code) == (503, "service_unavailable"), reply.raw
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert int(reply.headers["Retry-After"]) >= 1


@kinds_of_failure
def test_step_functions_down_at_each_moment_of_the_straight_path(laptop: Laptop, how: str) -> None:
    flow = opened(laptop)
    steps: list[Callable[[], Reply]] = [flow.choose, flow.verify, flow.finish]
    for click in steps:
        with laptop.faults.during("states", None, how):  # type: ignore[arg-type]
            assert_unavailable(click())
            assert_unavailable(click())
        assert click().demand(200, 202)
        flow.until("codes_sent", "contact_verified", "registered")
    flow.until_told()
    assert kinds(flow.messages()) == STRAIGHT


def test_step_functions_down_at_each_moment_of_the_other_path(laptop: Laptop) -> None:
    flow, alternate = opened(laptop).to_contact_verified(), new_contact()
    with laptop.faults.during("states"):
        assert_unavailable(flow.change(alternate))
    flow.change(alternate).demand(202)
    flow.until("alternate_codes_sent")
    with laptop.faults.during("states"):
        assert_unavailable(flow.verify_alternate(flow.codes(alternate)))
    assert flow.verify_alternate(flow.codes(alternate)).demand(200).content["status"] == "registered"
    flow.until_told()
    assert kinds(sent_to(laptop, alternate)) == STRAIGHT


def test_a_consumed_code_is_good_for_the_repetition_even_after_the_page_was_closed(laptop: Laptop) -> None:
    flow = opened(laptop).to_codes_sent()
    typed = flow.codes()
    with laptop.faults.during("states", "SendTaskSuccess"):
        assert_unavailable(flow.resume(typed))
    flow.token = flow.resume(typed).demand(200).content["flow_token"]
    flow.to_registered()


def test_going_on_without_repeating_heals_too(laptop: Laptop) -> None:
    """The wake-up after the codes never came; the next click makes it good."""
    flow = opened(laptop).to_codes_sent()
    with laptop.faults.during("states", "SendTaskSuccess"):
        assert_unavailable(flow.verify())
    assert flow.read()["status"] == "contact_verified"
    assert flow.finish().demand(200).content["status"] == "registered"
    flow.until_told()
    assert kinds(flow.messages()) == STRAIGHT


def test_sending_again_heals_a_journey_that_could_not_be_started(laptop: Laptop) -> None:
    """The page shows that codes are on their way, and offers to send them again: that must be enough."""
    flow = opened(laptop)
    with laptop.faults.during("states", "StartExecution"):
        assert_unavailable(flow.choose())
    assert flow.read()["status"] == "sending_codes"
    laptop.clock.advance(seconds=31)
    flow.send_again().demand(202)
    flow.until("codes_sent")
    flow.to_registered()


def test_sending_again_with_step_functions_down_heals_when_repeated(laptop: Laptop) -> None:
    flow = opened(laptop).to_codes_sent()
    laptop.clock.advance(seconds=31)
    with laptop.faults.during("states"):
        assert_unavailable(flow.send_again())
    laptop.clock.advance(seconds=31)
    flow.send_again().demand(202)
    flow.until("codes_sent")
    assert kinds(flow.messages()) == ["code.email"] * 2 + ["code.sms"] * 2
    flow.to_registered()


@kinds_of_failure
def test_dynamodb_down_is_a_problem_on_every_route(laptop: Laptop, how: str) -> None:
    flow, registrant = opened(laptop).to_codes_sent(), new_registrant(laptop)
    session, client = registrant.sign_in(), Client(laptop.site_url)
    alternate, (mobile, email) = new_contact(), flow.codes()
    body = new_importer().details(captcha(client))
    solved_again = new_importer().details(captcha(client))
    with laptop.faults.during("dynamodb", None, how):  # type: ignore[arg-type]
        for reply in (
            client.call("POST", REGISTRATIONS, body),
            flow.call("GET"),
            flow.call("GET", "/availability?icegate_id=asha"),
            flow.choose(),
            flow.send_again(),
            flow.verify((mobile, email)),
            flow.finish(),
            flow.change(alternate),
            flow.verify_alternate((mobile, email)),
            flow.resume((mobile, email)),
            client.call("POST", "/sessions", {"username": registrant.icegate_id, "password": PASSWORD}),
            client.call("GET", "/sessions/current", token=session),
            client.call("GET", "/icegate/services", token=session),
            client.call("POST", "/icegate/filings", {"document": "shipping_bill"}, token=session),
            client.call("DELETE", "/sessions/current", token=session),
        ):
            assert_unavailable(reply)
    client.call("GET", "/sessions/current", token=session).demand(200)
    assert client.call("POST", REGISTRATIONS, solved_again | {"iec": body["iec"], "gstin": body["gstin"]}).status == 201
    assert flow.read()["attempts_left"] == 5
    flow.to_registered()


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ProvisionedThroughputExceededException", 400),
        ("ThrottlingException", 400),
        ("RequestLimitExceeded", 400),
        ("ServiceUnavailable", 503),
        ("InternalServerError", 500),
        ("AccessDeniedException", 400),
        ("UnrecognizedClientException", 400),
        ("ResourceNotFoundException", 400),
        ("ItemCollectionSizeLimitExceededException", 400),
    ],
)
def test_whatever_dynamodb_answers_is_never_told_to_the_client(laptop: Laptop, code: str, status: int) -> None:
    flow = opened(laptop).to_codes_sent()
    with laptop.faults.during("dynamodb", None, "refused", code=code, status=status):
        for reply in (flow.call("GET"), flow.verify(("123456", "654321"))):
            assert reply.status in {500, 503}
            assert reply.code in {"internal_error", "service_unavailable"}
            assert code not in reply.raw.decode()
    flow.to_registered()


def test_the_server_keys_out_of_reach_are_a_problem_and_heal(laptop: Laptop, client: Client) -> None:
    # A container that has read the keys goes on with them; so this one has to be five minutes older.
    laptop.clock.advance(minutes=6)
    before = suite.suite()
    suite.install(suite.Suite(Settings.from_environment(), clock=laptop.clock))
    try:
        with laptop.faults.during("secretsmanager"):
            assert_unavailable(client.call("GET", "/captcha"))
        client.call("GET", "/captcha").demand(200)
    finally:
        suite.install(before)
    laptop.clock.advance(minutes=6)
    with laptop.faults.during("secretsmanager"):
        before.keyring.current()


@pytest.mark.parametrize("at", ["choose", "verify", "finish"])
def test_dynamodb_down_for_the_steps_is_made_good_by_the_journey(laptop: Laptop, at: str) -> None:
    """The route's writes came through; the calls of the step that follows fail for a while."""
    flow = opened(laptop)
    if at != "choose":
        flow.to_codes_sent().until_waiting("IssueContactCodes")
    if at == "finish":
        flow.verify().demand(200)
        flow.until_waiting("AwaitContactDecision")
    with steps_without_dynamodb(laptop, calls=7) as struck:
        getattr(flow, at)().demand(200, 202)
        flow.until({"choose": "codes_sent", "verify": "contact_verified", "finish": "registered"}[at])
        eventually(lambda: len(struck) >= 7 or None, lambda: struck)
    flow.to_registered()
    assert kinds(flow.messages()) == STRAIGHT
