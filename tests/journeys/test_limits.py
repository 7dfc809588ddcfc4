"""The limits of the design's section 5, as a client meets them."""

from datetime import timedelta

from chalicelib.domain.contacts import Contact
from chalicelib.domain.limits import IST
from infra.local.laptop import Laptop
from tests.journeys.clients import REGISTRATIONS, Client, captcha, new_ip
from tests.journeys.importers import Importer, new_contact, new_icegate_id
from tests.journeys.walking import Flow, codes_in, kinds, opened, other_than, retry_after, sent_to, wrong

MANY_ADDRESSES = [new_ip() for _ in range(40)]


def at_the_start_of_a_window(laptop: Laptop) -> None:
    """Move the clock to just after a full five minutes: limits by IP count in such windows."""
    now = laptop.clock()
    seconds = 300 - now.timestamp() % 300
    laptop.clock.advance(seconds=seconds + 0.5)


# Wrong codes.


def test_five_wrong_tries_and_no_more_whatever_channel_was_wrong(flow: Flow) -> None:
    mobile, email = flow.to_codes_sent().codes()
    tries = [
        ((other_than(mobile), email), {"mobile_code"}),
        ((mobile, other_than(email)), {"email_code"}),
        ((email, mobile), {"mobile_code", "email_code"}),
        (("000000", "999999"), {"mobile_code", "email_code"}),
        ((other_than(mobile), email), {"mobile_code"}),
    ]
    for left, (typed, wrong_ones) in zip((4, 3, 2, 1, 0), tries, strict=True):
        reply = flow.verify(typed).demand(422)
        assert reply.code == "codes_incorrect"
        assert set(reply.reasons) == wrong_ones
        assert reply.content["attempts_left"] == left == flow.read()["attempts_left"]
    for typed in (wrong((mobile, email)), (mobile, email)):
        refused = flow.verify(typed).demand(410)
        assert (refused.code, refused.content["attempts_left"]) == ("codes_exhausted", 0)


def test_sending_again_does_not_lift_the_limit(flow: Flow) -> None:
    right = flow.to_codes_sent().codes()
    for _ in range(4):
        flow.verify(wrong(right)).demand(422)
    flow.laptop.clock.advance(seconds=31)
    assert flow.send_again().demand(202).content["attempts_left"] == 1
    assert flow.verify(wrong(right)).content["attempts_left"] == 0
    flow.laptop.clock.advance(seconds=31)
    assert flow.send_again().demand(410).code == "codes_exhausted"
    assert flow.verify(right).demand(410).code == "codes_exhausted"
    assert flow.resume(right).demand(422).code == "codes_not_matched"


def test_a_right_pair_at_the_fifth_try_is_right(flow: Flow) -> None:
    right = flow.to_codes_sent().codes()
    for _ in range(4):
        flow.verify(wrong(right)).demand(422)
    flow.verify(right).demand(200)
    flow.to_registered()


def test_wrong_resumes_spend_the_same_five_tries(flow: Flow) -> None:
    right = flow.to_codes_sent().codes()
    for left in (4, 3):
        assert flow.resume(wrong(right)).demand(422).code == "codes_not_matched"
        assert flow.read()["attempts_left"] == left
    for _ in range(3):
        flow.verify(wrong(right)).demand(422)
    assert flow.resume(right).demand(422).code == "codes_not_matched"


