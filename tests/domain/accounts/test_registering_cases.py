"""Signing up, on fakes: what the form may say, what comes of it, and who hears what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain import passwords
from chalicelib.domain.accounts.account import AccountName, AccountStatus, Role, parse_role
from chalicelib.domain.accounts.names import PersonName, parse_person_name, parse_username
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.accounts.registration import RegistrationStatus
from chalicelib.domain.audit import Deed
from chalicelib.domain.changes import ChangeRefused, HoldIcegateId, OpenAccount, TakeName
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount, RegistrationKind, is_free
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile
from chalicelib.domain.ports import Journey
from chalicelib.domain.refusals import Code, FieldProblem
from tests.domain.accounts.registering_world import (
    CALLER,
    CONTACT,
    OTHERS,
    PASSWORD,
    PRIVACY,
    WRONG,
    World,
    refused,
    wish,
)

IEC = Iec("ZZZCZ9999Z")
CODE_TO_BOTH = [("account_code", "+919876500001"), ("account_code", "Asha@nair.example")]


@pytest.fixture
def world() -> World:
    return World()


# The straight path.


def test_two_right_codes_make_an_account(world: World) -> None:
    opened = world.opened()
    assert opened.status is RegistrationStatus.CODES_SENT
    assert world.told() == CODE_TO_BOTH
    assert world.verify() is RegistrationStatus.REGISTERING
    confirmed_at = world.now
    world.advance(seconds=1)
    assert world.run() == "Registered"
    account = world.account()
    assert account is not None
    assert (account.role, account.status) == (Role.IMPORTER_EXPORTER, AccountStatus.ACTIVE)
    assert (account.username, account.name, account.contact) == ("Asha.Nair", "Asha Nair", CONTACT)
    assert passwords.matches(PASSWORD, account.password_hash)
    assert (account.email_confirmed_at, account.mobile_confirmed_at) == (confirmed_at, confirmed_at)
    assert account.created_at == world.now
    for name in ("asha.nair", "asha@nair.example", "+919876500001"):
        assert world.account(name) == account


def test_consent_is_kept_with_version_moment_language_and_place(world: World) -> None:
    world.opened(caller=replace(CALLER, language="hi"))
    agreed_at = world.now
    world.advance(minutes=3)
    world.verify()
    world.run()
    account = world.account()
    assert account is not None
    assert account.consent is not None
    consent = account.consent
    assert (consent.version, consent.at, consent.language, consent.ip) == (PRIVACY, agreed_at, "hi", CALLER.ip)
    assert account.language == "hi"


def test_who_signed_up_is_welcomed_over_both_channels_and_it_is_written_down(world: World) -> None:
    account = world.registered()
    welcomes = [message for message in world.messages() if message.kind.value == "account_opened"]
    assert sorted(message.channel for message in welcomes) == sorted(Channel)
    assert {message.owner for message in welcomes} == {account_key(account.account_id)}
    (event,) = world.store.audit_events(account_key(account.account_id))
    assert (event.deed, event.actor) == (Deed.ACCOUNT_OPENED, account_key(account.account_id))
    assert "nair.example" in event.facts["email"]
    assert CONTACT.email not in str(event)
    assert CONTACT.mobile not in str(event)


def test_the_password_is_dropped_once_the_account_has_it(world: World) -> None:
    world.registered()
    assert world.read().password_hash is None
    assert world.read().task_token is None


def test_the_email_serves_as_username(world: World) -> None:
    account = world.registered(wish(username=None))
    assert account.username == CONTACT.email
    assert world.told().count(("account_code", CONTACT.email)) == 1


def test_the_own_email_may_be_typed_as_username_in_any_case(world: World) -> None:
    assert world.registered(wish(username="asha@NAIR.example")).username == "asha@NAIR.example"


def test_a_journey_of_its_own_waits_for_the_codes_for_a_quarter_of_an_hour(world: World) -> None:
    world.opened()
    assert world.journeys.journeys[world.registration_id] is Journey.ACCOUNT_REGISTRATION
    assert world.journeys.started[world.registration_id] == 15 * 60


def test_another_browser_goes_on_with_the_addresses_and_the_codes(world: World) -> None:
    world.opened()
    old_token = world.flow_token
    assert world.resume(contact=Contact(EmailAddress("asha@nair.example"), CONTACT.mobile))
    assert world.run() == "Registered"
    assert refused(lambda: world.desk.read(world.registration_id, old_token)).code is Code.FLOW_TOKEN_INVALID
    world.desk.read(world.registration_id, world.flow_token)


# What the form may say.


@pytest.mark.parametrize(
    "name", ["Asha", "A. K. Nair", "Asha Nair-Rao", "D'Souza", "आशा नायर", "அபி", "Ng", "  Asha   Nair "]
)
def test_names_of_people(name: str) -> None:
    assert parse_person_name(name) == " ".join(name.split())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "required"),
        ("   ", "required"),
        ("A", "name_length"),
        ("A" * 101, "name_length"),
        ("12345", "name_needs_letter"),
        ("१२३४५", "name_needs_letter"),
        ("...", "name_needs_letter"),
        ("Asha <b>", "name_characters"),
        ("Asha@nair", "name_characters"),
        ("http://evil.example", "name_characters"),
        ("Asha\u202eriaN", "name_characters"),
        ("Asha\u200b", "name_characters"),
        ("\u3164\u3164", "name_characters"),
        ("Asha\ufe0f Nair", "name_characters"),
        ("Asha 💰", "name_characters"),
        ("Asha 2341 2341 2346", "aadhaar_refused"),
        ("Asha ２３４１ ２３４１ ２３４６", "aadhaar_refused"),
        ("२३४१२३४१२३४६", "aadhaar_refused"),
    ],
)
def test_what_is_no_name_of_a_person(name: str, reason: str) -> None:
    with pytest.raises(FieldProblem) as problem:
        parse_person_name(name)
    assert problem.value.error.reason == reason


@pytest.mark.parametrize("username", ["abc", "Asha.Nair", "a_b-c.9", "x" * 50, "asha@nair.example"])
def test_usernames(username: str) -> None:
    assert parse_username(f" {username} ") == username


@pytest.mark.parametrize(
    ("username", "reason"),
    [
        ("", "required"),
        ("ab", "username_length"),
        ("x" * 51, "username_length"),
        ("asha nair", "username_characters"),
        ("asha/nair", "username_characters"),
        ("आशा.नायर", "username_characters"),
        ("ａｓｈａ", "username_characters"),
        ("asha\u0131", "username_characters"),
        ("9876543210", "username_needs_letter"),
        ("98765-43210", "username_needs_letter"),
        ("...", "username_needs_letter"),
        ("2341.2341.2346", "aadhaar_refused"),
        ("asha@", "email_invalid"),
    ],
)
def test_what_is_no_username(username: str, reason: str) -> None:
    with pytest.raises(FieldProblem) as problem:
        parse_username(username)
    assert problem.value.error.reason == reason


@pytest.mark.parametrize("role", ["officer", "supervisor", "administrator", "Importer_Exporter", "", "root"])
def test_only_importers_and_exporters_sign_up(role: str) -> None:
    with pytest.raises(FieldProblem) as problem:
        parse_role(role)
    assert problem.value.error.reason == "role_not_offered"


def test_rules_that_look_at_several_fields(world: World) -> None:
    someone_elses = refused(lambda: world.opened(wish(username="other@people.example")))
    assert someone_elses.errors["username"].reason == "username_not_your_email"
    holding = refused(lambda: world.opened(wish(password="My-ASHA.nair-1")))
    assert holding.errors["password"].reason == "password_contains_username"
    by_email = refused(lambda: world.opened(wish(username=None, password="1A" + CONTACT.email.upper() + "a")))
    assert by_email.errors["password"].reason == "password_contains_username"
    older = refused(lambda: world.opened(wish(privacy_notice="2025-01")))
    assert older.code is Code.PRIVACY_NOTICE_CHANGED
    assert world.store.writes == 0


def test_what_is_typed_never_shows_in_a_repr() -> None:
    assert PASSWORD not in repr(wish())
    assert "Asha" not in repr(wish())


# Who hears what.


def test_a_taken_email_is_told_to_its_owner_in_their_language_and_the_mobile_learns_nothing(world: World) -> None:
    world.existing()
    world.opened(wish(Contact(EmailAddress("Other@People.example"), CONTACT.mobile)))
    assert world.told() == [("account_code", CONTACT.mobile), ("account_exists", OTHERS.email)]
    (mail,) = [message for message in world.messages() if message.channel is Channel.EMAIL]
    assert (mail.language, mail.challenge) == ("hi", None)
    assert mail.owner == account_key("account-of-Vikram")


def test_a_taken_mobile_is_told_to_its_owner_and_the_email_learns_nothing(world: World) -> None:
    world.existing()
    world.opened(wish(Contact(CONTACT.email, OTHERS.mobile)))
    assert world.told() == [("account_code", CONTACT.email), ("account_exists", OTHERS.mobile)]


def test_each_address_gets_word_for_word_what_it_would_get_if_the_other_were_free(world: World) -> None:
    """Who signs up with somebody else's address and a mailbox of their own must not learn who has an account."""
    world.existing()
    own = Contact(CONTACT.email, Mobile("+919876500003"))
    strangers = Contact(CONTACT.email, OTHERS.mobile)
    seen = []
    for contact in (own, strangers):
        world.opened(wish(contact))
        seen.append([m for m in world.messages() if m.address == CONTACT.email][-1])
        world.advance(seconds=1)
    first, second = seen
    assert (first.kind, first.values, first.language, first.owner) == (
        second.kind, second.values, second.language, second.owner
    )  # fmt: skip
    assert first.challenge is not None
    assert second.challenge is not None


