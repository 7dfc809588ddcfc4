"""Whether a good certificate may sign this: DGFT's rules, for each kind of certificate and of firm."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.codes import ServerKey
from chalicelib.domain.identifiers import Iec, Pan
from chalicelib.domain.iec.records import IecRecord, IecStatus, NatureOfConcern, Person, PersonRole
from chalicelib.domain.iec.users import IecRole, IecUser, IecUserStatus, Link
from chalicelib.domain.signatures.binding import (
    IndividualDsc,
    LinkingRules,
    binding,
    key_of_links,
    kinds_for,
    signer_of,
)
from chalicelib.domain.signatures.report import Kind, Reason, SignerShown, Verdict
from chalicelib.domain.signatures.signers import Signer
from chalicelib.domain.signatures.signings import Purpose, SignatureMethod, Signing, SigningStatus
from tests.fakes import FakeKeyring

NOW = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
KEY = ServerKey("first", b"\x01" * 32)
ASHA = Person("Asha Mehta", Pan("ABCPM1234K"), date(1980, 2, 3), PersonRole.PARTNER)
RAVI = Person("Ravi Mehta", Pan("ABCPM1235K"), date(1984, 7, 9), PersonRole.PARTNER)
RECORD = IecRecord(
    Iec("ABCFM1234K"), Pan("ABCFM1234K"), "Mehta & Sons Exports", NatureOfConcern.PARTNERSHIP, (ASHA, RAVI)
)
FIRMS = [nature for nature in NatureOfConcern if nature is not NatureOfConcern.PROPRIETORSHIP]


def sha256(pan: str) -> str:
    return hashlib.sha256(pan.encode()).hexdigest()


def signer(kind: Kind | None, **fields: object) -> Signer:
    shown = SignerShown("Asha Mehta", "", kind, "Test Sub CA", "1", "ab" * 32, NOW, NOW + timedelta(days=700))
    made = Signer(shown, kind, None, "", "Asha Mehta", None, None, frozenset())
    return replace(made, **fields)  # type: ignore[arg-type]


def individual(pan: str = ASHA.pan, **fields: object) -> Signer:
    return signer(Kind.INDIVIDUAL, **{"pan_hash": sha256(pan), **fields})


def ekyc(name: str = "ASHA MEHTA", year: int | None = 1980) -> Signer:
    return signer(Kind.EKYC, common_name=name, year_of_birth=year)


def organisation(name: str = "MEHTA AND SONS EXPORTS", **fields: object) -> Signer:
    return signer(Kind.ORGANISATION, **{"organisation": name, **fields})


def signing(purpose: Purpose = Purpose.LINK_IEC, iec: str = RECORD.iec) -> Signing:
    return Signing(
        signing_id="s" * 22,
        purpose=purpose,
        owner=account_key("a" * 22),
        iec=iec,
        document="…",
        document_sha256="00" * 32,
        nonce="ab" * 16,
        methods=tuple(SignatureMethod),
        language="en",
        status=SigningStatus.VALIDATING,
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=10),
    )


def reason(
    who: Signer,
    record: IecRecord | None = RECORD,
    purpose: Purpose = Purpose.LINK_IEC,
    user: IecUser | None = None,
    rules: LinkingRules | None = None,
) -> Reason:
    found = binding(signing(purpose), record, user, KEY, rules)(who)
    assert (found.verdict is Verdict.HOLDS) == (found.reason is Reason.HOLDS)
    return found.reason


def user_linked_by(who: Signer, **fields: object) -> IecUser:
    hashed, until = signer_of(who, RECORD, KEY), NOW + timedelta(days=700)
    link = Link(SignatureMethod.DSC, "l" * 22, NOW, until, Kind.INDIVIDUAL, "Asha Mehta", "CA", "ab" * 32, hashed)
    user = IecUser(
        RECORD.iec, "u" * 22, "Asha", "asha@example.com", IecRole.OWNER, IecUserStatus.ACTIVE, NOW, "a" * 22, link
    )
    return replace(user, **fields)  # type: ignore[arg-type]


class TestAnIndividual:
    @pytest.mark.parametrize("person", RECORD.persons, ids=lambda person: person.name)
    def test_binds_whoever_is_on_the_record(self, person: Person) -> None:
        assert reason(individual(person.pan)) is Reason.HOLDS

    def test_letter_case_of_the_hash_does_not_count(self) -> None:
        assert reason(individual(pan_hash=sha256(ASHA.pan).upper())) is Reason.HOLDS

    @pytest.mark.parametrize("pan_hash", [None, "", sha256("ABCPM9999K"), ASHA.pan, sha256(RECORD.pan)])
    def test_binds_nobody_else(self, pan_hash: str | None) -> None:
        assert reason(individual(pan_hash=pan_hash)) is Reason.NOT_OF_THIS_IEC

    @pytest.mark.parametrize("nature", list(NatureOfConcern))
    def test_which_firms_it_is_for_is_configured(self, nature: NatureOfConcern) -> None:
        record = replace(RECORD, nature=nature)
        assert reason(individual(), record, rules=LinkingRules(IndividualDsc.ALL_FIRMS)) is Reason.HOLDS
        only = reason(individual(), record, rules=LinkingRules(IndividualDsc.PROPRIETORSHIPS))
        is_proprietorship = nature is NatureOfConcern.PROPRIETORSHIP
        assert only is (Reason.HOLDS if is_proprietorship else Reason.NOT_OF_THIS_IEC)

    @pytest.mark.parametrize("purpose", [Purpose.FULL_REGISTRATION, Purpose.RENEW_DSC])
    def test_customs_takes_it_from_every_firm(self, purpose: Purpose) -> None:
        rules = LinkingRules(IndividualDsc.PROPRIETORSHIPS)
        assert reason(individual(), purpose=purpose, rules=rules) is Reason.HOLDS

    @pytest.mark.parametrize("who", [individual(), ekyc()], ids=["dsc", "esign"])
    def test_a_director_counts_once_validated(self, who: Signer) -> None:
        for is_validated, expected in ((True, Reason.HOLDS), (False, Reason.NOT_OF_THIS_IEC)):
            director = replace(ASHA, role=PersonRole.DIRECTOR, is_validated=is_validated)
            record = replace(RECORD, nature=NatureOfConcern.PRIVATE_LIMITED, persons=(director,))
            assert reason(who, record) is expected


class TestAnOrganisation:
    @pytest.mark.parametrize("nature", FIRMS)
    def test_binds_by_the_entitys_name(self, nature: NatureOfConcern) -> None:
        assert reason(organisation(), replace(RECORD, nature=nature)) is Reason.HOLDS

    def test_is_not_for_proprietors(self) -> None:
        record = replace(RECORD, nature=NatureOfConcern.PROPRIETORSHIP)
        assert reason(organisation(), record) is Reason.NOT_OF_THIS_IEC

    @pytest.mark.parametrize("name", ["", ".", "Mehta", "Mehta & Sons Imports", "Personal"])
    def test_another_name_is_another_entity(self, name: str) -> None:
        assert reason(organisation(name)) is Reason.NOT_OF_THIS_IEC
        assert reason(organisation(name), replace(RECORD, entity_name=".")) is Reason.NOT_OF_THIS_IEC

    def test_a_persons_pan_on_it_does_not_make_up_for_the_name(self) -> None:
        assert reason(organisation("Others", pan_hash=sha256(ASHA.pan))) is Reason.NOT_OF_THIS_IEC


class TestAnIecsOwn:
    def test_binds_by_the_iec_alone(self) -> None:
        assert reason(signer(Kind.IEC, iec=RECORD.iec)) is Reason.HOLDS

    @pytest.mark.parametrize("iec", [None, "", "ABCFM1234L"])
    def test_another_iec_is_another(self, iec: str | None) -> None:
        assert reason(signer(Kind.IEC, iec=iec)) is Reason.NOT_OF_THIS_IEC


class TestAnEsignCertificate:
    def test_binds_by_name_and_year_of_birth(self) -> None:
        assert reason(ekyc()) is Reason.HOLDS

    @pytest.mark.parametrize(
        ("name", "year"), [("Asha Mehta", 1981), ("Asha Mehta", None), ("Asha", 1980), ("", 1980), ("Ravi Mehta", 1980)]
    )
    def test_neither_alone_is_enough(self, name: str, year: int | None) -> None:
        assert reason(ekyc(name, year)) is Reason.NOT_OF_THIS_IEC


@pytest.mark.parametrize("who", [individual(), ekyc(), organisation(), signer(Kind.IEC, iec=RECORD.iec)])
class TestNothingIsBound:
    def test_by_an_iec_that_there_is_not(self, who: Signer) -> None:
        assert reason(who, None) is Reason.NOT_OF_THIS_IEC

    @pytest.mark.parametrize("status", [status for status in IecStatus if status is not IecStatus.ACTIVE])
    def test_by_an_iec_that_is_not_active(self, who: Signer, status: IecStatus) -> None:
        assert reason(who, replace(RECORD, status=status)) is Reason.NOT_OF_THIS_IEC

    def test_by_another_record(self, who: Signer) -> None:
        assert reason(who, replace(RECORD, iec=Iec("0388012345"))) is Reason.NOT_OF_THIS_IEC


def test_a_certificate_of_no_kind_binds_nobody() -> None:
    assert reason(signer(None, pan_hash=sha256(ASHA.pan), iec=RECORD.iec)) is Reason.NOT_OF_THIS_IEC


class TestWhoChangesUsers:
    """The very person who linked the login, by whatever certificate."""

    def test_may_sign_by_another_certificate_or_by_esign(self) -> None:
        linked = user_linked_by(individual())
        for who in (individual(shown=replace(individual().shown, fingerprint="cd" * 32)), ekyc()):
            assert reason(who, purpose=Purpose.CHANGE_IEC_USERS, user=linked) is Reason.HOLDS
        by_esign = user_linked_by(ekyc())
        assert reason(individual(), purpose=Purpose.CHANGE_IEC_USERS, user=by_esign) is Reason.HOLDS

    def test_no_other_partner_may(self) -> None:
        linked = user_linked_by(individual())
        for who in (individual(RAVI.pan), ekyc("Ravi Mehta", 1984), organisation(pan_hash=sha256(RAVI.pan))):
            assert reason(who, purpose=Purpose.CHANGE_IEC_USERS, user=linked) is Reason.NOT_THE_LINKED_SIGNER

    def test_no_stranger_may(self) -> None:
        linked = user_linked_by(individual())
        stranger = individual("ABCPM9999K")
        assert reason(stranger, purpose=Purpose.CHANGE_IEC_USERS, user=linked) is Reason.NOT_OF_THIS_IEC

    def test_nobody_may_without_a_link_of_an_active_user(self) -> None:
        linked = user_linked_by(individual())
        for user in (None, replace(linked, link=None), replace(linked, status=IecUserStatus.SUSPENDED)):
            found = reason(individual(), purpose=Purpose.CHANGE_IEC_USERS, user=user)
            assert found is Reason.NOT_THE_LINKED_SIGNER

    def test_two_of_one_name_and_year_are_told_apart_by_nothing_but_their_pan(self) -> None:
        twin = replace(ASHA, pan=Pan("ABCPM1236K"))
        record = replace(RECORD, persons=(ASHA, twin))
        assert signer_of(ekyc(), record, KEY) != signer_of(individual(), record, KEY)
        assert signer_of(individual(), record, KEY) != signer_of(individual(twin.pan), record, KEY)


class TestTheSignersHash:
    def test_tells_nobody_the_pan(self) -> None:
        hashed = signer_of(individual(), RECORD, KEY)
        assert sha256(ASHA.pan) not in hashed
        assert hashed != signer_of(individual(), RECORD, ServerKey("other", b"\x02" * 32))

    def test_users_of_one_iec_are_hashed_under_one_key(self) -> None:
        keyring = FakeKeyring()
        first = user_linked_by(individual())
        keyring.rotate()
        assert key_of_links([], keyring) == keyring.current()
        assert key_of_links([replace(first, link=None), first], keyring).key_id == "first"
        keyring.withdraw_oldest()
        assert key_of_links([first], keyring) == keyring.current()


def test_which_kinds_may_sign_what() -> None:
    for purpose in (Purpose.LINK_IEC, Purpose.RENEW_LINK, Purpose.CHANGE_IEC_USERS):
        assert kinds_for(purpose, SignatureMethod.DSC) == {Kind.INDIVIDUAL, Kind.ORGANISATION, Kind.IEC}
        assert kinds_for(purpose, SignatureMethod.ESIGN) == {Kind.EKYC}
    for purpose in (Purpose.FULL_REGISTRATION, Purpose.RENEW_DSC):
        assert kinds_for(purpose, SignatureMethod.DSC) == {Kind.INDIVIDUAL}
