"""The store's promises about accounts, the names that lead to them, and what leads to an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.accounts.account import Account, AccountName, AccountStatus, Post, Role
from chalicelib.domain.accounts.flows import FlowStatus
from chalicelib.domain.accounts.owners import account_key, icegate_key, owner_key
from chalicelib.domain.accounts.registration import RegistrationStatus
from chalicelib.domain.changes import (
    HoldIcegateId,
    OpenAccount,
    PointToAccountRegistration,
    ReleaseName,
    TakeName,
    UseOnce,
    WriteAccountRegistration,
    WriteFlow,
    WriteOwner,
)
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.identifiers import IcegateId
from chalicelib.domain.ports import Store
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.adapters.records import (
    CONTACT,
    LATER,
    NOW,
    account,
    account_registration,
    flow,
    hold,
    icegate_account,
    number,
    with_every_field,
)
from tests.adapters.stores import OnDynamoDb, OnFake, refused, winners

AN_INSTANT = timedelta(milliseconds=1)


def name(account_id: str = "account-1") -> AccountName:
    return AccountName(f"asha.{number()}@zenith.example", account_id)


def opened(store: Store) -> IcegateAccount:
    """An ICEGATE account as a registration leaves it."""
    held = hold()
    store.write(HoldIcegateId(held, NOW))
    revision = store.write(OpenAccount(icegate_account(held)))
    return replace(icegate_account(held), revision=revision)


def member(authority: str, called: str) -> Account:
    return replace(account(), name=called, post=Post(authority, "account-1", NOW, LATER))


class Promises:
    """What every store keeps of accounts."""

    def test_an_account_comes_back_as_it_was_written(self, store: Store) -> None:
        bare = Account(
            f"account-{number()}", Role.OFFICER, AccountStatus.INVITED, "asha", "Asha", CONTACT, None, "en", NOW
        )
        for written in (account(), bare):
            revision = store.write(WriteOwner(written))
            assert store.account(written.account_id) == replace(written, revision=revision)
            assert store.owner(owner_key(written)) == replace(written, revision=revision)
        assert store.account("account-unknown") is None
        assert store.owner(account_key("account-unknown")) is None

    def test_an_account_is_made_once_and_written_over_the_version_that_was_read(self, store: Store) -> None:
        made = account()
        made = replace(made, revision=store.write(WriteOwner(made)))
        again = WriteOwner(replace(made, revision=None))
        assert refused(store, again) == again
        store.write(WriteOwner(replace(made, name="Asha Menon")))
        stale = WriteOwner(replace(made, status=AccountStatus.ACTIVE))
        assert refused(store, stale) == stale
        stored = store.account(made.account_id)
        assert stored is not None
        assert (stored.name, stored.status) == ("Asha Menon", AccountStatus.SUSPENDED)

    def test_of_sixteen_that_change_an_account_one_wins(self, store: Store) -> None:
        made = account()
        made = replace(made, revision=store.write(WriteOwner(made)))
        assert winners(lambda which: store.write(WriteOwner(replace(made, name=f"{which}")))) == 1

    def test_an_icegate_account_is_changed_where_one_is_and_made_by_a_registration_alone(self, store: Store) -> None:
        held = hold()
        made = icegate_account(held)
        assert refused(store, WriteOwner(made)) is not None
        store.write(HoldIcegateId(held, NOW))
        assert refused(store, WriteOwner(made)) is not None
        assert store.owner(owner_key(made)) is None
        taken = AccountName(f"asha_{number()}", "account-1")
        store.write(TakeName(taken, NOW))
        assert refused(store, WriteOwner(replace(made, icegate_id=IcegateId(taken.name)))) is not None
        assert store.owner(icegate_key(taken.name)) is None

    def test_an_icegate_account_is_written_over_the_version_that_was_read(self, store: Store) -> None:
        made = opened(store)
        changed = with_every_field(made)
        revision = store.write(WriteOwner(changed))
        assert store.owner(owner_key(made)) == replace(changed, revision=revision)
        assert refused(store, WriteOwner(made)) is not None
        assert refused(store, WriteOwner(replace(made, revision=None))) is not None

    def test_a_closed_account_is_gone_from_the_moment_it_is_to_be_erased(self, store: Store) -> None:
        kept, gone = (replace(member("kochi", "Asha"), erase_at=when) for when in (LATER, NOW))
        store.write(WriteOwner(kept), WriteOwner(gone))
        assert store.account(kept.account_id) is not None
        assert store.account(gone.account_id) is None
        assert store.owner(owner_key(gone)) is None
        assert [found.account_id for found in store.staff("kochi")] == [kept.account_id]

    def test_staff_are_found_by_their_authority_in_the_order_of_their_names(self, store: Store) -> None:
        chennai = [member("chennai", called) for called in ("Meera", "Asha", "Zoya")]
        elsewhere, outside = member("mumbai", "Asha"), replace(account(), post=None)
        store.write(*map(WriteOwner, (*chennai, elsewhere, outside)))
        assert [found.name for found in store.staff("chennai")] == ["Asha", "Meera", "Zoya"]
        moved = store.account(chennai[0].account_id)
        assert moved is not None
        assert moved.post is not None
        store.write(WriteOwner(replace(moved, post=replace(moved.post, authority="mumbai"))))
        assert [found.name for found in store.staff("chennai")] == ["Asha", "Zoya"]
        assert [found.name for found in store.staff("mumbai")] == ["Asha", "Meera"]
        assert store.staff("surat") == ()

    def test_a_free_name_is_taken_once(self, store: Store) -> None:
        taken = name()
        assert store.named(taken.name) is None
        store.write(TakeName(taken, NOW))
        assert store.named(taken.name) == taken
        other = TakeName(replace(taken, account_id="account-2"), LATER)
        assert refused(store, other) == other
        store.write(TakeName(taken, NOW))
        assert store.named(taken.name) == taken

    def test_of_sixteen_accounts_one_takes_a_name(self, store: Store) -> None:
        taken = name()
        assert winners(lambda which: store.write(TakeName(replace(taken, account_id=f"account-{which}"), NOW))) == 1

    def test_a_name_is_taken_over_once_a_hold_on_it_has_run_out(self, store: Store) -> None:
        held = hold()
        store.write(HoldIcegateId(held, NOW))
        taken = AccountName(held.icegate_id.lower(), "account-1")
        assert refused(store, TakeName(taken, LATER - AN_INSTANT)) is not None
        store.write(TakeName(taken, LATER))
        assert store.named(taken.name) == taken
        assert refused(store, HoldIcegateId(held, LATER + timedelta(days=99))) is not None

    def test_a_name_with_a_last_day_comes_free_on_it(self, store: Store) -> None:
        taken = name()
        store.write(TakeName(taken, NOW))
        closing = replace(taken, until=LATER)
        store.write(TakeName(closing, NOW))
        assert store.named(taken.name) == closing
        other = replace(taken, account_id="account-2")
        assert refused(store, TakeName(other, LATER - AN_INSTANT)) is not None
        held = replace(hold(), icegate_id=IcegateId(taken.name))
        assert refused(store, HoldIcegateId(held, LATER - AN_INSTANT)) is not None
        store.write(HoldIcegateId(held, LATER))
        store.write(TakeName(other, held.until))
        assert store.named(taken.name) == other

    def test_the_id_of_an_icegate_account_is_nobody_elses_name(self, store: Store) -> None:
        made = opened(store)
        taken = AccountName(made.icegate_id.lower(), "account-1")
        assert refused(store, TakeName(taken, LATER + timedelta(days=99))) is not None
        assert refused(store, ReleaseName(taken)) is not None
        assert store.named(taken.name) == made

    def test_a_name_is_given_up_by_its_own_account(self, store: Store) -> None:
        taken = name()
        assert refused(store, ReleaseName(taken)) is not None
        store.write(TakeName(taken, NOW))
        stranger = ReleaseName(replace(taken, account_id="account-2"))
        assert refused(store, stranger) == stranger
        store.write(ReleaseName(taken))
        assert store.named(taken.name) is None

    def test_a_registration_of_an_account_is_written_over_the_version_that_was_read(self, store: Store) -> None:
        made = account_registration()
        revision = store.write(WriteAccountRegistration(made))
        assert store.account_registration(made.registration_id) == replace(made, revision=revision)
        assert refused(store, WriteAccountRegistration(made)) is not None
        moved = replace(made, revision=revision, status=RegistrationStatus.REGISTERED, challenge=made.challenge)
        store.write(WriteAccountRegistration(moved))
        assert refused(store, WriteAccountRegistration(moved)) is not None
        assert store.account_registration("registration-unknown00") is None

    def test_a_pointer_leads_to_the_last_registration_until_it_runs_out(self, store: Store) -> None:
        first, second, key = account_registration(), account_registration(), f"resume#{number()}"
        assert store.account_registration_of(key) is None
        for made in (first, second):
            id_ = made.registration_id
            store.write(WriteAccountRegistration(made), PointToAccountRegistration(key, id_, LATER))
        found = store.account_registration_of(key)
        assert found is not None
        assert found.registration_id == second.registration_id
        assert store.account_registration(key) is None
        store.write(PointToAccountRegistration(key, second.registration_id, NOW))
        assert store.account_registration_of(key) is None
        assert store.account_registration_of(first.registration_id) is None

    def test_a_flow_is_written_over_the_version_that_was_read(self, store: Store) -> None:
        made = flow()
        revision = store.write(WriteFlow(made))
        assert store.flow(made.flow_id) == replace(made, revision=revision)
        assert refused(store, WriteFlow(made)) is not None
        moved = replace(made, revision=revision, status=FlowStatus.DONE, owner=None, effective_at=None)
        store.write(WriteFlow(moved))
        stale = WriteFlow(replace(moved, status=FlowStatus.STOPPED))
        assert refused(store, stale) == stale
        assert store.flow("flow-unknown") is None

    def test_an_account_its_names_and_its_registration_are_written_together_or_not_at_all(self, store: Store) -> None:
        made, registration = account(), account_registration()
        first, second = name(made.account_id), name(made.account_id)
        store.write(TakeName(replace(second, account_id="somebody"), NOW))
        wanted = (WriteOwner(made), TakeName(first, NOW), WriteAccountRegistration(registration))
        assert refused(store, *wanted, TakeName(second, NOW)) == TakeName(second, NOW)
        assert store.account(made.account_id) is None
        assert store.named(first.name) is None
        assert store.account_registration(registration.registration_id) is None
        revision = store.write(*wanted)
        for written in (store.account(made.account_id), store.account_registration(registration.registration_id)):
            assert written is not None
            assert written.revision == revision


class TestFakeStore(Promises, OnFake):
    """The fake keeps them."""


class TestDynamoDbStore(Promises, OnDynamoDb):
    """DynamoDB keeps them, and bears bad luck besides."""

    @pytest.mark.parametrize("alone", [True, False])
    def test_a_write_whose_answer_was_lost_counts_as_done(self, laptop: Laptop, store: Store, *, alone: bool) -> None:
        made, registration, journey = account(), account_registration(), flow()
        icegate = with_every_field(opened(store))
        for change in (
            WriteOwner(made),
            WriteOwner(icegate),
            WriteAccountRegistration(registration),
            WriteFlow(journey),
        ):
            others = [] if alone else [UseOnce(f"l#{number()}", LATER)]
            laptop.faults.add("dynamodb", "PutItem" if alone else "TransactWriteItems", "answer_lost")
            store.write(change, *others)
        assert store.account(made.account_id) is not None
        assert store.account_registration(registration.registration_id) is not None
        assert store.flow(journey.flow_id) is not None
        found = store.owner(owner_key(icegate))
        assert isinstance(found, IcegateAccount)
        assert found.replacement_id == icegate.replacement_id

    def test_an_authority_with_more_staff_than_one_request_gives(self, store: Store) -> None:
        staff = [member("delhi", f"Member {which:03}") for which in range(110)]
        for some in (staff[:55], staff[55:]):
            store.write(*map(WriteOwner, some))
        assert [found.name for found in store.staff("delhi")] == [found.name for found in staff]

    def test_the_sweep_may_take_a_row_once_it_counts_no_more(self, store: Store) -> None:
        closed, registration, journey, leaving = account(), account_registration(), flow(), name()
        store.write(WriteOwner(closed), WriteAccountRegistration(registration), WriteFlow(journey))
        open_one = replace(account(), erase_at=None)
        store.write(WriteOwner(open_one), TakeName(replace(leaving, until=LATER), NOW))
        tables, a_day_later = suite().store.tables, int((LATER + timedelta(days=1)).timestamp())
        assert tables.accounts.get(closed.account_id).ttl == int(LATER.timestamp())
        assert tables.accounts.get(open_one.account_id).ttl is None
        assert tables.account_registrations.get(registration.registration_id).ttl >= a_day_later
        assert tables.flows.get(journey.flow_id).ttl >= a_day_later
        assert tables.names.get(leaving.name).ttl >= a_day_later
