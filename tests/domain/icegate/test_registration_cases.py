"""The simplified registration on fakes: the three cases of the advisory, and what a person may choose on the way."""

from datetime import timedelta

from chalicelib.domain.icegate.accounts import Hold
from chalicelib.domain.icegate.registration import CodesFor, Status
from chalicelib.domain.identifiers import IcegateId, Iec
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.refusals import Code
from tests.domain.icegate.asking import account, change, finish, kinds, refused, solved_captcha, verify
from tests.domain.icegate.world import ALTERNATE, HOLDER, IP, TEMPORARY_PASSWORD, World


def test_case_1_1_finish_with_the_contact_of_record(world: World) -> None:
    assert world.codes_sent().status is Status.CODES_SENT
    assert verify(world) is Status.CONTACT_VERIFIED
    assert finish(world) is Status.REGISTERING
    assert world.journey.run() == "Registered"
    made = account(world)
    assert (made.icegate_id, made.contact, made.iec) == ("Asha_Exports", HOLDER.contact, HOLDER.iec)
    assert kinds(world)[2:] == [
        (NoticeKind.REGISTERED, HOLDER.contact.mobile),
        (NoticeKind.REGISTERED, HOLDER.contact.email),
    ]


def test_case_1_2_change_email_and_mobile(world: World) -> None:
    world.codes_sent()
    verify(world)
    assert change(world) is Status.SENDING_CODES
    assert world.journey.run() == "IssueAlternateCodes"
    assert world.read().status is Status.ALTERNATE_CODES_SENT
    assert verify(world, codes_for=CodesFor.ALTERNATE) is Status.REGISTERING
    assert world.journey.run() == "Registered"
    assert account(world).contact == ALTERNATE
    assert kinds(world)[4:] == [
        (NoticeKind.REGISTERED, ALTERNATE.mobile),
        (NoticeKind.REGISTERED, ALTERNATE.email),
        (NoticeKind.CONTACT_CHANGED, HOLDER.contact.mobile),
        (NoticeKind.CONTACT_CHANGED, HOLDER.contact.email),
    ]


def test_case_2_resume_with_the_contact_codes(world: World) -> None:
    world.codes_sent()
    opened = world.desk.resume(HOLDER.iec, HOLDER.gstins[0], world.codes(), IP)
    assert opened.registration.status is Status.CONTACT_VERIFIED
    assert refused(lambda: world.desk.read(world.registration_id, world.flow_token)).code is Code.FLOW_TOKEN_INVALID
    world.flow_token = opened.flow_token
    finish(world)
    assert world.journey.run() == "Registered"


def test_case_2_resume_with_the_alternate_codes(world: World) -> None:
    world.codes_sent()
    verify(world)
    change(world)
    world.journey.run()
    opened = world.desk.resume(HOLDER.iec, HOLDER.gstins[0], world.codes(), IP)
    assert opened.registration.status is Status.REGISTERING
    assert world.journey.run() == "Registered"
    assert account(world).contact == ALTERNATE


def test_a_start_opens_a_registration_and_its_captcha_serves_once(world: World) -> None:
    captcha = solved_captcha(world)
    gstin = HOLDER.gstins[0]
    opened = world.desk.start(HOLDER.iec, gstin, TEMPORARY_PASSWORD.lower(), captcha, IP, "hi")
    assert opened.registration.status is Status.CREDENTIALS_REQUIRED
    again = refused(lambda: world.desk.start(HOLDER.iec, gstin, TEMPORARY_PASSWORD, captcha, IP, "hi"))
    assert again.code is Code.CAPTCHA_USED
    assert world.desk.read(opened.registration.registration_id, opened.flow_token).language == "hi"


def test_an_id_is_held_whatever_its_case_and_the_chooser_may_try_another(world: World) -> None:
    world.codes_sent()
    world.store.put_holder(HOLDER)
    other = Hold(IcegateId("ASHA_EXPORTS"), Iec("ZZZPZ9999Z"), "another", world.now + timedelta(hours=1))
    taken = World()
    taken.opened()
    taken.store._names["asha_exports"] = other
    refusal = refused(lambda: taken.choose("asha_Exports"))
    assert (refusal.code, list(refusal.errors)) == (Code.ICEGATE_ID_TAKEN, ["icegate_id"])
    assert not taken.desk.is_available(taken.registration_id, taken.flow_token, IcegateId("aSHA_exports"))
    assert taken.choose("asha_2").status is Status.SENDING_CODES


def test_a_holder_may_start_afresh_with_the_same_id(world: World) -> None:
    world.codes_sent()
    assert world.codes_sent().status is Status.CODES_SENT
    verify(world)
    finish(world)
    assert world.journey.run() == "Registered"


def test_a_mistyped_alternate_address_can_be_chosen_again(world: World) -> None:
    world.codes_sent()
    verify(world)
    change(world)
    world.journey.run()
    old, expires_at = world.codes(), world.read().expires_at
    world.advance(seconds=31)
    other = type(ALTERNATE)(ALTERNATE.email, HOLDER.contact.mobile)
    world.desk.change_contact(world.registration_id, world.flow_token, other, IP)
    assert world.journey.run() == "IssueAlternateCodes"
    assert world.read().expires_at == expires_at
    assert refused(lambda: verify(world, old, CodesFor.ALTERNATE)).code is Code.CODES_INCORRECT
    assert verify(world, None, CodesFor.ALTERNATE) is Status.REGISTERING


def test_who_began_a_change_may_finish_with_the_old_contact(world: World) -> None:
    world.codes_sent()
    verify(world)
    change(world)
    world.journey.run()
    finish(world)
    assert world.journey.run() == "Registered"
    assert account(world).contact == HOLDER.contact
    assert NoticeKind.CONTACT_CHANGED not in [kind for kind, _ in kinds(world)]


def test_the_same_contact_is_no_change(world: World) -> None:
    world.codes_sent()
    verify(world)
    same = HOLDER.contact
    refusal = refused(lambda: world.desk.change_contact(world.registration_id, world.flow_token, same, IP))
    assert {error.reason for error in refusal.errors.values()} == {"contact_unchanged"}
