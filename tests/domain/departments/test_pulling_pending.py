"""Pending pulls at the officers' desk: looked at, decided once, delivered by Push URI into the account that asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.accounts.account import Role
from chalicelib.domain.accounts.owners import display_name
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.departments import asking_officers
from chalicelib.domain.departments.asking_officers import OF_ONE_PERSON
from chalicelib.domain.departments.certificates import CertificateStatus, DigiLockerAccount, Holder, PushState
from chalicelib.domain.departments.changes import WriteCertificate, WritePush
from chalicelib.domain.departments.deciding_pulls import Decided, Decision, PullCase, PullRequests
from chalicelib.domain.departments.departments import DepartmentStatus, WhenNotMatched, stream_of
from chalicelib.domain.departments.publishing import push_id_of, push_of
from chalicelib.domain.departments.pull_requests import PullRequest, PullRequestStatus
from chalicelib.domain.departments.pushes import Push, PushAction, PushStatus
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.departments.pull_world import ASHAS, DEPARTMENT_ID, OTHER_DEPARTMENT_ID, PullWorld
from tests.domain.staff.world import CALLER, Office

GRANT, NUMBER = Decision.GRANT, "TN/2026/1"
REFUSAL = Decided(Decision.REFUSE, reason="No such registration in our books")


class Desk(PullWorld):
    """The department with officers; Asha's certificate, and what she asks."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.office = Office()
        self.office.store = self.store
        self.desk = PullRequests(self.store, self.clock)
        self.officer = self.an_officer()
        self.change_type(when_not_found=WhenNotMatched.ASK_OFFICER)
        self.made = self.certificate()

    def an_officer(self, of: str = DEPARTMENT_ID) -> Actor:
        return self.office.actor(self.office.member(Role.DEPARTMENT_OFFICER, of))

    def asked(self, **changed: object) -> PullRequest:
        """A request that waits; nearly Asha's name unless `changed` says otherwise."""
        assert self.pull(self.asks(**({"full_name": "A Rao"} | changed))).is_pending
        return self.store.pull_requests_of(DEPARTMENT_ID, PullRequestStatus.OPEN, 10)[-1]

    def decide(self, request: PullRequest, decided: Decided, actor: Actor | None = None) -> PullCase:
        return self.desk.decide(actor or self.officer, DEPARTMENT_ID, request.request_id, decided, CALLER)

    def refused(self, request: PullRequest, decided: Decided, actor: Actor | None = None) -> Refusal:
        with pytest.raises(Refusal) as refusal:
            self.decide(request, decided, actor)
        return refusal.value

    def push(self, digilocker_id: str = ASHAS) -> Push | None:
        account = DigiLockerAccount(digilocker_id, self.now)
        return self.store.push(push_id_of(replace(self.made, account=account), PushAction.ADD))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_grant_pushes_the_certificate_into_the_account_that_asked(desk: Desk) -> None:
    request = desk.asked()
    desk.advance(hours=3)
    case = desk.decide(request, Decided(GRANT))
    assert (case.request.status, case.decided_by) == (PullRequestStatus.GRANTED, display_name(desk.officer.owner))
    push, certificate = desk.push(), desk.store.certificate(desk.made.certificate_id)
    assert push
    assert (push.status, push.action, push.due_at) == (PushStatus.DUE, PushAction.ADD, desk.now)
    # The citizen's own request is the consent.
    assert certificate
    assert certificate.account == DigiLockerAccount(ASHAS, request.asked_at)
    (event,) = desk.store.audit_events(stream_of(DEPARTMENT_ID))
    assert (event.deed.value, event.actor) == ("pull_request_granted", desk.officer.key)
    assert "Rao" not in str(event)
    assert desk.pull(desk.asks(full_name="A Rao")).is_found


def test_a_certificate_is_granted_by_its_number(desk: Desk) -> None:
    request = desk.asked(parameters={"regno": "TN-2026-1", "ward_no": "12"}, full_name="Asha Rao")
    assert desk.refused(request, Decided(GRANT)).errors["certificate_number"].reason == "required"
    case = desk.decide(request, Decided(GRANT, f"  {NUMBER} "))
    assert case.certificate
    assert case.certificate.certificate_id == desk.made.certificate_id
    assert desk.push()


def test_another_name_or_birth_date_is_granted_only_with_a_reason(desk: Desk) -> None:
    request = desk.asked(full_name="Asha Iyer")
    assert desk.refused(request, Decided(GRANT, NUMBER)).errors["reason"].reason == "required"
    assert desk.push() is None
    desk.decide(request, Decided(GRANT, NUMBER, "Married name; the deed is on file"))
    assert desk.push()


