"""Registrants are reminded of a DSC that ends: 30 days before, once for each DSC."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.accounts.owners import icegate_key
from chalicelib.domain.changes import HoldIcegateId, OpenAccount, WriteOwner
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount, RegistrationKind
from chalicelib.domain.icegate.dsc import RegisteredDsc
from chalicelib.domain.icegate.reminding import DscReminders
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile
from chalicelib.domain.notices import NoticeKind
from tests.fakes import FakeStore


class Registrants:
    """A store with registrants, and its time."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
        self.store = FakeStore(lambda: self.now)
        self.reminders = DscReminders(self.store, lambda: self.now)

    def registered(self, name: str, ends_in: timedelta | None) -> None:
        dsc = None if ends_in is None else self.dsc(ends_in)
        contact = Contact(EmailAddress(f"{name}@example.com"), Mobile("+919876543210"))
        account = IcegateAccount(
            IcegateId(name),
            Iec("ABCFM1234K"),
            Gstin("27AAPFU0939F1ZV"),
            "Mehta Exports",
            contact,
            RegistrationKind.FULL,
            "none",
            "hi",
            name,
            self.now,
            dsc=dsc,
        )
        self.store.write(HoldIcegateId(Hold(account.icegate_id, account.iec, name, self.now), self.now))
        self.store.write(OpenAccount(account))

    def dsc(self, ends_in: timedelta) -> RegisteredDsc:
        return RegisteredDsc("ab" * 32, "Asha Mehta", "Test CA", self.now + ends_in, self.now, "s" * 22)

    def renew(self, name: str, ends_in: timedelta) -> None:
        account = self.store.owner(icegate_key(name))
        assert isinstance(account, IcegateAccount)
        self.store.write(WriteOwner(replace(account, dsc=self.dsc(ends_in))))

    def mails(self, name: str) -> list[tuple[NoticeKind, Channel, str]]:
        found = self.store.messages_of(icegate_key(name))
        return [(mail.kind, mail.channel, mail.values["day"]) for mail in found]


@pytest.fixture
def registrants() -> Registrants:
    return Registrants()


def test_thirty_days_before_the_end_and_once(registrants: Registrants) -> None:
    registrants.registered("soon", timedelta(days=29))
    registrants.registered("later", timedelta(days=31))
    registrants.registered("none", None)
    assert registrants.reminders.remind() == 1
    assert registrants.reminders.remind() == 0
    assert registrants.mails("soon") == [(NoticeKind.DSC_EXPIRES, Channel.EMAIL, "01-12-2026")]
    assert registrants.mails("later") == registrants.mails("none") == []


def test_the_next_dsc_is_reminded_of_as_well(registrants: Registrants) -> None:
    registrants.registered("asha", timedelta(days=29))
    registrants.reminders.remind()
    registrants.renew("asha", timedelta(days=700))
    assert registrants.reminders.remind() == 0
    registrants.now += timedelta(days=680)
    assert registrants.reminders.remind() == 1
    assert len(registrants.mails("asha")) == 2
