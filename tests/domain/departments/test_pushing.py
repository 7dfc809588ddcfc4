"""Pushing: one push, tried once; what DigiLocker says becomes the certificate's state, exactly once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.changes import StoreUnavailable
from chalicelib.domain.departments.certificates import CertificateStatus, PushState
from chalicelib.domain.departments.changes import WriteCertificate
from chalicelib.domain.departments.departments import DepartmentStatus, DigiLockerClient
from chalicelib.domain.departments.parking import ParkReason
from chalicelib.domain.departments.pushes import PushAction, PushStatus
from chalicelib.domain.departments.pushing import PushInFlight, PushLimitReached, PushUnknown
from chalicelib.domain.departments.statistics import Counted
from chalicelib.domain.digilocker.line import DigiLockerUnavailable
from chalicelib.domain.limits import IST
from tests.domain.departments.push_world import ASHAS, DEPARTMENT_ID, RAVIS, SECRET, PushWorld, refusal


@pytest.fixture
def world() -> PushWorld:
    return PushWorld()


def counts(world: PushWorld) -> dict[Counted, int]:
    today = world.now.astimezone(IST).date()
    days = world.store.department_days(DEPARTMENT_ID, today - timedelta(days=9), today)
    return {counted: sum(day.counts.get(counted, 0) for day in days) for counted in (Counted.PUSHED, Counted.FAILED)}


def test_a_certificate_is_added_to_its_citizens_account(world: PushWorld) -> None:
    certificate = world.certificate()
    push = world.pushing.push(world.wants(certificate).push_id)
    assert (push.status, push.attempts, push.due_at, push.pushed_at) == (PushStatus.PUSHED, 1, None, world.now)
    assert world.read(certificate).push is PushState.PUSHED
    assert world.digilocker.accounts == {certificate.uri: ASHAS}
    assert counts(world) == {Counted.PUSHED: 1, Counted.FAILED: 0}


def test_the_call_says_what_push_uri_asks_for(world: PushWorld) -> None:
    certificate = world.certificate()
    world.pushing.push(world.wants(certificate).push_id)
    given = world.digilocker.calls[0]
    assert given.pop("hmac")
    assert given == {
        "clientid": "TESTCLIENT1",
        "digilockerid": ASHAS,
        "uri": certificate.uri,
        "doctype": "TRCER",
        "description": "Trade Registration Certificate",
        "docid": certificate.doc_id,
        "issuedate": "01042026",
        "action": "A",
        "ts": str(int(world.now.timestamp())),
    }


def test_the_encoding_is_a_setting(world: PushWorld) -> None:
    world.change(client=DigiLockerClient("TESTCLIENT1", "Trade", push_encoding="multipart"))
    certificate = world.certificate()
    world.pushing.push(world.wants(certificate).push_id)
    assert world.digilocker.accounts == {certificate.uri: ASHAS}


def test_pushed_again_it_is_not_called_again(world: PushWorld) -> None:
    push = world.wants(world.certificate())
    world.pushing.push(push.push_id)
    assert world.pushing.push(push.push_id) == world.push_of(push)
    assert len(world.digilocker.calls) == 1
    assert counts(world)[Counted.PUSHED] == 1


def test_an_answer_that_was_lost_is_success_the_second_time(world: PushWorld) -> None:
    """DigiLocker took it, and nobody heard: the second call is told "already exists in this account"."""
    certificate = world.certificate()
    push = world.wants(certificate)
    world.digilocker.lose_answers = 1
    with pytest.raises(DigiLockerUnavailable):
        world.pushing.push(push.push_id)
    assert world.push_of(push).status is PushStatus.DUE
    assert world.pushing.push(push.push_id).status is PushStatus.PUSHED
    assert world.read(certificate).push is PushState.PUSHED
    assert counts(world) == {Counted.PUSHED: 1, Counted.FAILED: 0}


def test_a_crash_between_answer_and_write_changes_nothing_of_the_outcome(world: PushWorld) -> None:
    certificate = world.certificate()
    push = world.wants(certificate)
    world.digilocker.during = lambda: setattr(world.store, "lose_answers", 1)
    with pytest.raises(StoreUnavailable):
        world.pushing.push(push.push_id)
    # Whoever died holds the lane no longer than a step may run.
    world.advance(seconds=90)
    assert world.pushing.push(push.push_id).status is PushStatus.PUSHED
    assert world.read(certificate).push is PushState.PUSHED


def test_two_runs_of_one_push_make_one_call(world: PushWorld) -> None:
    push = world.wants(world.certificate())

    def the_other_run() -> None:
        with pytest.raises(PushInFlight):
            world.pushing.push(push.push_id)

    world.digilocker.during = the_other_run
    assert world.pushing.push(push.push_id).status is PushStatus.PUSHED
    assert len(world.digilocker.calls) == 1


def test_a_uri_in_another_account_is_parked_and_told(world: PushWorld) -> None:
    certificate = world.certificate()
    world.digilocker.accounts[certificate.uri] = RAVIS
    push = world.pushing.push(world.wants(certificate).push_id)
    assert (push.status, push.reason, push.due_at) == (PushStatus.PARKED, ParkReason.IN_ANOTHER_ACCOUNT, None)
    read = world.read(certificate)
    assert (read.push, read.trouble) == (PushState.PARKED, ParkReason.IN_ANOTHER_ACCOUNT)
    (trouble,) = world.store.troubles_of(DEPARTMENT_ID, 9)
    assert (trouble.code, trouble.certificate_id) == (ParkReason.IN_ANOTHER_ACCOUNT, certificate.certificate_id)
    assert counts(world) == {Counted.PUSHED: 0, Counted.FAILED: 1}


@pytest.mark.parametrize(
    ("status", "error", "description", "reason"),
    [
        (404, "invalid_digilocker_id", "", ParkReason.ACCOUNT_UNKNOWN),
        (401, "invalid_client_id", "", ParkReason.CLIENT_UNKNOWN),
        (403, "insufficient_scope", "", ParkReason.SCOPE_MISSING),
        (400, "invalid_parameter", "URI parameter is missing or invalid", ParkReason.URI_REFUSED),
        (400, "invalid_parameter", "Doctype parameter is missing or invalid", ParkReason.DOCTYPE_REFUSED),
        (400, "invalid_parameter", "Description parameter is missing or invalid", ParkReason.DESCRIPTION_REFUSED),
        (400, "invalid_parameter", "Docid parameter is missing or invalid", ParkReason.DOC_ID_REFUSED),
        (400, "invalid_parameter", "Issuedate parameter is missing or invalid", ParkReason.DATE_REFUSED),
        (400, "invalid_parameter", "Timestamp parameter is missing or invalid", ParkReason.TIME_REFUSED),
        (400, "invalid_parameter", "HMAC parameter is missing or invalid", ParkReason.HMAC_REFUSED),
        (400, "invalid_parameter", "Something new", ParkReason.PARAMETER_REFUSED),
        (200 + 218, "teapot", "", ParkReason.NOT_UNDERSTOOD),
    ],
)
def test_each_no_has_its_reason(world: PushWorld, status: int, error: str, description: str, reason: str) -> None:
    certificate = world.certificate()
    world.digilocker.says = [refusal(status, error, description)]
    push = world.pushing.push(world.wants(certificate).push_id)
    assert (push.status, push.reason) == (PushStatus.PARKED, reason)
    assert (world.read(certificate).push, world.read(certificate).trouble) == (PushState.PARKED, reason)


def test_the_error_decides_and_not_the_status(world: PushWorld) -> None:
    """Versions of DigiLocker's API have their statuses swapped."""
    push = world.wants(world.certificate())
    world.digilocker.says = [refusal(404, "unexpected_error")]
    with pytest.raises(DigiLockerUnavailable):
        world.pushing.push(push.push_id)
    world.digilocker.says = [refusal(409, "invalid_parameter", "URI already exists in this account")]
    assert world.pushing.push(push.push_id).status is PushStatus.PUSHED


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff\xfe", b'{"error": 7}', b"[" * 100_000])
def test_an_answer_that_is_none_is_parked(world: PushWorld, body: bytes) -> None:
    world.digilocker.says = [replace(refusal(400, ""), body=body)]
    push = world.pushing.push(world.wants(world.certificate()).push_id)
    assert push.reason == ParkReason.NOT_UNDERSTOOD


def test_in_a_rotation_the_older_secret_goes_through_until_digilocker_knows_the_new_one(world: PushWorld) -> None:
    old = replace(world.key(SECRET), until=world.now + timedelta(days=7))
    world.advance(minutes=1)
    world.change(keys=(old, world.key(b"the-new-secret", "n" * 22)))
    certificate = world.certificate()
    assert world.pushing.push(world.wants(certificate).push_id).status is PushStatus.PUSHED
    world.digilocker.secrets[b"TESTCLIENT1"] = {b"the-new-secret"}
    assert world.pushing.push(world.wants(world.certificate()).push_id).status is PushStatus.PUSHED


def test_a_suspended_departments_pushes_are_parked_and_go_once_it_may_again(world: PushWorld) -> None:
    certificate = world.certificate()
    push = world.wants(certificate)
    world.change(status=DepartmentStatus.SUSPENDED)
    parked = world.pushing.push(push.push_id)
    assert (parked.reason, parked.due_at) == (ParkReason.DEPARTMENT_SUSPENDED, world.now + timedelta(days=1))
    assert world.digilocker.calls == []
    # Looked at each day without a journey.
    world.advance(days=2)
    assert world.publishing.start_due(10) == {"put_off": 1}
    assert world.journeys.started == {}
    world.change(status=DepartmentStatus.ACTIVE)
    world.advance(days=2)
    assert world.publishing.start_due(10) == {"started": 1}
    assert world.pushing.push(push.push_id).status is PushStatus.PUSHED
    assert world.read(certificate).trouble is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"client": None}, ParkReason.NO_CLIENT), ({"keys": ()}, ParkReason.NO_SECRET)],
)
def test_what_a_department_lacks_parks_its_pushes(world: PushWorld, changes: dict[str, object], reason: str) -> None:
    push = world.wants(world.certificate())
    world.change(**changes)
    assert world.pushing.push(push.push_id).reason == reason