def test_starting_anew_counts_on_towards_the_lock_which_then_doubles(laptop: Laptop, importer: Importer) -> None:
    """Ten failures in a row of one holder close codes to them for 15 minutes, then 30, whatever registration it is."""

    def begin() -> Flow:
        laptop.clock.advance(seconds=31)
        return opened(laptop, importer).to_codes_sent()

    for _ in range(2):
        flow = begin()
        for _ in range(5):
            assert flow.verify(wrong(flow.codes())).demand(422).code == "codes_incorrect"
    flow = begin()
    right = flow.codes()
    for minutes in (15, 30, 60):
        locked = flow.verify(right).demand(429)
        assert locked.code == "locked"
        assert minutes * 60 - 60 < retry_after(locked) <= minutes * 60
        # A refused try spends nothing.
        left = flow.read()["attempts_left"]
        flow.verify(right).demand(429)
        assert flow.read()["attempts_left"] == left
        laptop.clock.advance(minutes=minutes)
        if minutes < 60:
            assert flow.verify(wrong(right)).demand(422).code == "codes_incorrect"
    assert flow.verify(right).demand(200).content["status"] == "contact_verified"
    # Being right breaks the row of failures.
    alternate = new_contact()
    flow.change(alternate).demand(202)
    flow.verify_alternate(wrong(flow.codes(alternate))).demand(422)
    flow.verify_alternate(flow.codes(alternate)).demand(200)


def test_another_holder_is_not_locked_along(laptop: Laptop, importer: Importer) -> None:
    for _ in range(2):
        laptop.clock.advance(seconds=31)
        flow = opened(laptop, importer).to_codes_sent()
        for _ in range(5):
            flow.verify(wrong(flow.codes())).demand(422)
    opened(laptop).to_registered()


# Codes and what they are for.


def test_codes_of_one_flow_or_purpose_do_not_work_in_another(laptop: Laptop, importer: Importer) -> None:
    first = opened(laptop, importer).to_codes_sent()
    old = first.codes()
    laptop.clock.advance(seconds=31)
    second = opened(laptop, importer).to_codes_sent()
    new = second.codes()
    assert not set(old) & set(new)
    assert second.verify(old).demand(422).code == "codes_incorrect"
    assert first.verify(new).demand(422).code == "codes_incorrect"
    assert second.verify((new[1], new[0])).demand(422).code == "codes_incorrect"
    second.verify(new).demand(200)
    # The same addresses as before, for another purpose.
    alternate = Contact(importer.contact.email, new_contact().mobile)
    second.change(alternate).demand(202)
    mail = list(codes_in(sent_to(laptop, alternate), alternate.email))[-1]
    mobile = list(codes_in(sent_to(laptop, alternate), alternate.mobile))[-1]
    assert mail != new[1]
    assert second.verify_alternate((mobile, new[1])).demand(422).reasons == {"email_code": "email_code_incorrect"}
    assert second.verify((mobile, mail)).demand(409).code == "step_out_of_order"
    assert second.verify_alternate((mobile, mail)).status == 200


def test_codes_die_two_hours_after_they_were_made_and_sending_again_does_not_prolong_them(flow: Flow) -> None:
    clock = flow.laptop.clock
    expires_at = flow.to_codes_sent().read()["expires_at"]
    codes = flow.codes()
    clock.advance(hours=1, minutes=59)
    again = flow.send_again().demand(202).content
    assert again["expires_at"] == expires_at
    assert flow.codes() == codes
    clock.advance(seconds=62)
    assert flow.verify(codes).demand(410).code == "registration_expired"
    assert flow.resume(codes).demand(410).code == "registration_expired"
    assert flow.resume(wrong(codes)).demand(422).code == "codes_not_matched"


# Sending.


def test_sending_again_waits_30_seconds_and_ends_after_5_sends(flow: Flow) -> None:
    clock = flow.laptop.clock
    codes = flow.to_codes_sent().codes()
    for left in (3, 2, 1, 0):
        too_soon = flow.send_again().demand(429)
        assert too_soon.code == "resend_too_soon"
        assert 25 <= retry_after(too_soon) <= 30
        clock.advance(seconds=retry_after(too_soon))
        assert flow.send_again().demand(202).content["sends_left"] == left
    clock.advance(seconds=31)
    assert flow.send_again().demand(429).code == "send_limit_reached"
    assert kinds(flow.messages()) == ["code.email"] * 5 + ["code.sms"] * 5
    assert flow.codes() == codes
    flow.to_registered()


