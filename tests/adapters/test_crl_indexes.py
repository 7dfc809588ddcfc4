"""Indexes of CRLs in S3: what stands is what the record says, by hash; a container asks again after a minute."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters.aws import Aws
from chalicelib.adapters.crl_indexes import ASKED_AGAIN, CRLS, S3CrlIndexes
from chalicelib.domain.changes import WriteCrlState
from chalicelib.domain.signatures.crl_states import CrlState
from chalicelib.domain.signatures.refreshing import IndexUnkept
from chalicelib.settings import Settings
from infra.local.kept_indexes import KeptIndexes
from infra.local.laptop import Laptop
from tests.domain.signatures.revocation_world import NOW, Watched
from tests.fakes import FakeStore

SOURCE = "individual"


class Shelved:
    """Two indexes of one source, a real bucket (moto's), and a store that says which stands."""

    def __init__(self, laptop: Laptop) -> None:
        self.laptop = laptop
        watched = Watched()
        watched.refresh()
        self.source = next(source for source in watched.sources if source.source_id == SOURCE)
        self.first = watched.shelf.kept[f"{SOURCE}/a"]
        watched.refresh()
        self.second = watched.shelf.kept[f"{SOURCE}/b"]
        self.store = FakeStore(lambda: NOW)
        settings = Settings({**laptop.environment, "AWS_REGION": "ap-south-1"})
        self.indexes = S3CrlIndexes(Aws("ap-south-1"), settings, self.store)
        self.container = S3CrlIndexes(Aws("ap-south-1"), settings, self.store)

    def keep(self, content: bytes) -> CrlState:
        before = self.store.crl_state(SOURCE) or CrlState(SOURCE, NOW)
        key, sha256 = self.indexes.keep(SOURCE, before.index_key, iter([content[:9], content[9:]]))
        self.store.write(WriteCrlState(replace(before, index_key=key, index_sha256=sha256)))
        return replace(before, index_key=key, index_sha256=sha256)


@pytest.fixture
def shelved(laptop: Laptop) -> Shelved:
    return Shelved(laptop)


def test_what_is_kept_is_read_again_and_the_former_stays_until_the_next_but_one(shelved: Shelved) -> None:
    assert shelved.container.current(shelved.source, NOW) is None
    first = shelved.keep(shelved.first)
    second = shelved.keep(shelved.second)
    assert first.index_key != second.index_key
    assert first.index_key is not None
    assert first.index_sha256 is not None
    assert shelved.indexes.has(first.index_key, first.index_sha256)
    third = shelved.keep(shelved.first)
    assert third.index_key == first.index_key
    assert not shelved.indexes.has(first.index_key, "0" * 64)
    assert not shelved.indexes.has("crl/nowhere/a", "0" * 64)


def test_a_crl_is_kept_once_under_its_hash(shelved: Shelved) -> None:
    digest = hashlib.sha256(b"crl").hexdigest()
    for content in (b"crl", b"something else"):
        shelved.indexes.keep_crl(digest, content)
    kept = (
        Aws("ap-south-1")
        .client("s3")
        .get_object(Bucket=shelved.laptop.environment["DOCUMENTS_BUCKET"], Key=f"{CRLS}/{digest}")
    )
    assert kept["Body"].read() == b"crl"


def test_a_container_that_went_back_in_time_asks_the_record_again(shelved: Shelved) -> None:
    shelved.keep(shelved.first)
    tomorrow = shelved.container.current(shelved.source, NOW + timedelta(days=1))
    shelved.keep(shelved.second)
    today = shelved.container.current(shelved.source, NOW)
    assert tomorrow is not None
    assert today is not None
    assert today.sha256 != tomorrow.sha256


def test_the_laptop_goes_by_no_index_of_before_its_fresh_start(shelved: Shelved) -> None:
    """Whatever the test before has refreshed: tables are put back, and what a process has heard is not."""
    laptops = KeptIndexes(Aws("ap-south-1"), shelved.indexes._settings, shelved.store)
    shelved.keep(shelved.first)
    before = laptops.current(shelved.source, NOW)
    shelved.keep(shelved.second)
    after = laptops.current(shelved.source, NOW)
    assert before is not None
    assert after is not None
    assert before.sha256 != after.sha256
    assert laptops.current(shelved.source, NOW) is after


def test_a_container_asks_the_record_again_after_a_minute(shelved: Shelved) -> None:
    shelved.keep(shelved.first)
    first = shelved.container.current(shelved.source, NOW)
    assert first is not None
    shelved.keep(shelved.second)
    just_before = NOW + ASKED_AGAIN - timedelta(milliseconds=1)
    assert shelved.container.current(shelved.source, just_before) is first
    second = shelved.container.current(shelved.source, NOW + ASKED_AGAIN)
    assert second is not None
    assert second.sha256 != first.sha256
    assert second.number != first.number


def test_an_index_of_another_hash_is_none(shelved: Shelved) -> None:
    state = shelved.keep(shelved.first)
    stored = shelved.store.crl_state(SOURCE)
    assert stored is not None
    shelved.store.write(WriteCrlState(replace(stored, index_sha256="0" * 64)))
    assert shelved.container.current(shelved.source, NOW) is None
    stored = shelved.store.crl_state(SOURCE)
    assert stored is not None
    shelved.store.write(WriteCrlState(replace(stored, index_sha256=state.index_sha256)))
    assert shelved.container.current(shelved.source, NOW + ASKED_AGAIN) is not None


def test_a_bucket_that_is_down_is_no_index_and_keeps_none(shelved: Shelved) -> None:
    shelved.keep(shelved.first)
    broken = S3CrlIndexes(
        Aws("ap-south-1"),
        Settings({**shelved.laptop.environment, "DOCUMENTS_BUCKET": "no-such-bucket"}),
        shelved.store,
    )
    assert broken.current(shelved.source, NOW) is None
    with pytest.raises(IndexUnkept):
        broken.keep(SOURCE, None, iter([b"index"]))
    with pytest.raises(IndexUnkept):
        broken.keep_crl("0" * 64, b"crl")
