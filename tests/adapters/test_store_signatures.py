"""The store's promises about signings, full registrations and watched CRLs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.accounts.owners import owner_key
from chalicelib.domain.changes import (
    HoldIcegateId,
    OpenAccount,
    UseOnce,
    WriteCrlState,
    WriteFullRegistration,
    WriteOwner,
    WriteSigning,
)
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.icegate.full_registrations import FullRegistration, FullRegistrationStatus
from chalicelib.domain.ports import Store
from chalicelib.domain.signatures.crl_states import CrlState
from chalicelib.domain.signatures.signings import Signing, SigningStatus
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.adapters.records import (
    LATER,
    NOW,
    crl_state,
    full_registration,
    hold,
    icegate_account,
    number,
    registered_dsc,
    signing,
    with_every_field,
)
from tests.adapters.stores import OnDynamoDb, OnFake, refused, winners

# The laptop reminds of what is due, so the certificates of these tests end in ten years.
_IN_TEN_YEARS = NOW + timedelta(days=3650)


def bare(made: Signing) -> Signing:
    """A signing as it is opened."""
    return Signing(
        f"signing-{number():09}", made.purpose, made.owner, made.iec, made.document, made.document_sha256, made.nonce,
        made.methods, made.language, SigningStatus.AWAITING_SIGNATURE, NOW, LATER,
    )  # fmt: skip


def written(store: Store, made: FullRegistration) -> FullRegistration:
    return replace(made, revision=store.write(WriteFullRegistration(made)))


class Promises:
    """What every store keeps of signatures."""

    def test_a_signing_comes_back_as_it_was_written(self, store: Store) -> None:
        for made in (signing(), bare(signing())):
            revision = store.write(WriteSigning(made))
            assert store.signing(made.signing_id) == replace(made, revision=revision)
        assert store.signing("signing-unknown") is None

    def test_a_signing_is_opened_once_and_written_over_the_version_that_was_read(self, store: Store) -> None:
        made = bare(signing())
        made = replace(made, revision=store.write(WriteSigning(made)))
        assert refused(store, WriteSigning(replace(made, revision=None))) is not None
        store.write(WriteSigning(replace(made, attempts=1)))
        stale = WriteSigning(replace(made, status=SigningStatus.CANCELLED))
        assert refused(store, stale) == stale

    def test_of_sixteen_that_hand_in_one_wins(self, store: Store) -> None:
        made = bare(signing())
        made = replace(made, revision=store.write(WriteSigning(made)))
        assert winners(lambda which: store.write(WriteSigning(replace(made, attempts=which)))) == 1

    def test_the_signings_of_an_iec_are_found_the_newest_first(self, store: Store) -> None:
        iec = f"{number():010}"
        assert store.signings_of_iec(iec) == ()
        for seconds in (2, 1, 3):
            at = NOW + timedelta(seconds=seconds)
            store.write(WriteSigning(replace(signing(), iec=iec, created_at=at, attempts=seconds)))
        store.write(WriteSigning(signing()))
        assert [found.attempts for found in store.signings_of_iec(iec)] == [3, 2, 1]

    def test_what_strangers_open_about_an_iec_is_not_among_them(self, store: Store) -> None:
        iec = f"{number():010}"
        opened = replace(bare(signing()), iec=iec, status=SigningStatus.AWAITING_SIGNATURE)
        opened = replace(opened, revision=store.write(WriteSigning(opened)))
        refused_one = replace(bare(signing()), iec=iec, status=SigningStatus.REFUSED)
        store.write(WriteSigning(refused_one))
        assert store.signings_of_iec(iec) == ()
        store.write(WriteSigning(replace(opened, status=SigningStatus.VERIFIED, evidence=signing().evidence)))
        assert [found.signing_id for found in store.signings_of_iec(iec)] == [opened.signing_id]

    def test_a_full_registration_comes_back_as_it_was_written(self, store: Store) -> None:
        full = full_registration()
        opened = FullRegistration(
            f"registration-{number():09}", full.owner, full.icegate_id, full.iec, full.legal_name, "signing-1",
            FullRegistrationStatus.SIGNATURE_REQUIRED, NOW, LATER, "en",
        )  # fmt: skip
        for made in (full, opened):
            assert store.full_registration(made.registration_id) is None
            assert written(store, made) == store.full_registration(made.registration_id)

    def test_a_full_registration_is_written_over_the_version_that_was_read(self, store: Store) -> None:
        made = written(store, full_registration())
        assert refused(store, WriteFullRegistration(replace(made, revision=None))) is not None
        written(store, replace(made, status=FullRegistrationStatus.APPROVED))
        stale = WriteFullRegistration(replace(made, status=FullRegistrationStatus.REJECTED))
        assert refused(store, stale) == stale

    def test_of_sixteen_officers_that_decide_one_wins(self, store: Store) -> None:
        made = written(store, full_registration())
        assert winners(lambda which: written(store, replace(made, reason=f"{which}"))) == 1

    def test_who_waits_the_longest_is_seen_first(self, store: Store) -> None:
        status = FullRegistrationStatus.UNDER_REVIEW
        submitted = {2: NOW - timedelta(seconds=2), 1: NOW - timedelta(seconds=3)}
        made = {
            place: written(store, replace(full_registration(), status=status, submitted_at=submitted.get(place)))
            for place in (2, 1, 3)
        }
        assert store.full_registrations_in(status, 10) == (made[1], made[2], made[3])
        assert store.full_registrations_in(status, 2) == (made[1], made[2])
        store.write(WriteFullRegistration(replace(made[1], status=FullRegistrationStatus.APPROVED)))
        assert store.full_registrations_in(status, 2) == (made[2], made[3])
        for left in (made[2], made[3]):
            store.write(WriteFullRegistration(replace(left, status=FullRegistrationStatus.EXPIRED)))

    def test_what_is_known_of_a_crl_is_written_over_the_version_that_was_read(self, store: Store) -> None:
        for made in (crl_state(), CrlState(f"source-{number()}", NOW)):
            assert store.crl_state(made.source_id) is None
            revision = store.write(WriteCrlState(made))
            assert store.crl_state(made.source_id) == replace(made, revision=revision)
            assert refused(store, WriteCrlState(made)) == WriteCrlState(made)
            store.write(WriteCrlState(replace(made, revision=revision, entries=7)))
            stale = WriteCrlState(replace(made, revision=revision, refused="too_old"))
            assert refused(store, stale) == stale

    def test_the_dsc_of_an_icegate_account_is_kept_and_goes_again(self, store: Store) -> None:
        held = hold()
        store.write(HoldIcegateId(held, NOW))
        made = replace(icegate_account(held), revision=store.write(OpenAccount(icegate_account(held))))
        full = with_every_field(made)
        revision = store.write(WriteOwner(full))
        found = store.owner(owner_key(made))
        assert isinstance(found, IcegateAccount)
        assert found.dsc == full.dsc
        assert found.dsc is not None
        store.write(WriteOwner(replace(full, dsc=None, revision=revision)))
        without = store.owner(owner_key(made))
        assert isinstance(without, IcegateAccount)
        assert without.dsc is None

    def test_whose_dsc_ends_is_found_until_reminded_or_given_another(self, store: Store) -> None:
        due = {}
        for day in (1, 2, 3):
            held = hold()
            store.write(HoldIcegateId(held, NOW))
            made = replace(icegate_account(held), revision=store.write(OpenAccount(icegate_account(held))))
            ends_at = _IN_TEN_YEARS + timedelta(days=day)
            account = replace(made, dsc=replace(registered_dsc(), expires_at=ends_at, reminded_at=None))
            due[day] = replace(account, revision=store.write(WriteOwner(account)))
        assert list(store.dscs_due(_IN_TEN_YEARS + timedelta(days=1))) == []
        assert list(store.dscs_due(_IN_TEN_YEARS + timedelta(days=1, milliseconds=1))) == [due[1]]
        reminded = replace(registered_dsc(), expires_at=_IN_TEN_YEARS, reminded_at=NOW)
        store.write(WriteOwner(replace(due[1], dsc=reminded)), WriteOwner(replace(due[2], dsc=None)))
        assert list(store.dscs_due(_IN_TEN_YEARS + timedelta(days=9))) == [due[3]]
        store.write(WriteOwner(replace(due[3], dsc=None)))


class TestFakeStore(Promises, OnFake):
    """The fake keeps them."""


class TestDynamoDbStore(Promises, OnDynamoDb):
    """DynamoDB keeps them, and bears bad luck besides."""

    @pytest.mark.parametrize("alone", [True, False])
    def test_a_write_whose_answer_was_lost_counts_as_done(self, laptop: Laptop, store: Store, *, alone: bool) -> None:
        signed, registration, crl = signing(), full_registration(), crl_state()
        for change in (WriteSigning(signed), WriteFullRegistration(registration), WriteCrlState(crl)):
            others = [] if alone else [UseOnce(f"l#{number()}", LATER)]
            laptop.faults.add("dynamodb", "PutItem" if alone else "TransactWriteItems", "answer_lost")
            store.write(change, *others)
        assert store.signing(signed.signing_id) is not None
        assert store.full_registration(registration.registration_id) is not None
        assert store.crl_state(crl.source_id) is not None

    def test_an_iec_with_more_signings_than_one_request_gives(self, store: Store) -> None:
        iec = f"{number():010}"
        many = [replace(signing(), iec=iec, created_at=NOW + timedelta(seconds=second)) for second in range(110)]
        for some in (many[:55], many[55:]):
            store.write(*map(WriteSigning, some))
        newest_first = [made.signing_id for made in reversed(many)]
        assert [found.signing_id for found in store.signings_of_iec(iec)] == newest_first

    @pytest.mark.parametrize(
        ("status", "has_evidence", "is_swept"),
        [
            (SigningStatus.AWAITING_SIGNATURE, False, True),
            (SigningStatus.VERIFIED, True, False),
            (SigningStatus.DONE, True, False),
            (SigningStatus.REFUSED, True, False),
            (SigningStatus.REFUSED, False, True),
            (SigningStatus.CANCELLED, False, True),
            (SigningStatus.EXPIRED, False, True),
        ],
    )
    def test_the_sweep_takes_what_led_to_no_deed_and_left_no_evidence(
        self, store: Store, status: SigningStatus, *, has_evidence: bool, is_swept: bool
    ) -> None:
        made = replace(signing(), status=status)
        made = made if has_evidence else replace(made, evidence=None)
        store.write(WriteSigning(made))
        ttl = suite().store.tables.signings.get(made.signing_id).ttl
        assert ttl == (int((NOW + timedelta(days=30)).timestamp()) if is_swept else None)
