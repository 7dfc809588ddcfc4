"""A fetch and its steps on fakes: the locker holds one document, and says what a test lets it say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

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
from chalicelib.domain.digilocker.fetch_steps import FetchSteps
from chalicelib.domain.digilocker.fetches import Fetch, FetchItem, ItemStatus
from chalicelib.domain.digilocker.fetching import code_context, verifier_context
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
FILE = PROFILE.file.replace("{uri}", URI)
LISTED = {"uri": URI, "doctype": "PANCR", "name": "PAN Card", "issuer": "ITD", "mime": "application/pdf"}


class FetchingWorld(OwnDocumentsWorld):
    """A fetch whose one document waits in the locker, and the step."""

    def __post_init__(self) -> None:
        super().__post_init__()
        vault = self.vault = FakeVault()
        self.line = FakeLine()
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
        self.steps_of_fetch = FetchSteps(
            self.store, self.journeys, vault, access, self.keeping, self.consents.drop, self.clock
        )
        self.line.say(PROFILE.issued, json_reply({"items": [LISTED]}))
        self.line.say(FILE, file_reply(pdf()))

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

    def came_back(self) -> Fetch:
        """A fetch whose code is still to be exchanged."""
        fetch = self.fetch()
        code = self.vault.seal(code_context(fetch.fetch_id), b"code-1")
        verifier = self.vault.seal(verifier_context(fetch.fetch_id), b"verifier-1")
        fetch = replace(fetch, sealed_code=code, sealed_verifier=verifier)
        self.store.write(WriteFetch(fetch))
        return fetch

    def ended(self, consent: Consent) -> None:
        """The consent was revoked, everything done."""
        stored = self.store.consent(consent.consent_id)
        assert stored is not None
        self.store.write(WriteConsent(replace(stored, status=ConsentStatus.REVOKED, tokens=None)))

    def is_clean(self, fetch: Fetch) -> bool:
        """Whether nothing is kept of what came."""
        return not self.store.own_documents_of(fetch.owner) and not self.documents.kept
