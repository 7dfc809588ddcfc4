"""Certificates whose years are over are removed: all that is theirs, nothing else, whatever happens in between."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.domain.audit import Deed
from chalicelib.domain.changes import Change, ChangeRefused, StoreUnavailable
from chalicelib.domain.departments.bringing import parse_row
from chalicelib.domain.departments.certificates import Certificate, CertificateStatus, PushState
from chalicelib.domain.departments.changes import WriteCertificate, WriteDepartment, WritePullRequest, WritePush
from chalicelib.domain.departments.departments import DepartmentStatus
from chalicelib.domain.departments.issuing import Issued, IssuedOutcome
from chalicelib.domain.departments.publishing import push_id_of, push_of
from chalicelib.domain.departments.pull_requests import PendingReason, PullRequest, PullRequestStatus
from chalicelib.domain.departments.pushes import PushAction, PushStatus
from chalicelib.domain.departments.statistics import Counted
from chalicelib.domain.departments.verifying import Genuine
from chalicelib.domain.limits import IST
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.departments.keeping_world import CALLER, LAST_DAY, OVER, TYPE, KeepingWorld, is_nobodys
from tests.domain.departments.push_world import ASHAS, DEPARTMENT_ID


@pytest.fixture
def world() -> KeepingWorld:
    return KeepingWorld()


def demand_gone(world: KeepingWorld, certificate: Certificate) -> None:
    """Nothing is left but a URI that is taken and a record that names nobody."""
    left = world.read(certificate)
    assert left.status is CertificateStatus.REMOVED
    assert world.documents.kept == {}
    assert world.found(certificate) == 0
    assert [world.store.push(push_id_of(certificate, action)) for action in PushAction] == [None] * 3
    assert world.store.certificate_of(certificate.uri) == certificate.certificate_id
    assert is_nobodys(world, certificate)
    assert world.digilocker.accounts == {}


def brought(world: KeepingWorld, number: str, valid_to: str) -> Issued:
    """What is told of a number that is brought (again)."""
    said = {"number": number, "holder_name": "Ravi Rao", "holder_born_on": "1999-12-31", "issued_on": "2026-04-01"}
    (issued,) = world.issuing.issue(world.department(), [parse_row(TYPE, {**said, "valid_to": valid_to})], "test")
    return issued


def test_on_its_last_day_of_keeping_it_is_found_and_known(world: KeepingWorld) -> None:
    certificate = world.issued()
    world.at(OVER - timedelta(days=1))
    assert world.looked() == Counter()
    assert world.found(certificate) == 2
    assert world.verified(certificate).standing is Genuine.EXPIRED


def test_all_that_is_its_goes_and_its_uri_stays_taken(world: KeepingWorld) -> None:
    certificate = world.issued(brought_pdf="brought/d/1")
    world.documents.put("brought/d/1", b"%PDF", "application/pdf")
    assert not is_nobodys(world, certificate)
    world.at(OVER)
    assert world.looked() == Counter(begun=1)
    assert world.found(certificate) == 0
    assert len(world.documents.kept) == 5, "a pull that has found it reads its files still"
    assert world.looked() == Counter(), "the second look is an hour later"
    world.advance(hours=1)
    assert world.looked() == Counter(removed=1)
    demand_gone(world, certificate)
    world.advance(days=400)
    assert world.looked() == Counter(), "what is left is looked at no more"


def test_the_public_page_says_that_it_is_kept_no_longer(world: KeepingWorld) -> None:
    certificate, other = world.issued(), world.issued(valid_to=None)
    world.at(OVER)
    for _ in range(2):
        world.look()
        told = world.verified(certificate)
        assert (told.standing, told.holders, told.valid_to) == (Genuine.KEPT_NO_LONGER, (), LAST_DAY)
        assert told.department == world.department().name
        world.advance(hours=1)
    assert world.verified(other).standing is Genuine.VALID
    assert len(world.verified(other).holders) == 2


def test_a_revoked_one_is_told_as_revoked_for_ever(world: KeepingWorld) -> None:
    certificate = world.issued(valid_to=None)
    world.desk.revoke(DEPARTMENT_ID, certificate.certificate_id, "Asha asked.", "account:officer", CALLER)
    world.advance(days=5 * 366 + 2)
    assert world.removed() == Counter(begun=1, removed=1)
    demand_gone(world, certificate)
    told = world.verified(certificate)
    assert (told.standing, told.holders) == (Genuine.REVOKED, ())
    assert told.revoked_at is not None


def test_one_that_could_not_be_made_is_emptied_and_its_number_free(world: KeepingWorld) -> None:
    failed = world.certificate(None, status=CertificateStatus.FAILED, pdf=None, xml=None, trouble="not_findable")
    world.documents.kept.clear()
    world.advance(days=5 * 366 + 2)
    assert world.looked() == Counter(begun=1)
    told = brought(world, failed.number, "")
    assert (told.outcome, told.reason) == (IssuedOutcome.CONFLICT, "certificate_kept_no_longer")
    world.advance(hours=1)
    assert world.looked() == Counter(removed=1)
    assert is_nobodys(world, failed)
    assert world.verified(failed).standing is Genuine.UNKNOWN
    assert brought(world, failed.number, "").outcome is IssuedOutcome.CREATED
    assert (world.read(failed).status, world.read(failed).uri) == (CertificateStatus.PREPARING, failed.uri)


def test_its_number_is_not_given_again(world: KeepingWorld) -> None:
    certificate = world.issued()
    world.at(OVER)
    world.removed()
    for valid_to, outcome, reason in (
        ("", IssuedOutcome.CONFLICT, "certificate_kept_no_longer"),
        ("2026-12-31", IssuedOutcome.REFUSED, "keeping_over"),
    ):
        told = brought(world, certificate.number, valid_to)
        assert (told.outcome, told.reason) == (outcome, reason)
    demand_gone(world, certificate)


def test_what_would_not_be_kept_is_not_taken(world: KeepingWorld) -> None:
    world.at(OVER)
    assert brought(world, "TRC/old", "2026-12-31").reason == "keeping_over"
    assert brought(world, "TRC/new", "2027-01-01").outcome is IssuedOutcome.CREATED


@pytest.mark.parametrize("years", [None, 6])
def test_a_longer_period_holds_for_what_is_there_already(world: KeepingWorld, years: int | None) -> None:
    certificate = world.issued()
    world.change(document_types=(replace(TYPE, keep_years=years),))
    world.at(OVER)
    assert world.removed() == Counter()
    assert world.removing.begin(certificate.certificate_id).value == "left"
    assert world.found(certificate) == 2


def test_a_shorter_period_holds_for_what_is_there_already(world: KeepingWorld) -> None:
    certificate = world.issued()
    world.change(document_types=(replace(TYPE, keep_years=1),))
    world.at(date(2028, 1, 1))
    assert world.removed() == Counter(begun=1, removed=1)
    demand_gone(world, certificate)


def test_a_type_that_is_gone_keeps_its_certificates(world: KeepingWorld) -> None:
    certificate = world.issued()
    world.change(document_types=())
    world.at(OVER)
    assert world.removed() == Counter()
    assert world.removing.begin(certificate.certificate_id).value == "left"


def test_it_is_taken_out_of_its_citizens_account_before_it_goes(world: KeepingWorld) -> None:
    certificate = world.pushed()
    world.at(OVER)
    assert world.looked() == Counter(begun=1)
    world.advance(hours=1)
    assert world.looked() == Counter(waiting=1)
    assert world.digilocker.accounts == {certificate.uri: ASHAS}
    assert len(world.documents.kept) == 4
    (push,) = world.due()
    world.run(push)
    assert world.digilocker.accounts == {}
    assert world.read(certificate).push is PushState.WITHDRAWN
    world.advance(days=1)
    assert world.looked() == Counter(removed=1)
    demand_gone(world, certificate)


def test_while_it_cannot_be_taken_out_it_waits_and_its_department_is_told_once_a_day(world: KeepingWorld) -> None:
    certificates = [world.pushed() for _ in range(3)]
    world.at(OVER)
    world.change(client=None)
    world.look()
    world.advance(hours=1)
    for day in range(1, 4):
        assert world.looked() == Counter(waiting=3)
        troubles = world.store.troubles_of(DEPARTMENT_ID, 99)
        assert Counter(one.code for one in troubles)["removal_waits_for_digilocker"] == day
        world.advance(days=1)
    world.change(client=world.a_department().client)
    assert world.removed() == Counter(waiting=3, removed=3)
    for certificate in certificates:
        assert world.read(certificate).status is CertificateStatus.REMOVED
    demand_gone(world, certificates[0])


def test_a_parked_withdrawal_of_a_revoked_one_is_waited_for(world: KeepingWorld) -> None:
    certificate = world.pushed(valid_to=None)
    world.revoke(certificate)
    world.digilocker.is_down = True
    world.run(world.due()[0])
    world.advance(days=5 * 366 + 2)
    world.look()
    world.advance(hours=1)
    world.run(world.due()[0])
    assert world.looked() == Counter(waiting=1)
    assert world.read(certificate).trouble == "push_digilocker_unavailable"
    world.digilocker.is_down = False
    assert world.removed() == Counter(removed=1)
    demand_gone(world, certificate)


def test_one_that_was_never_pushed_waits_for_nobody(world: KeepingWorld) -> None:
    certificate = world.issued(ASHAS)
    world.change(client=None)
    world.at(OVER)
    assert world.removed() == Counter(begun=1, removed=1)
    demand_gone(world, certificate)


def test_a_push_that_never_went_out_is_ended_with_it(world: KeepingWorld) -> None:
    certificate = world.issued(ASHAS)
    world.wants(certificate)
    world.at(OVER)
    world.look()
    world.advance(hours=1)
    assert world.looked() == Counter(waiting=1)
    assert world.removed() == Counter(removed=1)
    assert world.digilocker.calls == []
    demand_gone(world, certificate)


def test_a_suspended_departments_go_as_well(world: KeepingWorld) -> None:
    plain, pushed = world.issued(), world.pushed()
    world.change(status=DepartmentStatus.SUSPENDED)
    world.at(OVER)
    assert world.removed()["removed"] == 1
    assert world.read(plain).status is CertificateStatus.REMOVED
    # Its pushes wait, so what is in an account waits for its reactivation.
    assert world.read(pushed).status is CertificateStatus.ENDING
    world.change(status=DepartmentStatus.ACTIVE)
    world.advance(days=1)
    world.removed()
    demand_gone(world, pushed)


def test_what_is_ending_is_neither_revoked_nor_pushed_nor_brought_again(world: KeepingWorld) -> None:
    certificate = world.issued(ASHAS)
    world.at(OVER)
    world.look()
    with pytest.raises(Refusal) as refused:
        world.desk.revoke(DEPARTMENT_ID, certificate.certificate_id, "Why.", "account:officer", CALLER)
    assert refused.value.code is Code.CERTIFICATE_CONFLICT
    push = world.run(world.wants(certificate))
    assert (push.status, push.reason, push.due_at) == (PushStatus.PARKED, "push_revoked", None)
    assert world.digilocker.calls == []


def test_a_push_that_comes_after_all_is_parked_for_good(world: KeepingWorld) -> None:
    certificate = world.issued(ASHAS)
    world.at(OVER)
    assert world.removed()["removed"] == 1
    late = push_of(world.department(), certificate, PushAction.ADD, world.now)
    assert late is not None
    world.store.write(WritePush(late))
    push = world.run(late)
    assert (push.status, push.reason, push.due_at) == (PushStatus.PARKED, "push_revoked", None)
    assert world.digilocker.calls == []


def test_a_call_that_may_be_at_digilocker_still_is_waited_for(world: KeepingWorld) -> None:
    """Its step was cut off: its push is parked, and the lane is held until whoever held it is dead."""
    certificate = world.pushed()
    world.at(OVER)
    world.look()
    withdrawn = world.run(world.due()[0])
    assert withdrawn.status is PushStatus.PUSHED
    world.advance(hours=1)
    lane = world.store.push(push_id_of(certificate, PushAction.ADD))
    assert lane is not None
    world.store.write(WritePush(replace(lane, claimed_by=lane.push_id, claimed_until=world.now + timedelta(seconds=9))))
    assert world.looked() == Counter(waiting=1)
    world.advance(days=1)
    assert world.looked() == Counter(removed=1)
    demand_gone(world, certificate)


def test_pulls_that_wait_for_an_officers_word_on_it_are_refused(world: KeepingWorld) -> None:
    certificate, other = world.issued(), world.issued(valid_to=None)

    def asked(number: int, about: Certificate | None, status: PullRequestStatus = PullRequestStatus.OPEN) -> str:
        request_id = f"request{number:015}"
        world.store.write(
            WritePullRequest(
                PullRequest(
                    request_id, DEPARTMENT_ID, "TRCER", ASHAS, "Asha M", None, {}, PendingReason.NEARLY_MATCHED, status,
                    world.now, about.certificate_id if about else None,
                )
            )
        )  # fmt: skip
        return request_id

    named = [asked(1, certificate), asked(2, certificate)]
    others = [asked(3, other), asked(4, None)]
    world.at(OVER)
    world.removed()
    for request_id in named:
        closed = world.store.pull_request(request_id)
        assert closed is not None
        assert closed.status is PullRequestStatus.REFUSED
        assert closed.decided_at is not None
    assert all(getattr(world.store.pull_request(one), "status", None) is PullRequestStatus.OPEN for one in others)


def test_it_is_audited_and_counted_and_nobody_is_named(world: KeepingWorld) -> None:
    certificate = world.issued()
    world.at(OVER)
    world.removed()
    events = list(world.store.audit_events(f"department:{DEPARTMENT_ID}"))
    assert [(one.deed, one.facts) for one in events] == [
        (Deed.CERTIFICATE_REMOVED, {"certificate": certificate.certificate_id})
    ]
    days = world.store.department_days(DEPARTMENT_ID, OVER, world.now.astimezone(IST).date())
    assert sum(day.counts.get(Counted.REMOVED, 0) for day in days) == 1


class Broken(Exception):  # noqa: N818
    """Something that nobody thought of."""


@pytest.mark.parametrize("failing", range(1, 12))
def test_whatever_call_fails_the_next_run_goes_on_and_nothing_is_left(world: KeepingWorld, failing: int) -> None:
    certificate = world.pushed(brought_pdf="brought/d/1")
    world.documents.put("brought/d/1", b"%PDF", "application/pdf")
    world.at(OVER)
    calls = 0

    def counted(name: str, of: object) -> None:
        whole = getattr(of, name)

        def call(*given: object) -> object:
            nonlocal calls
            calls += 1
            if calls == failing:
                raise Broken
            return whole(*given)

        setattr(of, name, call)

    for name in ("write", "count", "tell_trouble"):
        counted(name, world.store)
    for name in ("remove", "remove_folder"):
        counted(name, world.documents)
    done: Counter[str] = Counter()
    for _ in range(4):
        try:
            done += world.removed()
        except Broken:
            # A push that broke; its journey comes again.
            done["broken"] += 1
    assert calls >= failing or failing > 8
    demand_gone(world, certificate)


def test_a_write_whose_answer_is_lost_does_no_harm(world: KeepingWorld) -> None:
    certificate = world.issued()
    world.at(OVER)
    world.store.lose_answers = 1
    assert world.looked() == Counter(failed=1)
    world.advance(hours=1)
    world.store.lose_answers = 1
    assert world.looked() == Counter(failed=1)
    demand_gone(world, certificate)
    assert world.looked() == Counter()


def test_documents_that_are_down_keep_the_record_that_names_them(world: KeepingWorld) -> None:
    certificate = world.issued()
    world.at(OVER)
    world.look()
    world.advance(hours=1)
    world.documents.is_available = False
    (looked,) = world.look()
    assert (looked.removal.value, looked.error) == ("failed", "DocumentsUnavailable")
    assert world.read(certificate).pdf == certificate.pdf
    world.documents.is_available = True
    assert world.looked() == Counter(removed=1)
    demand_gone(world, certificate)


def test_one_that_breaks_keeps_back_no_other(world: KeepingWorld) -> None:
    broken, *others = [world.issued(valid_to=LAST_DAY - timedelta(days=day)) for day in (9, 2, 1, 0)]
    write = world.store.write

    def breaks(*changes: Change) -> str:
        if any(isinstance(one, WriteCertificate) and one.certificate.uri == broken.uri for one in changes):
            raise Broken
        return write(*changes)

    world.store.write = breaks  # type: ignore[method-assign]
    world.at(OVER)
    assert world.removed() == Counter(failed=3, begun=3, removed=3)
    assert {world.read(one).status for one in others} == {CertificateStatus.REMOVED}


def test_departments_take_turns(world: KeepingWorld) -> None:
    other = replace(world.a_department("e" * 22), document_types=(TYPE,), issuer_id="in.gov.zz", revision=None)
    world.store.write(WriteDepartment(other))
    mine = [world.issued() for _ in range(20)]
    theirs = [world.issued(department_id="e" * 22) for _ in range(3)]
    world.at(OVER)
    looked = list(world.removing.remove_due(6, lambda: True))
    assert len(looked) == 6
    assert {one.certificate_id for one in looked} >= {one.certificate_id for one in theirs}
    assert len(mine) == 20


def test_a_run_stops_when_its_time_is_over_and_the_next_one_goes_on(world: KeepingWorld) -> None:
    for _ in range(5):
        world.issued()
    world.at(OVER)
    left = iter([True] * 4)
    looked = list(world.removing.remove_due(100, lambda: next(left, False)))
    assert 3 <= len(looked) <= 4
    assert world.looked() == Counter(begun=5 - len(looked))


def test_of_two_runs_at_once_each_certificate_is_removed_once(world: KeepingWorld) -> None:
    certificate = world.issued()
    world.at(OVER)
    world.look()
    world.advance(hours=1)
    whole = world.documents.remove_folder

    def meanwhile(folder: str) -> None:
        world.documents.remove_folder = whole  # type: ignore[method-assign]
        assert world.looked() == Counter(removed=1)
        whole(folder)

    world.documents.remove_folder = meanwhile  # type: ignore[method-assign]
    assert world.looked() == Counter(left=1)
    demand_gone(world, certificate)
    days = world.store.department_days(DEPARTMENT_ID, OVER, OVER + timedelta(days=9))
    assert sum(day.counts.get(Counted.REMOVED, 0) for day in days) == 1


def test_one_that_is_revoked_meanwhile_is_ended_as_revoked(world: KeepingWorld) -> None:
    certificate = world.pushed()
    world.at(OVER)
    write = world.store.write

    def first(*changes: Change) -> str:
        world.store.write = write  # type: ignore[method-assign]
        world.desk.revoke(DEPARTMENT_ID, certificate.certificate_id, "Why.", "account:officer", CALLER)
        return write(*changes)

    world.store.write = first  # type: ignore[method-assign]
    assert world.looked() == Counter(begun=1)
    assert world.read(certificate).revoked_at is not None
    world.removed()
    demand_gone(world, certificate)


def test_an_a_that_is_out_while_it_ends_is_taken_back(world: KeepingWorld) -> None:
    certificate = world.issued(ASHAS)
    push = world.wants(certificate)
    world.at(OVER)

    def meanwhile() -> None:
        assert world.looked() == Counter(begun=1)

    world.digilocker.during = meanwhile
    world.pushing.push(push.push_id)
    assert world.digilocker.accounts == {certificate.uri: ASHAS}
    world.advance(hours=1)
    assert world.looked() == Counter(waiting=1)
    assert world.removed()["removed"] == 1
    demand_gone(world, certificate)


def test_a_call_that_is_out_is_waited_for(world: KeepingWorld) -> None:
    certificate = world.pushed()
    world.at(OVER)
    world.look()
    world.advance(hours=1)
    seen = []
    world.digilocker.during = lambda: seen.append(world.looked())
    world.run(world.due()[0])
    assert seen == [Counter(waiting=1)]
    assert world.removed()["removed"] == 1
    demand_gone(world, certificate)


def test_a_store_that_is_down_fails_the_run(world: KeepingWorld) -> None:
    world.issued()
    world.at(OVER)

    def down() -> None:
        raise StoreUnavailable

    world.store.departments = down  # type: ignore[assignment]
    with pytest.raises(StoreUnavailable):
        world.look()


def test_a_push_that_changed_meanwhile_is_looked_at_again(world: KeepingWorld) -> None:
    """The record and its pushes go in one write, on the versions that were read."""
    certificate = world.pushed()
    world.at(OVER)
    world.look()
    world.run(world.due()[0])
    world.advance(hours=1)
    write = world.store.write
    refused: list[Change] = []

    def changed(*changes: Change) -> str:
        if not refused and any(isinstance(one, WriteCertificate) for one in changes):
            refused.append(changes[-2])
            raise ChangeRefused(changes[1])
        return write(*changes)

    world.store.write = changed  # type: ignore[method-assign]
    assert world.looked() == Counter(removed=1)
    assert refused
    demand_gone(world, certificate)