def test_a_department_pushes_no_more_in_a_minute_than_its_limit(world: PushWorld) -> None:
    world.limit(2)
    pushes = [world.wants(world.certificate()) for _ in range(3)]
    for push in pushes[:2]:
        world.pushing.push(push.push_id)
    with pytest.raises(PushLimitReached):
        world.pushing.push(pushes[2].push_id)
    assert (len(world.digilocker.calls), world.push_of(pushes[2]).attempts) == (2, 0)
    world.advance(minutes=1)
    assert world.pushing.push(pushes[2].push_id).status is PushStatus.PUSHED


def test_what_does_not_go_through_is_parked_and_due_again_later_and_later_for_ever(world: PushWorld) -> None:
    certificate = world.certificate()
    push = world.wants(certificate)
    world.digilocker.is_down = True
    waits = []
    for _ in range(8):
        assert world.publishing.start_due(10) == {"started": 1}
        parked = world.run(push)
        assert (parked.status, parked.reason) == (PushStatus.PARKED, ParkReason.DIGILOCKER_UNAVAILABLE)
        assert parked.due_at is not None
        waits.append((parked.due_at - world.now) / timedelta(minutes=1))
        world.now = parked.due_at
    assert waits == [5, 10, 20, 40, 60, 60, 60, 60]
    assert counts(world) == {Counted.PUSHED: 0, Counted.FAILED: 1}
    world.digilocker.is_down = False
    assert world.publishing.start_due(10) == {"started": 1}
    assert world.run(push).status is PushStatus.PUSHED
    assert (world.read(certificate).push, world.read(certificate).trouble) == (PushState.PUSHED, None)