def test_both_addresses_taken(world: World) -> None:
    world.existing()
    world.opened(wish(OTHERS))
    assert world.told() == [("account_exists", OTHERS.mobile), ("account_exists", OTHERS.email)]


def test_a_taken_username_is_told_to_who_chose_it_by_mail_and_to_its_owner(world: World) -> None:
    world.existing()
    world.opened(wish(username="vikRAM"))
    assert world.told() == sorted(
        [("account_code", CONTACT.mobile), ("username_taken", CONTACT.email), ("username_tried", OTHERS.email)]
    )
    (tried,) = [message for message in world.messages() if message.kind.value == "username_tried"]
    assert (tried.values, tried.language) == ({"username": "Vikram"}, "hi")
    (taken,) = [message for message in world.messages() if message.kind.value == "username_taken"]
    assert taken.values == {}


def test_the_owner_of_a_username_is_told_once_a_day_however_often_it_is_tried(world: World) -> None:
    world.existing()
    for number in range(3):
        contact = Contact(EmailAddress(f"asha{number}@nair.example"), Mobile(f"+91987650010{number}"))
        world.opened(wish(contact, username="Vikram"))
    assert [kind for kind, _ in world.told()].count("username_tried") == 1
    world.advance(days=1)
    world.opened(wish(username="Vikram"))
    assert [kind for kind, _ in world.told()].count("username_tried") == 2