def test_changing_the_alternate_contact_over_and_over_counts_as_sending(flow: Flow) -> None:
    clock = flow.laptop.clock
    flow.to_contact_verified()
    contacts = [new_contact() for _ in range(6)]
    assert flow.change(contacts[0]).demand(202)
    assert flow.change(contacts[1]).demand(429).code == "resend_too_soon"
    for left, contact in zip((3, 2, 1, 0), contacts[1:5], strict=True):
        clock.advance(seconds=31)
        assert flow.change(contact).demand(202).content["sends_left"] == left
    clock.advance(seconds=31)
    assert flow.change(contacts[5]).demand(429).code == "send_limit_reached"
    assert sent_to(flow.laptop, contacts[5]) == []
    flow.verify_alternate(flow.codes(contacts[4])).demand(200)


def test_one_address_is_sent_ten_codes_a_day(laptop: Laptop, importer: Importer) -> None:
    # From just after midnight in India, so that all of it is one day.
    now = laptop.clock().astimezone(IST)
    laptop.clock.advance(
        timedelta(days=1, seconds=5) - timedelta(hours=now.hour, minutes=now.minute, seconds=now.second)
    )
    for _ in range(10):
        laptop.clock.advance(seconds=31)
        assert opened(laptop, importer).choose().demand(202).content["status"] == "codes_sent"
    laptop.clock.advance(seconds=31)
    eleventh = opened(laptop, importer)
    refused = eleventh.choose().demand(429)
    assert refused.code == "send_limit_reached"
    assert 20 * 3600 < retry_after(refused) <= 24 * 3600
    assert len(sent_to(laptop, importer.contact)) == 20
    # Whoever gives that address as an alternate one meets the same limit, in any case of its letters.
    other = opened(laptop).to_contact_verified()
    shouted = importer.contact.email.upper()
    body = {"email": shouted, "mobile": new_contact().mobile}
    assert other.call("PUT", "/alternate-contact", body).demand(429).code == "send_limit_reached"
    other.to_registered()
    laptop.clock.advance(hours=24)
    opened(laptop, importer).to_registered()


# By IP.


def test_25_sends_or_checks_from_one_ip_in_5_minutes_whatever_the_headers_say(laptop: Laptop) -> None:
    at_the_start_of_a_window(laptop)
    client = Client(laptop.site_url)
    body = {"username": new_icegate_id(), "password": "x"}
    statuses = [client.call("POST", "/sessions", {**body, "username": new_icegate_id()}).status for _ in range(12)]
    forged = [
        {"X-Forwarded-For": ip, "X-Real-IP": ip, "Forwarded": f"for={ip}", "CF-Connecting-IP": ip, "True-Client-IP": ip}
        for ip in MANY_ADDRESSES
    ]
    statuses += [
        client.call("POST", "/sessions", {**body, "username": new_icegate_id()}, headers=forged[number]).status
        for number in range(12, 30)
    ]
    assert statuses == [401] * 25 + [429] * 5
    # Every sort of send and check meets it; reading does not.
    flow = opened(laptop, client=client)
    refused = [
        client.call("POST", REGISTRATIONS, flow.importer.details(captcha(client))),
        flow.choose(),
        flow.resume(("123456", "123456")),
    ]
    for reply in refused:
        assert (reply.status, reply.code) == (429, "too_many_requests")
        assert 0 < retry_after(reply) <= 300
    assert flow.read()["status"] == "credentials_required"
    # Others are not kept out, and it ends with the window.
    assert client.elsewhere().call("POST", "/sessions", body).status == 401
    laptop.clock.advance(seconds=retry_after(refused[0]))
    assert client.call("POST", "/sessions", body).status == 401
    flow.to_registered()


def test_a_check_refused_by_ip_spends_no_try(laptop: Laptop) -> None:
    at_the_start_of_a_window(laptop)
    flow = opened(laptop).to_codes_sent()
    for _ in range(24):
        flow.client.call("POST", "/sessions", {"username": new_icegate_id(), "password": "x"})
    right = flow.codes()
    for _ in range(3):
        assert flow.verify(wrong(right)).code == "too_many_requests"
    assert flow.read()["attempts_left"] == 5
    flow.client = flow.client.elsewhere()
    flow.to_registered()
