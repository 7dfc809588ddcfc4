"""The cases of the advisory, walked over HTTP in both languages."""

import pytest

from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.journeys.clients import REGISTRATIONS, Client, captcha
from tests.journeys.importers import PASSWORD, new_contact, new_importer
from tests.journeys.walking import Flow, codes_body, kinds, opened, opened_over_http, sent_to

both_languages = pytest.mark.parametrize("language", ["en", "hi"])
STRAIGHT = ["IssueContactCodes", "ContactCodesOutcome", "AwaitContactDecision", "ContactDecision"]


def account(flow: Flow) -> IcegateAccount:
    stored = suite().store.named(flow.icegate_id.lower())
    assert isinstance(stored, IcegateAccount)
    return stored


def assert_signs_in(flow: Flow) -> None:
    signed_in = flow.client.call("POST", "/sessions", {"username": flow.icegate_id.upper(), "password": PASSWORD})
    assert signed_in.demand(200).content["icegate_id"] == flow.icegate_id


def assert_in_language(flow: Flow, contact: Contact) -> None:
    """Every message to a contact is in the language in which the registration was opened."""
    for message in sent_to(flow.laptop, contact):
        is_hindi = any("\u0900" <= character <= "\u097f" for character in message.text)
        assert is_hindi == (flow.client.language == "hi"), message


@both_languages
def test_case_1_1_finish_with_the_contact_of_record(laptop: Laptop, language: str) -> None:
    flow = opened_over_http(laptop, client=Client(laptop.site_url, language=language))
    assert flow.read()["status"] == "credentials_required"

    chosen = flow.choose().demand(202)
    assert chosen.content["status"] == "codes_sent"
    assert chosen.content["codes_for"] == "contact"
    mobile, email = flow.codes()
    assert mobile != email

    verified = flow.verify((mobile, email)).demand(200)
    assert verified.content["status"] == "contact_verified"

    finished = flow.finish().demand(200)
    assert (finished.content["status"], finished.content["icegate_id"]) == ("registered", flow.icegate_id)

    flow.until_told()
    assert kinds(flow.messages()) == ["code.email", "code.sms", "registered.email", "registered.sms"]
    assert_in_language(flow, flow.importer.contact)
    assert account(flow).contact == flow.importer.contact
    assert flow.execution().status == "SUCCEEDED"
    # Every state that is entered is one transition; the end is none (at most 7 for the straight path).
    assert flow.execution().history == [*STRAIGHT, "CreateIcegateAccount", "TellRegistrant"]
    assert_signs_in(flow)


@both_languages
def test_case_1_2_another_email_and_mobile(laptop: Laptop, language: str) -> None:
    flow = opened(laptop, client=Client(laptop.site_url, language=language)).to_contact_verified()
    alternate = new_contact()

    changed = flow.change(alternate).demand(202)
    assert changed.content["status"] == "alternate_codes_sent"
    assert changed.content["codes_for"] == "alternate"
    assert changed.content["mobile"].endswith(alternate.mobile[-4:])

    codes = flow.codes(alternate)
    assert len({*codes, *flow.codes()}) == 4
    registered = flow.verify_alternate(codes).demand(200)
    assert (registered.content["status"], registered.content["icegate_id"]) == ("registered", flow.icegate_id)

    flow.until_told()
    assert kinds(sent_to(laptop, alternate)) == ["code.email", "code.sms", "registered.email", "registered.sms"]
    assert kinds(flow.messages()) == ["changed.email", "changed.sms", "code.email", "code.sms"]
    assert_in_language(flow, alternate)
    assert account(flow).contact == alternate
    assert flow.execution().history == [
        *STRAIGHT, "IssueAlternateCodes", "AlternateCodesOutcome", "CreateIcegateAccount", "TellRegistrant",
    ]  # fmt: skip
    assert_signs_in(flow)


@both_languages
def test_case_2_resume_with_the_contact_codes(laptop: Laptop, language: str) -> None:
    flow = opened(laptop, client=Client(laptop.site_url, language=language)).to_codes_sent()
    elsewhere = Client(laptop.site_url, language=language)

    resumed = flow.resume(flow.codes(), elsewhere).demand(200).content
    assert resumed["status"] == "contact_verified"
    assert resumed["registration_id"] == flow.registration_id
    assert resumed["flow_token"] != flow.token
    assert flow.call("GET").demand(401).code == "flow_token_invalid"

    flow.client, flow.token = elsewhere, resumed["flow_token"]
    assert flow.finish().demand(200).content["status"] == "registered"
    flow.until_told()
    assert_signs_in(flow)