def test_who_tries_their_own_username_again_is_told_over_one_message(world: World) -> None:
    world.existing()
    world.opened(wish(Contact(OTHERS.email, CONTACT.mobile), username="Vikram"))
    assert world.told() == [("account_code", CONTACT.mobile), ("account_exists", OTHERS.email)]


def test_no_message_to_an_unproved_address_repeats_what_a_stranger_typed(world: World) -> None:
    world.opened(replace(wish(username="visit-evil.example"), name=PersonName("Visit evil.example now")))
    for message in world.messages():
        assert "evil" not in str(message.values)


@pytest.mark.parametrize("taken", ["email", "mobile", "username", "both", "nothing"])
def test_whatever_is_taken_the_record_and_the_answer_are_of_one_kind(world: World, taken: str) -> None:
    world.existing()
    contact = {
        "email": Contact(OTHERS.email, CONTACT.mobile),
        "mobile": Contact(CONTACT.email, OTHERS.mobile),
        "both": OTHERS,
    }.get(taken, CONTACT)
    before = len(world.messages())
    registration = world.opened(wish(contact, username="Vikram" if taken == "username" else "Asha"))
    assert registration.status is RegistrationStatus.CODES_SENT
    assert registration.password_hash is not None
    assert registration.challenge.unsent == ()
    assert world.journeys.started[registration.registration_id] == 15 * 60
    sent = [message for message in world.messages() if message.kind.value != "username_tried"]
    assert len(sent) - before == 2
    refusal = refused(lambda: world.verify(WRONG))
    assert (refusal.code, refusal.facts) == (Code.CODES_INCORRECT, {"attempts_left": 4})


@pytest.mark.parametrize("taken", ["email", "mobile", "username", "both"])
def test_whatever_is_taken_the_store_is_asked_as_often(world: World, taken: str) -> None:
    world.existing()
    contact = {
        "email": Contact(OTHERS.email, CONTACT.mobile),
        "mobile": Contact(CONTACT.email, OTHERS.mobile),
        "both": OTHERS,
    }.get(taken, CONTACT)

    def asked(contact: Contact, username: str) -> list[str]:
        made: list[str] = []
        with pytest.MonkeyPatch.context() as patch:
            for name in ("named", "account", "message", "owner", "write"):
                patch.setattr(world.store, name, noted(made, name, getattr(world.store, name)))
            world.opened(wish(contact, username))
        return made

    free = asked(Contact(EmailAddress("free@nair.example"), Mobile("+919876500009")), "Free")
    assert asked(contact, "Vikram" if taken == "username" else "Asha") == free
    assert free.count("write") == 1