def test_parking_what_went_through_meanwhile_changes_nothing(world: PushWorld) -> None:
    push = world.wants(world.certificate())
    world.pushing.push(push.push_id)
    assert world.pushing.park(push.push_id, "States.Timeout").status is PushStatus.PUSHED
    assert world.push_of(push).status is PushStatus.PUSHED


@pytest.mark.parametrize("unknown", ["push", "park"])
def test_a_push_that_is_not_is_told_by_name(world: PushWorld, unknown: str) -> None:
    asked = {"push": lambda: world.pushing.push("x" * 22), "park": lambda: world.pushing.park("x" * 22, "")}
    with pytest.raises(PushUnknown):
        asked[unknown]()


# Withdrawing.


def test_a_revoked_certificate_is_withdrawn(world: PushWorld) -> None:
    certificate = world.certificate()
    world.pushing.push(world.wants(certificate).push_id)
    world.revoke(certificate)
    (withdrawal,) = world.due()
    assert world.pushing.push(withdrawal.push_id).status is PushStatus.PUSHED
    assert world.read(certificate).push is PushState.WITHDRAWN
    assert world.digilocker.accounts == {}


def test_one_that_was_never_pushed_has_nothing_to_withdraw(world: PushWorld) -> None:
    certificate = world.certificate()
    push = world.wants(certificate)
    world.revoke(certificate)
    withdrawal = next(one for one in world.due() if one.action is PushAction.DELETE)
    assert world.pushing.push(withdrawal.push_id).reason == "nothing_to_withdraw"
    assert world.pushing.push(push.push_id).reason == ParkReason.REVOKED
    assert (world.digilocker.calls, world.due(), world.read(certificate).push) == ([], [], PushState.NOT_PUSHED)
    assert counts(world) == {Counted.PUSHED: 0, Counted.FAILED: 0}