@both_languages
def test_case_2_resume_with_the_alternate_codes(laptop: Laptop, language: str) -> None:
    flow = opened(laptop, client=Client(laptop.site_url, language=language)).to_contact_verified()
    alternate = new_contact()
    flow.change(alternate).demand(202)
    elsewhere = Client(laptop.site_url, language=language)

    resumed = flow.resume(flow.codes(alternate), elsewhere).demand(200).content
    assert (resumed["status"], resumed["icegate_id"]) == ("registered", flow.icegate_id)
    assert flow.call("GET").demand(401).code == "flow_token_invalid"

    flow.client, flow.token = elsewhere, resumed["flow_token"]
    assert flow.read()["status"] == "registered"
    flow.until_told()
    assert account(flow).contact == alternate
    assert kinds(flow.messages()) == ["changed.email", "changed.sms", "code.email", "code.sms"]


def test_the_contact_codes_resume_nothing_once_alternate_codes_were_asked_for(flow: Flow) -> None:
    old = flow.to_contact_verified().codes()
    alternate = new_contact()
    flow.change(alternate).demand(202)
    assert flow.resume(old).demand(422).code == "codes_not_matched"
    flow.verify_alternate(flow.codes(alternate)).demand(200)


def test_a_resume_that_was_cut_off_may_be_made_again_for_two_minutes(flow: Flow) -> None:
    codes = flow.to_codes_sent().codes()
    first = flow.resume(codes).demand(200).content["flow_token"]
    flow.laptop.clock.advance(seconds=110)
    flow.token = flow.resume(codes).demand(200).content["flow_token"]
    assert flow.call("GET", token=first).demand(401).code == "flow_token_invalid"
    flow.laptop.clock.advance(seconds=20)
    assert flow.resume(codes).demand(409).code == "codes_used"
    flow.to_registered()


def test_who_began_a_change_may_still_finish_with_the_contact_of_record(flow: Flow) -> None:
    flow.to_contact_verified().change(new_contact()).demand(202)
    assert flow.finish().demand(200).content["status"] == "registered"
    flow.until_told()
    assert account(flow).contact == flow.importer.contact
    assert kinds(flow.messages()) == ["code.email", "code.sms", "registered.email", "registered.sms"]


def test_a_mistyped_alternate_contact_may_be_mended(flow: Flow) -> None:
    mistyped, meant = new_contact(), new_contact()
    flow.to_contact_verified().change(mistyped).demand(202)
    dead = flow.codes(mistyped)
    flow.laptop.clock.advance(seconds=31)
    again = flow.change(meant).demand(202).content
    assert again["sends_left"] == 3
    assert flow.verify_alternate(dead).demand(422).code == "codes_incorrect"
    flow.verify_alternate(flow.codes(meant)).demand(200)
    flow.until_told()
    assert account(flow).contact == meant
    assert kinds(sent_to(flow.laptop, mistyped)) == ["code.email", "code.sms"]


def test_the_alternate_contact_must_be_another(flow: Flow) -> None:
    record = flow.to_contact_verified().importer.contact
    same = flow.call("PUT", "/alternate-contact", {"email": record.email.upper(), "mobile": record.mobile[3:]})
    assert same.demand(422).reasons == {"email": "contact_unchanged", "mobile": "contact_unchanged"}
    flow.to_registered()


def test_an_iec_of_ten_digits_is_looked_up_by_its_pan(laptop: Laptop) -> None:
    flow = opened_over_http(laptop, new_importer(ten_digit_iec=True))
    assert flow.to_registered().read()["status"] == "registered"


def test_any_gstin_of_the_holder_opens_a_registration_and_the_same_one_resumes_it(laptop: Laptop) -> None:
    importer, client = new_importer(), Client(laptop.site_url)
    second = importer.holder.gstins[1]
    body = {**importer.details(captcha(client)), "gstin": second}
    content = client.call("POST", REGISTRATIONS, body).demand(201).content
    flow = Flow(laptop, client, importer, content["registration_id"], content["flow_token"]).to_codes_sent()
    assert flow.resume(flow.codes()).demand(422).code == "codes_not_matched"
    right = {"iec": importer.iec, "gstin": second, **codes_body(flow.codes())}
    client.call("POST", f"{REGISTRATIONS}/resume", right).demand(200)
