"""A consent ends: nothing of what it gave stays in a registration that was not sent in, however it got there."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.digilocker.consenting import Consents
from chalicelib.domain.digilocker.consents import Consent
from chalicelib.domain.digilocker.fetches import Purpose
from chalicelib.domain.digilocker.own_documents import OwnDocument
from chalicelib.domain.icegate import pdf_documents
from chalicelib.domain.icegate.full_registration_rules import Decision
from chalicelib.domain.icegate.full_registrations import DocumentKind, FullRegistrationStatus
from chalicelib.domain.icegate.taking_back import TakingBack
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.digilocker.own_documents_world import OwnDocumentsWorld
from tests.domain.icegate.pdfs import pdf
from tests.domain.icegate.upgrade_world import CALLER


class World(OwnDocumentsWorld):
    """A registrant with a document that was fetched for the registration."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.signed_and_registered()
        self.given = self.consent(purpose=Purpose.FULL_REGISTRATION)
        self.document = self.filed(self.given)
        take_back = TakingBack(self.store, self.documents, self.clock)
        nothing: Any = None
        # Without tokens nobody is to be told.
        self.consents = Consents(self.store, self.documents, nothing, nothing, take_back, self.clock)

    def take(self, document: OwnDocument | None = None, inspect: Any = pdf_documents.refused) -> None:
        """Put the document into the registration."""
        document_id = (document or self.document).document_id
        self.taking.take(self.asha, DocumentKind.PAN_CARD, document_id, inspect, CALLER)

    def revoke(self) -> Consent:
        """Take the consent back."""
        return self.consents.revoke(self.asha, self.given.consent_id, CALLER)

    def copies(self) -> list[str]:
        """Files that lie with registrations."""
        return [key for key in self.documents.kept if key.startswith("documents/")]


@pytest.fixture
def world() -> World:
    return World()


def test_its_entry_and_its_file_go(world: World) -> None:
    world.take()
    world.revoke()
    assert (world.stored.documents, world.copies()) == ((), [])


def test_revoked_while_it_is_being_taken_it_does_not_stay(world: World) -> None:
    def revoked_meanwhile(_: bytes) -> None:
        world.revoke()

    with pytest.raises(Refusal) as caught:
        world.take(inspect=revoked_meanwhile)
    assert caught.value.code is Code.CONSENT_ENDED
    assert (world.stored.documents, world.copies()) == ((), [])


def test_what_its_owner_took_out_again_leaves_no_file(world: World) -> None:
    world.take()
    world.desk.remove(world.asha, world.document.document_id)
    world.revoke()
    assert world.copies() == []


def test_from_one_that_ran_out_it_goes_too(world: World) -> None:
    world.take()
    world.advance(days=29, hours=23)
    world.now = max(world.now, world.stored.expires_at)
    assert world.status is FullRegistrationStatus.EXPIRED
    world.revoke()
    assert (world.stored.documents, world.copies()) == ((), [])


def test_what_was_taken_when_more_was_asked_goes_and_what_was_sent_in_stays(world: World) -> None:
    world.upload(DocumentKind.PAN_CARD)
    world.upload(DocumentKind.IDENTITY_PROOF)
    world.submit()
    world.advance(hours=1)
    world.decide(Decision.ASK, "A clearer PAN card, please.")
    world.take()
    assert len(world.stored.documents) == 3
    world.revoke()
    assert len(world.stored.documents) == 2
    assert world.stored.submitted_at is not None


def test_an_upload_of_the_same_bytes_keeps_its_file(world: World) -> None:
    world.take(world.filed(world.given, content=pdf()))
    world.upload(DocumentKind.PAN_CARD, pdf())
    world.revoke()
    (upload,) = world.stored.documents
    assert upload.key in world.documents.kept
