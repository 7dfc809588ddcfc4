"""The step that fetches one document, where its consent or its account ended meanwhile: nothing of it stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.accounts.account import Account, AccountStatus
from chalicelib.domain.changes import WriteOwner
from chalicelib.domain.departments.changes import WriteDepartment
from chalicelib.domain.departments.departments import (
    Department,
    DepartmentKey,
    DepartmentRole,
    DepartmentStatus,
    DigiLockerClient,
    KeyPurpose,
)
from chalicelib.domain.departments.keys import DepartmentKeys, context_of
from chalicelib.domain.digilocker.changes import WriteConsent, WriteFetch
from chalicelib.domain.digilocker.consenting import Consents
from chalicelib.domain.digilocker.consents import Consent, ConsentStatus
from chalicelib.domain.digilocker.fetches import Fetch, FetchItem, ItemStatus
from chalicelib.domain.digilocker.fetching_documents import FetchingDocuments
from chalicelib.domain.digilocker.locker_access import LockerAccess
from chalicelib.domain.digilocker.token_keeping import TokenKeeping
from chalicelib.domain.digilocker.tokens import TokenSet
from tests.domain.digilocker.fake_line import PROFILE, SECRET, FakeLine, file_reply, json_reply
from tests.domain.digilocker.own_documents_world import PAN, OwnDocumentsWorld
from tests.domain.icegate.pdfs import pdf
from tests.fakes import FakeVault

DEPARTMENT_ID = "d" * 22
URI = f"in.gov.pan-PANCR-{PAN}"
LISTED = {"uri": URI, "doctype": "PANCR", "name": "PAN Card", "issuer": "ITD", "mime": "application/pdf"}


class World(OwnDocumentsWorld):
    """A fetch whose one document waits in the locker, and the step."""

    def __post_init__(self) -> None:
        super().__post_init__()
        vault, self.line = FakeVault(), FakeLine()
        sealed = vault.seal(context_of(DEPARTMENT_ID, KeyPurpose.CLIENT_SECRET, "key1"), SECRET)
        department = Department(
            DEPARTMENT_ID,
            {"en": "Trade"},
            "in.gov.tn.trade",
            frozenset({DepartmentRole.REQUESTER}),
            DepartmentStatus.ACTIVE,
            self.now,
            "account:1",
            keys=(DepartmentKey("key1", KeyPurpose.CLIENT_SECRET, self.now, "account:1", sealed=sealed),),
            client=DigiLockerClient("CLIENT1", "Pravesh"),
        )
        self.store.write(WriteDepartment(department))
        keys = DepartmentKeys(self.store, vault, self.clock)
        access = LockerAccess(self.store, keys, lambda _: PROFILE, lambda _: self.line, "https://x.example/callback")
        self.keeping = TokenKeeping(self.store, vault, access, self.clock)
        self.consents = Consents(self.store, self.documents, access, self.keeping, lambda _: None, self.clock)
        self.step = FetchingDocuments(
            self.store,
            access,
            self.keeping,
            self.filing,
            self.consents.remove_documents,
            self.consents.drop,
            self.clock,
        )
        self.line.say(PROFILE.issued, json_reply({"items": [LISTED]}))
        self.line.say(PROFILE.file.replace("{uri}", URI), file_reply(pdf()))

    def begun(self, **more: Any) -> tuple[Fetch, Consent]:
        """A fetch that has its consent and its list, and nothing else yet."""
        fetch = replace(self.fetch(), items=(FetchItem("PANCR", ItemStatus.AWAITED, uri=URI),), **more)
        consent = self.consent(fetch_id=fetch.fetch_id, owner=fetch.owner)
        tokens = TokenSet("access-1", "refresh-1", self.now + timedelta(hours=1))
        stored = self.store.consent(consent.consent_id)
        assert stored is not None
        self.store.write(WriteConsent(replace(stored, tokens=self.keeping.sealed(consent.consent_id, tokens))))
        fetch = replace(fetch, consent_id=consent.consent_id)
        self.store.write(WriteFetch(fetch))
        return fetch, consent

    def ended(self, consent: Consent) -> None:
        """The consent was revoked, everything done."""
        stored = self.store.consent(consent.consent_id)
        assert stored is not None
        self.store.write(WriteConsent(replace(stored, status=ConsentStatus.REVOKED, tokens=None)))

    def is_clean(self, fetch: Fetch) -> bool:
        """Whether nothing is kept of what came."""
        return not self.store.own_documents_of(fetch.owner) and not self.documents.kept


@pytest.fixture
def world() -> World:
    return World()


def test_it_is_filed(world: World) -> None:
    fetch, _ = world.begun()
    assert world.step.fetch(fetch.fetch_id, 0).items[0].status is ItemStatus.FETCHED
    assert not world.is_clean(fetch)


class TestRevokedMeanwhile:
    """A run that died after it filed, and a revocation that was done by then: the next run sees to it."""

    def test_before_its_place_was_written(self, world: World) -> None:
        fetch, consent = world.begun()
        world.ended(consent)
        world.filed(consent)
        assert world.step.fetch(fetch.fetch_id, 0).items[0].reason == "consent_over"
        assert world.is_clean(fetch)

    def test_after_its_place_was_written(self, world: World) -> None:
        fetch, consent = world.begun()
        world.step.fetch(fetch.fetch_id, 0)
        world.ended(consent)
        world.step.fetch(fetch.fetch_id, 0)
        assert world.is_clean(fetch)


class TestClosedMeanwhile:
    """An account that was closed while its owner was at DigiLocker."""

    @pytest.fixture
    def closed(self, world: World) -> Account:
        owner = world.officers[0].owner
        assert isinstance(owner, Account)
        stored = world.store.owner(world.officers[0].key)
        assert isinstance(stored, Account)
        return replace(stored, status=AccountStatus.CLOSED)

    def test_nothing_is_asked_for_it_and_its_consent_ends(self, world: World, closed: Account) -> None:
        fetch, consent = world.begun(owner=world.officers[0].key)
        world.store.write(WriteOwner(closed))
        assert world.step.fetch(fetch.fetch_id, 0).items[0].reason == "consent_over"
        assert world.line.asked == []
        stored = world.store.consent(consent.consent_id)
        assert stored is not None
        assert stored.status is ConsentStatus.REVOKING
        assert stored.tokens is not None

    def test_closed_while_the_document_comes(self, world: World, closed: Account) -> None:
        fetch, consent = world.begun(owner=world.officers[0].key)

        def said(_: object) -> Any:
            world.store.write(WriteOwner(closed))
            return file_reply(pdf())

        world.line.say(PROFILE.file.replace("{uri}", URI), said)
        world.step.fetch(fetch.fetch_id, 0)
        assert world.is_clean(fetch)
        stored = world.store.consent(consent.consent_id)
        assert stored is not None
        assert stored.status is ConsentStatus.REVOKING
