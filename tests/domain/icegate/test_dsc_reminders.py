"""Who is mailed about the end of a registered DSC, when, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.accounts.owners import owner_key
from chalicelib.domain.changes import HoldIcegateId, OpenAccount, StoreUnavailable, WriteOwner
from chalicelib.domain.contacts import Channel
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.icegate.reminding import DscReminders
from chalicelib.domain.notices import NoticeKind
from tests.adapters.records import hold, icegate_account, registered_dsc
from tests.conftest import FakeClock
from tests.fakes import FakeStore


@pytest.fixture
def store(clock: FakeClock) -> FakeStore:
    return FakeStore(clock)


def with_dsc(store: FakeStore, clock: FakeClock, days: float) -> IcegateAccount:
    """An ICEGATE account whose DSC ends in so many days."""
    held = replace(hold(), until=clock() + timedelta(hours=1))
    store.write(HoldIcegateId(held, clock()))
    made = replace(icegate_account(held), revision=store.write(OpenAccount(icegate_account(held))))
    dsc = replace(registered_dsc(), expires_at=clock() + timedelta(days=days), reminded_at=None)
    store.write(WriteOwner(replace(made, dsc=dsc)))
    return made


def test_who_has_thirty_days_left_is_mailed_once(store: FakeStore, clock: FakeClock) -> None:
    soon, later = with_dsc(store, clock, 29.9), with_dsc(store, clock, 30.1)
    reminders = DscReminders(store, clock)
    assert reminders.remind() == 1
    (letter,) = store.messages_of(owner_key(soon))
    assert (letter.kind, letter.channel) == (NoticeKind.DSC_EXPIRES, Channel.EMAIL)
    assert letter.values == {"day": "02-12-2026"}
    assert store.messages_of(owner_key(later)) == ()
    assert reminders.remind() == 0
    assert len(store.messages_of(owner_key(soon))) == 1
    clock.advance(hours=24)
    assert reminders.remind() == 1
    assert len(store.messages_of(owner_key(later))) == 1


def test_a_dsc_that_was_renewed_is_reminded_of_in_its_own_time(store: FakeStore, clock: FakeClock) -> None:
    made = with_dsc(store, clock, 3)
    assert DscReminders(store, clock).remind() == 1
    account = store.owner(owner_key(made))
    assert isinstance(account, IcegateAccount)
    anew = replace(registered_dsc(), expires_at=clock() + timedelta(days=700), reminded_at=None)
    store.write(WriteOwner(replace(account, dsc=anew)))
    assert DscReminders(store, clock).remind() == 0
    clock.advance(hours=24 * 671)
    assert DscReminders(store, clock).remind() == 1


def test_a_write_whose_answer_was_lost_mails_nobody_twice(store: FakeStore, clock: FakeClock) -> None:
    made = with_dsc(store, clock, 3)
    store.lose_answers = 1
    with pytest.raises(StoreUnavailable):
        DscReminders(store, clock).remind()
    DscReminders(store, clock).remind()
    assert len(store.messages_of(owner_key(made))) == 1
