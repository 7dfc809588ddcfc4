"""The store's promises, held by the fake and by DynamoDB on both engines: so tests of the domain may trust the fake."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain import codes
from chalicelib.domain.accounts.owners import icegate_key
from chalicelib.domain.changes import (
    Change,
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
    WriteSession,
    WriteTemporaryPassword,
    WriteTries,
)
from chalicelib.domain.codes import Challenge, Purpose
from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount, RegistrationKind
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.icegate.registration import CodesFor, Registration, Status, Wait
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile, Pan
from chalicelib.domain.limits import Counter, Tries
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Code
from chalicelib.domain.sessions import Level, Session
from chalicelib.domain.temporary_passwords import TemporaryPassword
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.fakes import FakeStore

NOW = datetime(2030, 11, 2, 4, 30, 0, 123000, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
CONTACT = Contact(EmailAddress("office@zenith.example"), Mobile("+919876500002"))
HOLDER = Holder(
    Iec("ZZZCZ9999Z"), Pan("ZZZCZ9999Z"), "Zenith Coir", (Gstin("33ZZZCZ9999Z1ZQ"), Gstin("27ZZZCZ9999Z1ZJ")), CONTACT
)
_numbers = itertools.count(1)


def registration(**changed: object) -> Registration:
    made = Registration(
        registration_id=f"registration-{next(_numbers):09}",
        flow_token_hash="ab" * 32,
        status=Status.CREDENTIALS_REQUIRED,
        iec=HOLDER.iec,
        gstin=HOLDER.gstins[0],
        legal_name=HOLDER.legal_name,
        language="hi",
        contact=CONTACT,
        temporary_password_id="t1",
        expires_at=LATER,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def every_part() -> Registration:
    challenge = Challenge(
        Purpose.SIMPLIFIED_REGISTRATION_ALTERNATE, "k1", b"\x00\xff" * 8, 3, LATER, NOW, 2, 2, 1, 4, used_at=NOW
    )
    return registration(
        status=Status.ALTERNATE_CODES_SENT,
        icegate_id=IcegateId("Asha_Exports"),
        password_hash="$argon2id$…",
        codes_for=CodesFor.ALTERNATE,
        challenge=challenge,
        alternate=Contact(EmailAddress("asha@zenith.example"), Mobile("+919876500099")),
        waiting_for=Wait.ALTERNATE_CODES,
        waiting_since="2030-11-02T04:30:00.123Z#0001",
        task_token="AAAA" * 200,
        claimed_until=NOW,
        sending_failures=2,
        told=("registered.mobile", "registered.email"),
    )


def account_of(hold: Hold) -> IcegateAccount:
    return IcegateAccount(
        hold.icegate_id, hold.iec, HOLDER.gstins[0], HOLDER.legal_name, CONTACT, RegistrationKind.SIMPLIFIED,
        "$argon2id$…", "hi", hold.registration_id, NOW,
    )  # fmt: skip


def hold(**changed: object) -> Hold:
    made = Hold(IcegateId(f"Asha_{next(_numbers)}"), HOLDER.iec, "registration-1", LATER)
    return replace(made, **changed)  # type: ignore[arg-type]


class StoreContract:
    """What every store keeps. `refuses` gives the change that did not hold."""

    @staticmethod
    def refuses(store: Store, *changes: Change) -> Change | None:
        with pytest.raises(ChangeRefused) as refused:
            store.write(*changes)
        return refused.value.change

    def test_a_registration_comes_back_as_it_was_written(self, store: Store) -> None:
        for written in (registration(), every_part()):
            revision = store.write(WriteRegistration(written))
            assert store.registration(written.registration_id) == replace(written, revision=revision)
        assert store.registration("registration-unknown00") is None

    def test_a_registration_is_written_over_the_version_that_was_read(self, store: Store) -> None:
        first = registration()
        first = replace(first, revision=store.write(WriteRegistration(first)))
        assert self.refuses(store, WriteRegistration(replace(first, revision=None))) is not None
        second = replace(first, status=Status.SENDING_CODES)
        store.write(WriteRegistration(second))
        change = WriteRegistration(replace(first, status=Status.EXPIRED))
        assert self.refuses(store, change) == change
        stored = store.registration(first.registration_id)
        assert stored is not None
        assert stored.status is Status.SENDING_CODES

    def test_all_changes_or_none(self, store: Store) -> None:
        made, name = registration(), f"captcha#{next(_numbers)}"
        store.write(UseOnce(name, LATER))
        once = UseOnce(name, LATER)
        counter = Counter(f"ip#{name}", 1, LATER, Code.TOO_MANY_REQUESTS)
        assert self.refuses(store, WriteRegistration(made), CountUp(counter), once) == once
        assert store.registration(made.registration_id) is None
        store.write(CountUp(counter))

    def test_a_counter_counts_to_its_limit(self, store: Store) -> None:
        counter = Counter(f"ip#{next(_numbers)}", 3, LATER, Code.TOO_MANY_REQUESTS)
        for _ in range(3):
            store.write(CountUp(counter), UseOnce(f"n#{next(_numbers)}", LATER))
        assert self.refuses(store, CountUp(counter)) == CountUp(counter)

    def test_tries_are_written_over_the_version_that_was_read_and_forgotten_in_time(self, store: Store) -> None:
        key = f"tries#{next(_numbers)}"
        assert store.tries(key) == Tries(key)
        revision = store.write(WriteTries(Tries(key, 3, LATER), LATER))
        assert store.tries(key) == Tries(key, 3, LATER, revision)
        assert self.refuses(store, WriteTries(Tries(key, 1), LATER)) is not None
        past = NOW - timedelta(milliseconds=1)
        revision = store.write(WriteTries(Tries(key, 9, LATER, revision), past))
        assert store.tries(key) == Tries(key, 0, None, revision)

    def test_an_icegate_id_is_held_for_one_holder_until_it_runs_out(self, store: Store) -> None:
        first = hold()
        store.write(HoldIcegateId(first, NOW))
        other = replace(first, icegate_id=IcegateId(first.icegate_id.upper()), iec=Iec("ZZZPZ9999Z"))
        assert self.refuses(store, HoldIcegateId(other, LATER - timedelta(milliseconds=1))) is not None
        own = replace(first, registration_id="registration-2")
        store.write(HoldIcegateId(own, NOW))
        store.write(HoldIcegateId(replace(other, until=LATER), LATER))
        assert store.named(first.icegate_id.lower()) == other

    def test_only_the_registration_that_holds_an_id_opens_its_account(self, store: Store) -> None:
        held = hold()
        assert self.refuses(store, OpenAccount(account_of(held))) is not None
        store.write(HoldIcegateId(held, NOW))
        assert self.refuses(store, OpenAccount(account_of(replace(held, registration_id="another")))) is not None
        revision = store.write(OpenAccount(account_of(held)))
        assert store.named(held.icegate_id.lower()) == replace(account_of(held), revision=revision)
        assert self.refuses(store, OpenAccount(account_of(held))) is not None
        assert self.refuses(store, HoldIcegateId(held, LATER + timedelta(days=99))) is not None
        assert self.refuses(store, ReleaseIcegateId(held)) is not None

    def test_a_hold_is_given_up_by_its_own_registration(self, store: Store) -> None:
        held = hold()
        store.write(HoldIcegateId(held, NOW))
        assert self.refuses(store, ReleaseIcegateId(replace(held, registration_id="another"))) is not None
        store.write(ReleaseIcegateId(held))
        assert store.named(held.icegate_id.lower()) is None

    def test_a_temporary_password_is_used_once(self, store: Store) -> None:
        iec = Iec(f"{next(_numbers):010}")
        assert self.refuses(store, PointToRegistration(iec, "registration-1")) is not None
        issued = TemporaryPassword(iec, "t1", "$argon2id$…", NOW, LATER, sent_at=NOW)
        store.write(WriteTemporaryPassword(issued))
        revision = store.write(PointToRegistration(iec, "registration-1"))
        assert store.temporary_password(iec) == replace(issued, registration_id="registration-1", revision=revision)
        assert self.refuses(store, UseTemporaryPassword(Iec("9999999999"), NOW)) is not None
        store.write(UseTemporaryPassword(iec, NOW))
        assert self.refuses(store, UseTemporaryPassword(iec, NOW)) is not None
        stored = store.temporary_password(iec)
        assert stored is not None
        assert stored.used_at == NOW
        assert self.refuses(store, WriteTemporaryPassword(replace(stored, revision=revision))) is not None

    def test_a_session_is_written_over_the_version_that_was_read_and_ends(self, store: Store) -> None:
        session = Session(f"{next(_numbers):064}", "s1", icegate_key("asha"), Level.FULL, 0, NOW, NOW)
        revision = store.write(WriteSession(session))
        assert store.session(session.token_hash) == replace(session, revision=revision)
        store.end_session(session.token_hash)
        store.end_session(session.token_hash)
        assert store.session(session.token_hash) is None
        assert self.refuses(store, WriteSession(replace(session, revision=revision))) is not None

    def test_holders_come_back_as_they_were_written(self, store: Store) -> None:
        put: Callable[[Holder], None] = store.put_holder  # type: ignore[attr-defined]
        put(HOLDER)
        assert store.holder(HOLDER.iec) == HOLDER
        assert HOLDER in list(store.holders())
        assert store.holder(Iec("9999999999")) is None

    @pytest.mark.parametrize("together", [1, 2])
    def test_of_sixteen_writers_on_one_version_one_wins(self, store: Store, together: int) -> None:
        made = every_part()
        made = replace(made, revision=store.write(WriteRegistration(made)))

        def write(number: int) -> bool:
            others = [UseOnce(f"w#{next(_numbers)}", LATER) for _ in range(together - 1)]
            try:
                store.write(WriteRegistration(replace(made, sending_failures=number)), *others)
            except ChangeRefused:
                return False
            return True

        with ThreadPoolExecutor(16) as threads:
            assert sum(threads.map(write, range(16))) == 1

    def test_sixteen_at_once_count_no_more_than_the_limit(self, store: Store) -> None:
        counter = Counter(f"ip#{next(_numbers)}", 5, LATER, Code.TOO_MANY_REQUESTS)

        def count(_: int) -> bool:
            try:
                store.write(CountUp(counter))
            except ChangeRefused:
                return False
            return True

        with ThreadPoolExecutor(16) as threads:
            assert sum(threads.map(count, range(16))) == 5

    def test_of_sixteen_that_spend_attempts_five_do_however_they_meet(self, store: Store) -> None:
        made = every_part()
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
                    store.write(WriteRegistration(spent), UseOnce(f"s#{next(_numbers)}", LATER))
                except ChangeRefused:
                    continue
                return 1
            raise AssertionError("never got through")

        with ThreadPoolExecutor(16) as threads:
            assert sum(threads.map(spend, range(16))) == codes.ATTEMPTS


class TestFakeStore(StoreContract):
    """The fake keeps the contract."""

    @pytest.fixture
    def store(self) -> Store:
        return FakeStore(lambda: NOW)


@on_both_engines
class TestDynamoDbStore(StoreContract):
    """DynamoDB keeps the contract, and bears bad luck besides."""

    @pytest.fixture
    def store(self, laptop: Laptop) -> Store:
        laptop.clock.advance(NOW - laptop.clock())
        return suite().store

    def test_a_write_whose_answer_was_lost_counts_as_done(self, laptop: Laptop, store: Store) -> None:
        made = registration()
        laptop.faults.add("dynamodb", "PutItem", "answer_lost")
        revision = store.write(WriteRegistration(made))
        assert store.registration(made.registration_id) == replace(made, revision=revision)
        second = replace(made, revision=revision, status=Status.EXPIRED)
        laptop.faults.add("dynamodb", "TransactWriteItems", "answer_lost")
        store.write(WriteRegistration(second), UseOnce(f"l#{next(_numbers)}", LATER))
        stored = store.registration(made.registration_id)
        assert stored is not None
        assert stored.status is Status.EXPIRED

    @pytest.mark.parametrize("operation", ["GetItem", "PutItem", "TransactWriteItems"])
    def test_no_answer_is_told_as_such(self, laptop: Laptop, store: Store, operation: str) -> None:
        made = registration()
        once = UseOnce(f"d#{next(_numbers)}", LATER)
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