def test_a_refusal_has_a_reason_and_is_answered_from_then_on(desk: Desk) -> None:
    request = desk.asked()
    assert desk.refused(request, Decided(Decision.REFUSE)).errors["reason"].reason == "required"
    case = desk.decide(request, REFUSAL)
    assert (case.request.status, case.request.reason) == (PullRequestStatus.REFUSED, REFUSAL.reason)
    assert desk.push() is None
    assert desk.pull(desk.asks(full_name="A Rao")).result == "0"


def test_an_officer_decides_once_and_the_same_again_changes_nothing(desk: Desk) -> None:
    request = desk.asked()
    first = desk.decide(request, Decided(GRANT))
    writes = desk.store.writes
    assert desk.decide(request, Decided(GRANT)).request == first.request
    assert desk.decide(request, Decided(GRANT, NUMBER)).request == first.request
    assert desk.store.writes == writes
    for decided, actor in (
        (REFUSAL, None),
        (Decided(GRANT), desk.an_officer()),
        (Decided(GRANT, "TN/2026/2"), None),
    ):
        if decided.number:
            desk.certificate(decided.number)
        assert desk.refused(request, decided, actor).code is Code.PULL_REQUEST_CONFLICT


@pytest.mark.parametrize("number", ["TN/2026/9", "tn/2026/1", "", "\u202e" + NUMBER])
def test_a_number_that_is_no_certificates_is_told(desk: Desk, number: str) -> None:
    refusal = desk.refused(desk.asked(), Decided(GRANT, number))
    assert refusal.errors["certificate_number"].reason == "certificate_unknown"


def test_a_certificate_of_another_department_or_one_that_was_revoked_is_not_granted(desk: Desk) -> None:
    request = desk.asked()
    desk.certificate("TN/5", department_id=OTHER_DEPARTMENT_ID, uri="in.gov.ka.example-TRCER-1")
    desk.certificate("TN/6", status=CertificateStatus.REVOKED)
    for number in ("TN/5", "TN/6"):
        refusal = desk.refused(request, Decided(GRANT, number))
        assert refusal.errors["certificate_number"].reason == "certificate_unknown"


def test_a_certificate_in_anothers_account_stays_there(desk: Desk) -> None:
    there = desk.store.certificate(desk.made.certificate_id)
    assert there
    others = DigiLockerAccount("00000000-e89b-12d3-a456-426655440000", desk.now)
    desk.store.write(WriteCertificate(replace(there, account=others, push=PushState.PUSHED)))
    refusal = desk.refused(desk.asked(), Decided(GRANT))
    assert refusal.errors["certificate_number"].reason == "certificate_of_another_account"


def test_an_account_that_a_department_wrote_in_capitals_is_the_same_account(desk: Desk) -> None:
    there = desk.store.certificate(desk.made.certificate_id)
    assert there
    desk.store.write(WriteCertificate(replace(there, account=DigiLockerAccount(ASHAS.upper(), desk.now))))
    desk.decide(desk.asked(), Decided(GRANT))
    after = desk.store.certificate(desk.made.certificate_id)
    assert after
    assert after.account == DigiLockerAccount(ASHAS.upper(), desk.now)


@pytest.mark.parametrize("status", [PushStatus.PARKED, PushStatus.PUSHED, PushStatus.DUE])
def test_a_push_that_there_is_already_is_made_due_where_it_was_parked_and_else_left(
    desk: Desk, status: PushStatus
) -> None:
    there = desk.store.certificate(desk.made.certificate_id)
    assert there
    known = replace(there, account=DigiLockerAccount(ASHAS, desk.now))
    push = push_of(desk.department, known, PushAction.ADD, desk.now)
    assert push
    desk.store.write(WriteCertificate(known), WritePush(replace(push, status=status, due_at=None)))
    desk.decide(desk.asked(), Decided(GRANT))
    after = desk.push()
    assert after
    assert after.status is (PushStatus.DUE if status is PushStatus.PARKED else status)


def test_without_a_client_or_while_suspended_nothing_can_be_delivered_and_nothing_is_decided(desk: Desk) -> None:
    request = desk.asked()
    client = desk.department.client
    desk.change(client=None)
    assert desk.refused(request, Decided(GRANT)).code is Code.PUSH_NOT_POSSIBLE
    desk.change(client=client, status=DepartmentStatus.SUSPENDED)
    assert desk.refused(request, Decided(GRANT)).code is Code.DEPARTMENT_SUSPENDED
    assert desk.desk.queue(desk.officer, DEPARTMENT_ID, PullRequestStatus.OPEN)


