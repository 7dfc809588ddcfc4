"""The store's promises, held by the fake and by DynamoDB on both engines: so tests of the domain may trust the fake."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain import codes
from chalicelib.domain.changes import (
    ChangeRefused,
    CountUp,
    HoldIcegateId,
    OpenAccount,
    PointToRegistration,
    ReleaseIcegateId,
    StoreUnavailable,
    UseOnce,
    UseTemporaryPassword,
    WriteRegistration,
    WriteTemporaryPassword,
    WriteTries,
)
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.icegate.registration import Status
from chalicelib.domain.identifiers import IcegateId, Iec
from chalicelib.domain.limits import Counter, Tries
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Code
from chalicelib.domain.temporary_passwords import TemporaryPassword
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.adapters.records import HOLDER, LATER, NOW, hold, icegate_account, number, opened_registration, registration
from tests.adapters.stores import TOGETHER, OnDynamoDb, OnFake, refused, winners


class Promises:
    """What every store keeps of a registration and all that goes with it."""

    def test_a_registration_comes_back_as_it_was_written(self, store: Store) -> None:
        for written in (opened_registration(), registration()):
            revision = store.write(WriteRegistration(written))
            assert store.registration(written.registration_id) == replace(written, revision=revision)
        assert store.registration("registration-unknown00") is None

    def test_a_registration_is_written_over_the_version_that_was_read(self, store: Store) -> None:
        first = registration()
        first = replace(first, revision=store.write(WriteRegistration(first)))
        assert refused(store, WriteRegistration(replace(first, revision=None))) is not None
        second = replace(first, status=Status.SENDING_CODES)
        store.write(WriteRegistration(second))
        change = WriteRegistration(replace(first, status=Status.EXPIRED))
        assert refused(store, change) == change
        stored = store.registration(first.registration_id)
        assert stored is not None
        assert stored.status is Status.SENDING_CODES

    def test_all_changes_or_none(self, store: Store) -> None:
        made, name = registration(), f"captcha#{number()}"
        store.write(UseOnce(name, LATER))
        once = UseOnce(name, LATER)
        counter = Counter(f"ip#{name}", 1, LATER, Code.TOO_MANY_REQUESTS)
        assert refused(store, WriteRegistration(made), CountUp(counter), once) == once
        assert store.registration(made.registration_id) is None
        store.write(CountUp(counter))

    def test_two_changes_of_one_item_are_a_mistake_and_nothing_is_written(self, store: Store) -> None:
        made = registration()
        with pytest.raises(ValueError, match="two changes of one item"):
            store.write(WriteRegistration(made), WriteRegistration(replace(made, sending_failures=9)))
        assert store.registration(made.registration_id) is None

    def test_a_counter_counts_to_its_limit(self, store: Store) -> None:
        counter = Counter(f"ip#{number()}", 3, LATER, Code.TOO_MANY_REQUESTS)
        for _ in range(3):
            store.write(CountUp(counter), UseOnce(f"n#{number()}", LATER))
        assert refused(store, CountUp(counter)) == CountUp(counter)

    def test_tries_are_written_over_the_version_that_was_read_and_forgotten_in_time(self, store: Store) -> None:
        key = f"tries#{number()}"
        assert store.tries(key) == Tries(key)
        revision = store.write(WriteTries(Tries(key, 3, LATER), LATER))
        assert store.tries(key) == Tries(key, 3, LATER, revision)
        assert refused(store, WriteTries(Tries(key, 1), LATER)) is not None
        past = NOW - timedelta(milliseconds=1)
        revision = store.write(WriteTries(Tries(key, 9, LATER, revision), past))
        assert store.tries(key) == Tries(key, 0, None, revision)

    def test_an_icegate_id_is_held_for_one_holder_until_it_runs_out(self, store: Store) -> None:
        first = hold()
        store.write(HoldIcegateId(first, NOW))
        other = replace(first, icegate_id=IcegateId(first.icegate_id.upper()), iec=Iec("ZZZPZ9999Z"))
        assert refused(store, HoldIcegateId(other, LATER - timedelta(milliseconds=1))) is not None
        own = replace(first, registration_id="registration-2")
        store.write(HoldIcegateId(own, NOW))
        store.write(HoldIcegateId(replace(other, until=LATER), LATER))
        assert store.named(first.icegate_id.lower()) == other

    def test_only_the_registration_that_holds_an_id_opens_its_account(self, store: Store) -> None:
        held = hold()
        assert refused(store, OpenAccount(icegate_account(held))) is not None
        store.write(HoldIcegateId(held, NOW))
        assert refused(store, OpenAccount(icegate_account(replace(held, registration_id="another")))) is not None
        revision = store.write(OpenAccount(icegate_account(held)))
        assert store.named(held.icegate_id.lower()) == replace(icegate_account(held), revision=revision)
        assert refused(store, OpenAccount(icegate_account(held))) is not None
        assert refused(store, HoldIcegateId(held, LATER + timedelta(days=99))) is not None
        assert refused(store, ReleaseIcegateId(held)) is not None

    def test_a_hold_is_given_up_by_its_own_registration(self, store: Store) -> None:
        held = hold()
        store.write(HoldIcegateId(held, NOW))
        assert refused(store, ReleaseIcegateId(replace(held, registration_id="another"))) is not None
        store.write(ReleaseIcegateId(held))
        assert store.named(held.icegate_id.lower()) is None

    def test_a_temporary_password_is_used_once(self, store: Store) -> None:
        iec = Iec(f"{number():010}")
        assert refused(store, PointToRegistration(iec, "registration-1")) is not None
        issued = TemporaryPassword(iec, "t1", "$argon2id$…", NOW, LATER, sent_at=NOW)
        store.write(WriteTemporaryPassword(issued))
        revision = store.write(PointToRegistration(iec, "registration-1"))
        assert store.temporary_password(iec) == replace(issued, registration_id="registration-1", revision=revision)
        assert refused(store, UseTemporaryPassword(Iec("9999999999"), NOW)) is not None
        store.write(UseTemporaryPassword(iec, NOW))
        assert refused(store, UseTemporaryPassword(iec, NOW)) is not None
        stored = store.temporary_password(iec)
        assert stored is not None
        assert stored.used_at == NOW
        assert refused(store, WriteTemporaryPassword(replace(stored, revision=revision))) is not None

    def test_holders_come_back_as_they_were_written(self, store: Store) -> None:
        put: Callable[[Holder], None] = store.put_holder  # type: ignore[attr-defined]
        put(HOLDER)
        assert store.holder(HOLDER.iec) == HOLDER
        assert HOLDER in list(store.holders())
        assert store.holder(Iec("9999999999")) is None

    @pytest.mark.parametrize("together", [1, 2])
    def test_of_sixteen_writers_on_one_version_one_wins(self, store: Store, together: int) -> None:
        made = registration()
        made = replace(made, revision=store.write(WriteRegistration(made)))

        def write(failures: int) -> None:
            others = [UseOnce(f"w#{number()}", LATER) for _ in range(together - 1)]
            store.write(WriteRegistration(replace(made, sending_failures=failures)), *others)

        assert winners(write) == 1

    def test_sixteen_at_once_count_no_more_than_the_limit(self, store: Store) -> None:
        counter = Counter(f"ip#{number()}", 5, LATER, Code.TOO_MANY_REQUESTS)
        assert winners(lambda _: store.write(CountUp(counter))) == 5

    def test_of_sixteen_that_spend_attempts_five_do_however_they_meet(self, store: Store) -> None:
        made = registration()
        assert made.challenge is not None
        made = replace(made, challenge=replace(made.challenge, attempts=0, used_at=None))
        store.write(WriteRegistration(made))

        def spend(_: int) -> int:
            for _ in range(40):
                stored = store.registration(made.registration_id)
                assert stored is not None
                assert stored.challenge is not None
                if stored.challenge.attempts >= codes.ATTEMPTS:
                    return 0
                spent = replace(stored, challenge=codes.spent(stored.challenge, NOW))
                try:
                    store.write(WriteRegistration(spent), UseOnce(f"s#{number()}", LATER))
                except ChangeRefused:
                    continue
                return 1
            raise AssertionError("never got through")

        with ThreadPoolExecutor(TOGETHER) as threads:
            assert sum(threads.map(spend, range(TOGETHER))) == codes.ATTEMPTS


class TestFakeStore(Promises, OnFake):
    """The fake keeps them."""


class TestDynamoDbStore(Promises, OnDynamoDb):
    """DynamoDB keeps them, and bears bad luck besides."""

    def test_a_write_whose_answer_was_lost_counts_as_done(self, laptop: Laptop, store: Store) -> None:
        made = registration()
        laptop.faults.add("dynamodb", "PutItem", "answer_lost")
        revision = store.write(WriteRegistration(made))
        assert store.registration(made.registration_id) == replace(made, revision=revision)
        second = replace(made, revision=revision, status=Status.EXPIRED)
        laptop.faults.add("dynamodb", "TransactWriteItems", "answer_lost")
        store.write(WriteRegistration(second), UseOnce(f"l#{number()}", LATER))
        stored = store.registration(made.registration_id)
        assert stored is not None
        assert stored.status is Status.EXPIRED

    @pytest.mark.parametrize("operation", ["GetItem", "PutItem", "TransactWriteItems"])
    def test_no_answer_is_told_as_such(self, laptop: Laptop, store: Store, operation: str) -> None:
        made = registration()
        once = UseOnce(f"d#{number()}", LATER)
        asks: dict[str, Callable[[], object]] = {
            "GetItem": lambda: store.registration(made.registration_id),
            "PutItem": lambda: store.write(WriteRegistration(made)),
            "TransactWriteItems": lambda: store.write(WriteRegistration(made), once),
        }
        with laptop.faults.during("dynamodb", operation), pytest.raises(StoreUnavailable):
            asks[operation]()

    def test_the_table_says_when_the_sweep_may_take_a_row_well_after_it_counts(
        self, laptop: Laptop, store: Store
    ) -> None:
        del laptop
        made = registration()
        store.write(WriteRegistration(made))
        row = suite().store.tables.registrations.get(made.registration_id)
        assert row.ttl >= (LATER + timedelta(days=1)).timestamp()
