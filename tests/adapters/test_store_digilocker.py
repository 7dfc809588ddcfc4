"""The store's promises about fetches, consents and people's own documents."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest

from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.changes import UseOnce
from chalicelib.domain.digilocker.changes import RemoveOwnDocument, WriteConsent, WriteFetch, WriteOwnDocument
from chalicelib.domain.digilocker.consents import Consent, ConsentStatus
from chalicelib.domain.digilocker.fetches import Fetch, FetchStatus, Locker, Purpose
from chalicelib.domain.digilocker.own_documents import Match, OwnDocument
from chalicelib.domain.ports import Store
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.adapters.department_records import consent, fetch, own_document
from tests.adapters.records import LATER, NOW, number
from tests.adapters.stores import OnDynamoDb, OnFake, refused, winners

# The laptop ends consents whose time is over, so these tests' end in ten years.
_IN_TEN_YEARS = NOW + timedelta(days=3650)


def bare_fetch() -> Fetch:
    """A fetch as it is opened."""
    return Fetch(
        f"fetch-{number():016}", account_key("account-1"), "department-1", Locker.PERSON, Purpose.MY_DOCUMENTS,
        ("PANCR",), FetchStatus.AT_DIGILOCKER, NOW, LATER, LATER, "2030-1", "en", "ab" * 32, "cd" * 32, "v1.verifier",
    )  # fmt: skip


def bare_consent() -> Consent:
    return Consent(
        f"consent-{number():014}", "fetch-1", account_key(f"account-{number():09}"), "department-1", Locker.PERSON,
        Purpose.MY_DOCUMENTS, ("PANCR",), (), "2030-1", "en", NOW, _IN_TEN_YEARS, ConsentStatus.ACTIVE,
    )  # fmt: skip


def bare_document() -> OwnDocument:
    return OwnDocument(
        f"document-{number():013}", account_key(f"account-{number():09}"), "consent-1", "PANCR", "PAN", "", "ab" * 32,
        "own/1", "cd" * 32, 1, "application/pdf", NOW, Match.EXACT,
    )  # fmt: skip


def written(store: Store, made: OwnDocument) -> OwnDocument:
    return replace(made, revision=store.write(WriteOwnDocument(made)))


class Promises:
    """What every store keeps of DigiLocker."""

    def test_every_field_of_the_records_of_these_tests_is_filled(self, store: Store) -> None:
        for record in (fetch(), consent(), own_document()):
            empty = {one.name for one in fields(record) if not getattr(record, one.name)}
            assert empty <= {"revision"}, type(record).__name__
        assert store.fetch("fetch-unknown") is None

    def test_a_fetch_comes_back_as_it_was_written(self, store: Store) -> None:
        for made in (fetch(), bare_fetch()):
            assert store.fetch(made.fetch_id) is None
            revision = store.write(WriteFetch(made))
            assert store.fetch(made.fetch_id) == replace(made, revision=revision)

    def test_of_sixteen_callbacks_one_uses_the_state(self, store: Store) -> None:
        made = bare_fetch()
        made = replace(made, revision=store.write(WriteFetch(made)))
        assert winners(lambda which: store.write(WriteFetch(replace(made, sealed_code=f"v1.{which}")))) == 1
        assert refused(store, WriteFetch(made)) == WriteFetch(made)

    def test_a_consent_comes_back_as_it_was_written(self, store: Store) -> None:
        for made in (consent(), bare_consent()):
            assert store.consent(made.consent_id) is None
            revision = store.write(WriteConsent(made))
            assert store.consent(made.consent_id) == replace(made, revision=revision)

    def test_of_sixteen_that_renew_the_tokens_one_wins(self, store: Store) -> None:
        made = consent()
        made = replace(made, revision=store.write(WriteConsent(made)))
        assert winners(lambda which: store.write(WriteConsent(replace(made, digilocker_id=f"{which}")))) == 1

    def test_consents_of_an_owner_are_told_the_newest_first(self, store: Store) -> None:
        owner = account_key(f"account-{number():09}")
        made = [replace(consent(), owner=owner, given_at=NOW + timedelta(seconds=second)) for second in (2, 3, 1)]
        revision = store.write(*map(WriteConsent, made), WriteConsent(consent()))
        assert store.consents_of(owner) == tuple(replace(made[place], revision=revision) for place in (1, 0, 2))
        assert store.consents_of(account_key("account-unknown")) == ()

    def test_consents_that_are_being_revoked_or_are_over_are_found_and_others_are_not(self, store: Store) -> None:
        ends = _IN_TEN_YEARS + timedelta(minutes=1)
        active = replace(bare_consent(), valid_until=ends)
        # Who revokes on the laptop is taken at its word at once: this one's turn comes after the test.
        revoking = replace(bare_consent(), status=ConsentStatus.REVOKING, revoked_at=_IN_TEN_YEARS)
        over = [replace(bare_consent(), status=status, valid_until=NOW) for status in ConsentStatus]
        over = [one for one in over if one.status in {ConsentStatus.REVOKED, ConsentStatus.EXPIRED}]
        revision = store.write(*map(WriteConsent, (active, revoking, *over)))
        mine = {one.consent_id for one in (active, revoking, *over)}

        def to_end(now: datetime) -> list[str]:
            return [one for one in store.consents_to_end(now, 100) if one in mine]

        assert to_end(ends - timedelta(milliseconds=1)) == [revoking.consent_id]
        assert to_end(ends) == [revoking.consent_id, active.consent_id]
        # What could not be ended goes behind what has waited longer.
        revoking = replace(revoking, try_at=ends + timedelta(minutes=1), revision=revision)
        later = store.write(WriteConsent(revoking))
        assert to_end(ends) == [active.consent_id]
        assert to_end(ends + timedelta(minutes=1)) == [active.consent_id, revoking.consent_id]
        expired = replace(active, status=ConsentStatus.EXPIRED, revision=revision)
        store.write(
            WriteConsent(expired), WriteConsent(replace(revoking, status=ConsentStatus.REVOKED, revision=later))
        )
        assert to_end(ends) == []

    def test_a_document_comes_back_as_it_was_written(self, store: Store) -> None:
        for made in (own_document(), bare_document()):
            assert store.own_document(made.document_id) is None
            assert written(store, made) == store.own_document(made.document_id)

    def test_documents_of_an_owner_are_told_the_newest_first(self, store: Store) -> None:
        owner = account_key(f"account-{number():09}")
        made = [replace(own_document(), owner=owner, fetched_at=NOW + timedelta(days=day)) for day in (2, 3, 1)]
        kept = [written(store, one) for one in made]
        written(store, own_document())
        assert store.own_documents_of(owner) == (kept[1], kept[0], kept[2])

    def test_of_sixteen_that_use_a_document_one_writes_it_down_and_it_is_not_removed_meanwhile(
        self, store: Store
    ) -> None:
        made = written(store, bare_document())
        assert winners(lambda which: store.write(WriteOwnDocument(replace(made, used_by=(f"{which}",))))) == 1
        assert refused(store, RemoveOwnDocument(made)) == RemoveOwnDocument(made)
        assert store.own_document(made.document_id) is not None

    def test_a_document_is_removed_once_and_stays_away(self, store: Store) -> None:
        made = written(store, bare_document())
        never_read = RemoveOwnDocument(replace(made, revision=None))
        assert refused(store, never_read) == never_read
        store.write(RemoveOwnDocument(made))
        assert store.own_document(made.document_id) is None
        assert store.own_documents_of(made.owner) == ()
        assert refused(store, RemoveOwnDocument(made)) == RemoveOwnDocument(made)
        assert refused(store, WriteOwnDocument(made)) == WriteOwnDocument(made)

    def test_documents_wait_for_an_officer_the_longest_waiting_first(self, store: Store) -> None:
        made = {
            day: replace(bare_document(), match=Match.REVIEW, fetched_at=NOW - timedelta(days=day)) for day in (1, 3, 2)
        }
        kept = {day: written(store, one) for day, one in made.items()}
        ids = {one.document_id for one in made.values()}

        def waiting() -> list[OwnDocument]:
            return [one for one in store.own_documents_to_review(100) if one.document_id in ids]

        assert waiting() == [kept[3], kept[2], kept[1]]
        assert len(store.own_documents_to_review(2)) == 2
        written(store, replace(kept[3], match=Match.CONFIRMED))
        assert waiting() == [kept[2], kept[1]]
        for day in (1, 2):
            store.write(RemoveOwnDocument(kept[day]))
        assert waiting() == []


class TestFakeStore(Promises, OnFake):
    """The fake keeps them."""


class TestDynamoDbStore(Promises, OnDynamoDb):
    """DynamoDB keeps them, and bears bad luck besides."""

    @pytest.mark.parametrize("alone", [True, False])
    def test_a_write_whose_answer_was_lost_counts_as_done(self, laptop: Laptop, store: Store, *, alone: bool) -> None:
        one, two, three = bare_fetch(), bare_consent(), bare_document()
        for change in (WriteFetch(one), WriteConsent(two), WriteOwnDocument(three)):
            others = [] if alone else [UseOnce(f"l#{number()}", LATER)]
            laptop.faults.add("dynamodb", "PutItem" if alone else "TransactWriteItems", "answer_lost")
            store.write(change, *others)
        assert store.fetch(one.fetch_id) is not None
        assert store.consent(two.consent_id) is not None
        assert store.own_document(three.document_id) is not None

    def test_the_sweep_takes_a_fetch_a_week_after_its_end_and_no_consent(self, store: Store) -> None:
        made, given = bare_fetch(), bare_consent()
        store.write(WriteFetch(made), WriteConsent(given))
        tables = suite().store.tables
        assert tables.fetches.get(made.fetch_id).ttl == int((LATER + timedelta(days=7)).timestamp())
        assert not hasattr(tables.consents.get(given.consent_id), "ttl")
