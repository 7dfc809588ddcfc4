"""Temporary passwords: issued once, mailed once, kept as a hash, good for seven days and one registration."""

import re
from dataclasses import replace

import pytest

from chalicelib.domain import temporary_passwords
from chalicelib.domain.changes import UseTemporaryPassword
from chalicelib.domain.contacts import Channel
from chalicelib.domain.identifiers import Iec, Pan
from chalicelib.domain.issuing_temporary_passwords import Issued, TemporaryPasswordDesk
from tests.conftest import FakeClock
from tests.domain.icegate.world import HOLDER
from tests.fakes import FakeMessenger, FakeStore

OTHER = replace(HOLDER, iec=Iec("0388012345"), pan=Pan("ZZZFZ9999Z"))


def always() -> bool:
    return True


@pytest.fixture
def store(clock: FakeClock) -> FakeStore:
    made = FakeStore(clock)
    made.put_holder(HOLDER)
    made.put_holder(OTHER)
    return made


@pytest.fixture
def messenger() -> FakeMessenger:
    return FakeMessenger()


@pytest.fixture
def desk(store: FakeStore, messenger: FakeMessenger, clock: FakeClock) -> TemporaryPasswordDesk:
    return TemporaryPasswordDesk(store, messenger, clock)


def count(report_counts: dict[Issued, int]) -> dict[Issued, int]:
    return {kind: number for kind, number in report_counts.items() if number}


def test_what_is_mailed_is_good_for_seven_days_and_is_nowhere_else(
    desk: TemporaryPasswordDesk, store: FakeStore, messenger: FakeMessenger, clock: FakeClock
) -> None:
    assert desk.issue(HOLDER) is Issued.ISSUED
    password = messenger.sent[0].values["temporary_password"]
    assert re.fullmatch(r"([2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4}", password)
    assert (messenger.sent[0].channel, messenger.sent[0].address) == (Channel.EMAIL, HOLDER.contact.email)
    stored = store.temporary_password(HOLDER.iec)
    assert stored is not None
    assert stored.password_hash.startswith("$argon2id$")
    assert password not in repr(vars(store))
    assert temporary_passwords.matches(stored, password.lower().replace("-", " "), clock())
    clock.advance(hours=7 * 24)
    assert not temporary_passwords.matches(stored, password, clock())


def test_running_it_twice_sends_nothing_twice(desk: TemporaryPasswordDesk, messenger: FakeMessenger) -> None:
    lines = ["iec,name", "ZZZCZ9999Z,Zenith", '"0388012345",Other', "", "nonsense", "ZZZPZ9999Z"]
    first = desk.issue_to_list(lines, always)
    assert count(first.counts) == {Issued.ISSUED: 2, Issued.NOT_AN_IEC: 1, Issued.NOT_A_HOLDER: 1}
    second = desk.issue_to_list(lines, always)
    assert count(second.counts) == {Issued.HAS_ONE: 2, Issued.NOT_AN_IEC: 1, Issued.NOT_A_HOLDER: 1}
    assert count(desk.issue_to_all(always).counts) == {Issued.HAS_ONE: 2}
    assert len(messenger.sent) == 2


def test_a_mail_that_was_not_taken_is_sent_by_the_next_run(
    desk: TemporaryPasswordDesk, messenger: FakeMessenger, store: FakeStore, clock: FakeClock
) -> None:
    messenger.broken = {Channel.EMAIL}
    assert desk.issue(HOLDER) is Issued.NOT_SENT
    assert not temporary_passwords.is_usable(store.temporary_password(HOLDER.iec), clock())
    messenger.broken = set()
    assert desk.issue(HOLDER) is Issued.ISSUED
    assert len(messenger.sent) == 1


def test_of_two_runs_at_once_one_sends(desk: TemporaryPasswordDesk, store: FakeStore, clock: FakeClock) -> None:
    second = FakeMessenger()

    class Meanwhile(FakeMessenger):
        def send(self, notice: object) -> str:
            assert TemporaryPasswordDesk(store, second, clock).issue(HOLDER) is Issued.HAS_ONE
            return "1"

    assert TemporaryPasswordDesk(store, Meanwhile(), clock).issue(HOLDER) is Issued.ISSUED
    assert second.sent == []


def test_a_run_that_died_between_writing_and_sending_is_made_good_later(
    desk: TemporaryPasswordDesk, store: FakeStore, clock: FakeClock
) -> None:
    class Dying(FakeMessenger):
        def send(self, notice: object) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        TemporaryPasswordDesk(store, Dying(), clock).issue(HOLDER)
    assert desk.issue(HOLDER) is Issued.HAS_ONE
    clock.advance(minutes=2)
    assert desk.issue(HOLDER) is Issued.ISSUED


def test_an_expired_one_is_replaced_and_a_used_one_never(
    desk: TemporaryPasswordDesk, store: FakeStore, clock: FakeClock
) -> None:
    desk.issue(HOLDER)
    clock.advance(hours=7 * 24)
    assert desk.issue(HOLDER) is Issued.ISSUED
    stored = store.temporary_password(HOLDER.iec)
    assert stored is not None
    store.write(UseTemporaryPassword(HOLDER.iec, clock()))
    clock.advance(hours=30 * 24)
    assert desk.issue(HOLDER, clock()) is Issued.HAS_ONE


def test_replacing_what_was_issued_before_an_instant_is_done_once(
    desk: TemporaryPasswordDesk, messenger: FakeMessenger, clock: FakeClock
) -> None:
    desk.issue(HOLDER)
    old = messenger.sent[0].values["temporary_password"]
    clock.advance(hours=1)
    before = clock()
    clock.advance(minutes=1)
    assert desk.issue(HOLDER, before) is Issued.ISSUED
    assert desk.issue(HOLDER, before) is Issued.HAS_ONE
    assert messenger.sent[1].values["temporary_password"] != old


def test_a_run_stops_for_want_of_time_and_says_where_to_go_on(desk: TemporaryPasswordDesk) -> None:
    lines = ["ZZZCZ9999Z", "0388012345"]
    time_left = iter([True, False])
    first = desk.issue_to_list(lines, lambda: next(time_left))
    assert (count(first.counts), first.next_line) == ({Issued.ISSUED: 1}, 1)
    second = desk.issue_to_list(lines, always, first_line=1)
    assert (count(second.counts), second.next_line) == ({Issued.ISSUED: 1}, None)