def test_a_withdrawal_that_overtakes_the_push_waits_for_it(world: PushWorld) -> None:
    certificate = world.certificate()
    push = world.wants(certificate)

    def revoked_meanwhile() -> None:
        world.revoke(certificate)
        withdrawal = next(one for one in world.due() if one.action is PushAction.DELETE)
        with pytest.raises(PushInFlight):
            world.pushing.push(withdrawal.push_id)

    world.digilocker.during = revoked_meanwhile
    assert world.pushing.push(push.push_id).status is PushStatus.PUSHED
    (withdrawal,) = world.due()
    world.pushing.push(withdrawal.push_id)
    assert (world.digilocker.accounts, world.read(certificate).push) == ({}, PushState.WITHDRAWN)


def test_revoked_without_a_withdrawal_of_its_own_the_push_asks_for_one(world: PushWorld) -> None:
    """Whoever revoked saw a certificate that was not pushed; the push came through at the same time."""
    certificate = world.certificate()
    push = world.wants(certificate)

    def revoked_meanwhile() -> None:
        world.store.write(WriteCertificate(replace(world.read(certificate), status=CertificateStatus.REVOKED)))

    world.digilocker.during = revoked_meanwhile
    world.pushing.push(push.push_id)
    (withdrawal,) = world.due()
    assert withdrawal.action is PushAction.DELETE
    world.pushing.push(withdrawal.push_id)
    assert (world.digilocker.accounts, world.read(certificate).push) == ({}, PushState.WITHDRAWN)


def test_a_push_of_which_nobody_knows_whether_it_came_through_is_withdrawn(world: PushWorld) -> None:
    certificate = world.certificate()
    push = world.wants(certificate)
    world.digilocker.lose_answers = 1
    with pytest.raises(DigiLockerUnavailable):
        world.pushing.push(push.push_id)
    world.revoke(certificate)
    world.advance(seconds=90)
    withdrawal = next(one for one in world.due() if one.action is PushAction.DELETE)
    world.pushing.push(withdrawal.push_id)
    world.pushing.push(push.push_id)
    assert (world.digilocker.accounts, world.read(certificate).push) == ({}, PushState.WITHDRAWN)
    assert world.due() == []