def test_officers_see_their_own_departments_requests_alone(desk: Desk) -> None:
    request = desk.asked()
    other = desk.an_officer(OTHER_DEPARTMENT_ID)
    desk.put(desk.a_department(OTHER_DEPARTMENT_ID, "in.gov.ka.example"))
    for department_id in (DEPARTMENT_ID, OTHER_DEPARTMENT_ID):
        with pytest.raises(Refusal) as refusal:
            desk.desk.case(other, department_id, request.request_id)
        assert refusal.value.code is Code.NOT_FOUND
    with pytest.raises(Refusal):
        desk.desk.queue(other, DEPARTMENT_ID, PullRequestStatus.OPEN)
    assert desk.refused(request, Decided(GRANT), other).code is Code.NOT_FOUND
    assert desk.desk.case(desk.office.administrator(), DEPARTMENT_ID, request.request_id).request == request


def test_two_who_fit_nearly_are_two_questions_and_each_has_its_answer(desk: Desk) -> None:
    first = desk.asked()
    desk.advance(minutes=1)
    second = desk.asked(full_name="Asha R", digilocker_id="00000000-e89b-12d3-a456-426655440000")
    assert first.request_id != second.request_id
    desk.decide(first, Decided(GRANT))
    # The certificate is in the first one's account now.
    assert desk.refused(second, Decided(GRANT)).errors["certificate_number"].reason == "certificate_of_another_account"
    desk.decide(second, REFUSAL)


def test_a_certificate_that_was_found_nearly_and_revoked_since_cannot_be_granted(desk: Desk) -> None:
    request = desk.asked()
    there = desk.store.certificate(desk.made.certificate_id)
    assert there
    desk.store.write(WriteCertificate(replace(there, status=CertificateStatus.REVOKED)))
    assert desk.refused(request, Decided(GRANT)).errors["certificate_number"].reason == "certificate_unknown"


def test_the_nearest_of_several_is_offered(desk: Desk) -> None:
    desk.certificate("TN/2026/1 ", Holder("Meena Rao", date(1980, 3, 4)))
    assert desk.asked().certificate_id == desk.made.certificate_id


def other(number: int) -> dict[str, object]:
    """What is not here, each time another number."""
    return {"parameters": {"regno": f"TN/2026/other{number}", "ward_no": "12"}}


def test_of_one_person_three_requests_wait_and_more_once_one_is_decided(desk: Desk) -> None:
    waiting = [desk.asked(**other(number)) for number in range(OF_ONE_PERSON)]
    for number in range(10):
        assert desk.pull(desk.asks(**other(100 + number))).result == "0"
    assert len(desk.desk.queue(desk.officer, DEPARTMENT_ID, PullRequestStatus.OPEN)) == OF_ONE_PERSON
    assert desk.troubles() == ["pull_person_waits"]
    # What waits is told to wait, however often; another person is not hindered.
    assert desk.pull(desk.asks(**other(0), full_name="A Rao")).is_pending
    assert desk.pull(desk.asks(**other(0), digilocker_id="9" * 8 + ASHAS[8:])).is_pending
    desk.decide(waiting[1], REFUSAL)
    assert desk.pull(desk.asks(**other(100))).is_pending
    assert desk.pull(desk.asks(**other(101))).result == "0"


def test_who_asks_is_not_to_be_read_from_their_places(desk: Desk) -> None:
    desk.asked()
    names = [name for name in desk.store._exchange_keys if name.startswith("place#")]
    assert len(names) == 1
    assert ASHAS not in names[0]


def test_of_a_department_no_more_wait_than_its_officers_can_look_through(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking_officers, "OF_A_DEPARTMENT", 2)
    waiting = [desk.asked(digilocker_id=f"{number:08}{ASHAS[8:]}") for number in range(2)]
    for _ in range(3):
        assert desk.pull(desk.asks(full_name="A Rao")).result == "0"
    assert desk.troubles() == ["pull_queue_full"]
    # Those who wait are told so.
    assert desk.pull(desk.asks(full_name="A Rao", digilocker_id=waiting[0].digilocker_id)).is_pending
    desk.decide(waiting[0], REFUSAL)
    assert desk.pull(desk.asks(full_name="A Rao")).is_pending
