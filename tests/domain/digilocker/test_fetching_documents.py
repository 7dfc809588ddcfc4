"""The step that fetches one document, where its consent or its account ended meanwhile: nothing of it stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.accounts.account import Account, AccountStatus
from chalicelib.domain.changes import WriteOwner
from chalicelib.domain.digilocker.consents import ConsentStatus
from chalicelib.domain.digilocker.fetches import ItemStatus
from tests.domain.digilocker.fake_line import file_reply
from tests.domain.digilocker.fetching_world import FILE, FetchingWorld
from tests.domain.icegate.pdfs import pdf


@pytest.fixture
def world() -> FetchingWorld:
    return FetchingWorld()


def test_it_is_filed(world: FetchingWorld) -> None:
    fetch, _ = world.begun()
    assert world.step.fetch(fetch.fetch_id, 0).items[0].status is ItemStatus.FETCHED
    assert not world.is_clean(fetch)


class TestRevokedMeanwhile:
    """A run that died after it filed, and a revocation that was done by then: the next run sees to it."""

    def test_before_its_place_was_written(self, world: FetchingWorld) -> None:
        fetch, consent = world.begun()
        world.ended(consent)
        world.filed(consent)
        assert world.step.fetch(fetch.fetch_id, 0).items[0].reason == "consent_over"
        assert world.is_clean(fetch)

    def test_after_its_place_was_written(self, world: FetchingWorld) -> None:
        fetch, consent = world.begun()
        world.step.fetch(fetch.fetch_id, 0)
        world.ended(consent)
        world.step.fetch(fetch.fetch_id, 0)
        assert world.is_clean(fetch)


class TestClosedMeanwhile:
    """An account that was closed while its owner was at DigiLocker."""

    @pytest.fixture
    def closed(self, world: FetchingWorld) -> Account:
        owner = world.officers[0].owner
        assert isinstance(owner, Account)
        stored = world.store.owner(world.officers[0].key)
        assert isinstance(stored, Account)
        return replace(stored, status=AccountStatus.CLOSED)

    def test_nothing_is_asked_for_it_and_its_consent_ends(self, world: FetchingWorld, closed: Account) -> None:
        fetch, consent = world.begun(owner=world.officers[0].key)
        world.store.write(WriteOwner(closed))
        assert world.step.fetch(fetch.fetch_id, 0).items[0].reason == "consent_over"
        assert world.line.asked == []
        stored = world.store.consent(consent.consent_id)
        assert stored is not None
        assert stored.status is ConsentStatus.REVOKING
        assert stored.tokens is not None

    def test_closed_while_the_document_comes(self, world: FetchingWorld, closed: Account) -> None:
        fetch, consent = world.begun(owner=world.officers[0].key)

        def said(_: object) -> Any:
            world.store.write(WriteOwner(closed))
            return file_reply(pdf())

        world.line.say(FILE, said)
        world.step.fetch(fetch.fetch_id, 0)
        assert world.is_clean(fetch)
        stored = world.store.consent(consent.consent_id)
        assert stored is not None
        assert stored.status is ConsentStatus.REVOKING