def noted(made: list[str], name: str, ask: Callable[..., object]) -> Callable[..., object]:
    """`ask`, its name written down each time."""

    def noting(*known: object) -> object:
        made.append(name)
        return ask(*known)

    return noting


def test_sending_again_asks_anew_who_has_the_names(world: World) -> None:
    world.opened()
    world.existing("Asha.Nair")
    world.advance(seconds=30)
    world.send_again()
    assert sorted(kind for kind, _ in world.told()) == [
        "account_code", "account_code", "account_code", "username_taken", "username_tried",
    ]  # fmt: skip


# Names that are lost, and names at ICEGATE.


def test_a_name_that_went_to_somebody_else_ends_the_registration_and_the_person_is_told(world: World) -> None:
    world.opened()
    world.existing("Asha.Nair")
    assert world.verify() is RegistrationStatus.REGISTERING
    assert world.run() == "Ended"
    assert world.read().status is RegistrationStatus.EXPIRED
    assert world.read().password_hash is None
    assert world.account() is None
    assert world.store.named("asha@nair.example") is None
    assert ("sign_up_not_possible", CONTACT.email) in world.told()
    assert "account_opened" not in [kind for kind, _ in world.told()]
    assert refused(world.verify).code is Code.REGISTRATION_EXPIRED


def test_nobodys_address_is_held_before_its_codes_are_right(world: World) -> None:
    """A stranger who signs up with my addresses does not keep me from signing up."""
    world.opened(wish(username="Stranger"))
    assert world.registered().username == "Asha.Nair"


def test_an_icegate_id_is_no_username_for_anybody_else(world: World) -> None:
    open_icegate_account(world, "Asha.Nair".replace(".", "_"))
    world.opened(wish(username="asha_nair"))
    assert ("username_taken", CONTACT.email) in world.told()
    assert ("username_tried", OTHERS.email) in world.told()
    world.verify()
    assert world.run() == "Ended"


def test_an_icegate_id_that_is_held_for_a_registration_is_taken_until_the_hold_ends(world: World) -> None:
    hold = Hold(IcegateId("asha_nair"), IEC, "registration", world.now + timedelta(hours=8))
    world.store.write(HoldIcegateId(hold, world.now))
    world.opened(wish(username="Asha_Nair"))
    assert world.told() == [("account_code", CONTACT.mobile), ("username_taken", CONTACT.email)]
    world.advance(hours=8)
    assert world.registered(wish(username="Asha_Nair")).username == "Asha_Nair"
    assert world.told().count(("account_code", CONTACT.email)) == 1


def test_a_username_is_no_icegate_id_for_anybody_else(world: World) -> None:
    world.registered(wish(username="asha_nair"))
    assert not is_free(world.store.named("asha_nair"), IEC, world.now)
    hold = Hold(IcegateId("Asha_Nair"), IEC, "registration", world.now + timedelta(hours=8))
    with pytest.raises(ChangeRefused):
        world.store.write(HoldIcegateId(hold, world.now))


def test_the_name_of_a_closed_account_is_free_from_its_day_on(world: World) -> None:
    closed = world.existing("Asha.Nair")
    until = world.now + timedelta(days=365)
    world.store.write(TakeName(AccountName("asha.nair", closed.account_id, until), world.now))
    world.opened()
    assert ("username_taken", CONTACT.email) in world.told()
    world.advance(days=365)
    assert world.registered().account_id != closed.account_id
    assert world.told().count(("account_code", CONTACT.email)) == 1


def open_icegate_account(world: World, icegate_id: str) -> None:
    hold = Hold(IcegateId(icegate_id), IEC, "registration", world.now + timedelta(hours=2))
    account = IcegateAccount(
        hold.icegate_id,
        IEC,
        Gstin("33ZZZCZ9999Z1ZQ"),
        "Zenith Coir",
        OTHERS,
        RegistrationKind.SIMPLIFIED,
        "hash",
        "en",
        "registration",
        world.now,
    )
    world.store.write(HoldIcegateId(hold, world.now))
    world.store.write(OpenAccount(account))