def test_a_withdrawal_waits_until_a_call_that_was_given_up_can_come_through_no_more(world: PushWorld) -> None:
    """We leave after 20 s without an answer; DigiLocker may be at it still, and would add it after the withdrawal."""
    certificate = world.certificate()
    push = world.wants(certificate)
    world.digilocker.lose_answers = 1
    with pytest.raises(DigiLockerUnavailable):
        world.pushing.push(push.push_id)
    world.revoke(certificate)
    withdrawal = next(one for one in world.due() if one.action is PushAction.DELETE)
    with pytest.raises(PushInFlight):
        world.pushing.push(withdrawal.push_id)
    world.advance(seconds=90)
    assert world.pushing.push(withdrawal.push_id).status is PushStatus.PUSHED
    assert (world.digilocker.accounts, world.read(certificate).push) == ({}, PushState.WITHDRAWN)


def test_a_push_without_an_answer_is_tried_again_at_once(world: PushWorld) -> None:
    push = world.wants(world.certificate())
    world.digilocker.lose_answers = 1
    with pytest.raises(DigiLockerUnavailable):
        world.pushing.push(push.push_id)
    assert world.pushing.push(push.push_id).status is PushStatus.PUSHED


def test_a_push_that_hung_until_its_withdrawal_was_done_is_withdrawn_again(world: PushWorld) -> None:
    certificate = world.certificate()
    push = world.wants(certificate)

    def hung() -> None:
        world.advance(minutes=5)
        world.revoke(certificate)
        withdrawal = next(one for one in world.due() if one.action is PushAction.DELETE)
        assert world.pushing.push(withdrawal.push_id).status is PushStatus.PUSHED

    world.digilocker.during = hung
    world.pushing.push(push.push_id)
    assert world.digilocker.accounts == {certificate.uri: ASHAS}
    (withdrawal,) = world.due()
    world.pushing.push(withdrawal.push_id)
    assert (world.digilocker.accounts, world.read(certificate).push) == ({}, PushState.WITHDRAWN)


def test_a_withdrawal_of_what_is_gone_is_done(world: PushWorld) -> None:
    """An earlier one came through and its answer was lost, or the citizen removed it."""
    certificate = world.certificate()
    world.pushing.push(world.wants(certificate).push_id)
    world.revoke(certificate)
    (withdrawal,) = world.due()
    world.digilocker.lose_answers = 1
    with pytest.raises(DigiLockerUnavailable):
        world.pushing.push(withdrawal.push_id)
    assert world.pushing.push(withdrawal.push_id).status is PushStatus.PUSHED
    assert world.read(certificate).push is PushState.WITHDRAWN


# Changing.


def test_a_changed_certificate_is_updated_where_it_is(world: PushWorld) -> None:
    certificate = world.certificate()
    world.pushing.push(world.wants(certificate).push_id)
    update = world.wants(certificate, PushAction.UPDATE)
    assert world.pushing.push(update.push_id).status is PushStatus.PUSHED
    assert [call["action"] for call in world.digilocker.calls] == ["A", "U"]


def test_a_change_before_the_push_is_in_the_push(world: PushWorld) -> None:
    certificate = world.certificate()
    push = world.wants(certificate)
    world.pushing.push(world.wants(certificate, PushAction.UPDATE).push_id)
    world.pushing.push(push.push_id)
    assert [call["action"] for call in world.digilocker.calls] == ["A"]


def test_a_change_does_not_bring_back_what_was_withdrawn(world: PushWorld) -> None:
    certificate = world.certificate()
    world.pushing.push(world.wants(certificate).push_id)
    update = world.wants(certificate, PushAction.UPDATE)
    world.revoke(certificate)
    for push in world.due():
        world.pushing.push(push.push_id)
    assert world.push_of(update).reason == ParkReason.REVOKED
    assert [call["action"] for call in world.digilocker.calls] == ["A", "D"]
