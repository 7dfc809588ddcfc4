"""A registrant who upgrades, and the officers who decide, on fakes; a signature holds because the world says so."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain import sessions
from chalicelib.domain.accounts.account import Account, AccountStatus, Post, Role, names_of
from chalicelib.domain.accounts.owners import Owner, OwnerKey, icegate_key, owner_key
from chalicelib.domain.audit import Event
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import HoldIcegateId, OpenAccount, TakeName, WriteOwner, WriteSigning
from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate import pdf_documents
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount, RegistrationKind
from chalicelib.domain.icegate.full_registration_rules import Decision
from chalicelib.domain.icegate.full_registration_steps import FullRegistrationSteps
from chalicelib.domain.icegate.full_registrations import (
    DocumentKind,
    FullRegistration,
    FullRegistrationStatus,
    UploadedDocument,
)
from chalicelib.domain.icegate.reviewing import Reviews
from chalicelib.domain.icegate.upgrading import FullRegistrations
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile
from chalicelib.domain.sessions import Level
from chalicelib.domain.signatures.desk import SigningDesk
from chalicelib.domain.signatures.report import Aspect, Kind, SignerShown, holds, report
from chalicelib.domain.signatures.signings import EvidenceKept, SignatureMethod, Signing, SigningStatus, Submission
from tests.domain.icegate.pdfs import pdf
from tests.fakes import FakeDocuments, FakeJourneys, FakeKeyring, FakeStore

CALLER = Caller("203.0.113.7", "Firefox, Android", "request-1", "en")
ID = IcegateId("asha_exports")
KEY = icegate_key(ID)
CONTACT = Contact(EmailAddress("asha@exports.example"), Mobile("+919876500001"))
NEEDED = (DocumentKind.PAN_CARD, DocumentKind.IDENTITY_PROOF)
_numbers = itertools.count(1)


@dataclass
class UpgradeWorld:
    """The desks and the steps, and the people at them."""

    now: datetime = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
    store: FakeStore = field(init=False)

    def __post_init__(self) -> None:
        self.store, self.keyring, self.journeys = FakeStore(self.clock), FakeKeyring(), FakeJourneys()
        self.documents = FakeDocuments()
        self.signings = SigningDesk(self.store, self.journeys, self.documents, self.keyring, self.clock)
        self.desk = FullRegistrations(
            self.store, self.journeys, self.documents, self.keyring, self.signings, self.clock
        )
        self.steps = FullRegistrationSteps(self.store, self.journeys, self.clock)
        self.reviews = Reviews(self.store, self.journeys, self.documents, self.clock)
        self.officers = [self.officer(), self.officer()]
        hold = Hold(ID, Iec("ABCPM1234K"), "registration-1", self.now + timedelta(hours=1))
        self.store.write(HoldIcegateId(hold, self.now))
        account = IcegateAccount(
            ID,
            hold.iec,
            Gstin("27ABCPM1234K1Z5"),
            "ASHA MEHTA",
            CONTACT,
            RegistrationKind.SIMPLIFIED,
            "none",
            "en",
            "registration-1",
            self.now,
        )
        self.store.write(OpenAccount(account))

    def clock(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)

    # Who there is.

    @property
    def account(self) -> IcegateAccount:
        """The registrant's account as it is now."""
        found = self.store.owner(KEY)
        assert isinstance(found, IcegateAccount)
        return found

    @property
    def asha(self) -> Actor:
        """The registrant, with a session."""
        return self.actor(self.account)

    def officer(self) -> Actor:
        """An officer, with a session."""
        number = next(_numbers)
        contact = Contact(EmailAddress(f"officer{number}@dgft.gov.in"), Mobile(f"+9170{number:08}"))
        post = Post("chennai", "system", self.now, self.now, joined_at=self.now)
        account = Account(
            account_id=sessions.new_id(),
            role=Role.OFFICER,
            status=AccountStatus.ACTIVE,
            username=contact.email,
            name=f"Officer {number}",
            contact=contact,
            password_hash="none",
            language="en",
            created_at=self.now,
            email_confirmed_at=self.now,
            mobile_confirmed_at=self.now,
            post=post,
        )
        self.store.write(WriteOwner(account), *(TakeName(name, self.now) for name in names_of(account)))
        return self.actor(account)

    def actor(self, owner: Owner) -> Actor:
        """Somebody with a session."""
        session = sessions.opened(
            sessions.new_token(), owner_key(owner), owner.security.generation, Level.FULL, "Firefox", self.now
        )
        return Actor(owner, session)

    # What there is.

    @property
    def stored(self) -> FullRegistration:
        """The registration opened last, as it is stored."""
        found = self.store.full_registration(str(self.account.full_registration_id))
        assert found is not None
        return found

    @property
    def status(self) -> FullRegistrationStatus:
        """How the registrant is told that it stands."""
        registration = self.desk.standing(self.asha).registration
        assert registration is not None
        return registration.status

    def deeds(self, stream: OwnerKey = KEY) -> list[str]:
        """What the audit tells of somebody, the oldest first."""
        events: list[Event] = list(self.store.audit_events(stream))
        return [event.deed.value for event in events]

    def notices(self) -> list[str]:
        """What was written to the registrant, each kind with its channel."""
        return sorted(f"{message.kind.value} {message.channel.value}" for message in self.store.messages_of(KEY))

    # What they do.

    def open(self) -> FullRegistration:
        """Open a registration."""
        opened = self.desk.open(self.asha, CALLER).registration
        assert opened is not None
        return opened

    def signed(self, signing_id: str, until: timedelta = timedelta(days=700)) -> Signing:
        """The signing after a good signature, as settling leaves it."""
        signing = self.store.signing(signing_id)
        assert signing is not None
        signer = SignerShown(
            "ASHA MEHTA",
            "",
            Kind.INDIVIDUAL,
            "Sub-CA",
            "0a",
            sessions.token_hash(signing_id),
            self.now,
            self.now + until,
        )
        found = report(tuple(map(holds, Aspect)), self.now, signing.document_sha256, signer, self.now)
        good = replace(
            signing,
            status=SigningStatus.VERIFIED,
            report=found,
            submission=Submission(SignatureMethod.DSC, "submissions/1", "ab" * 32, self.now),
            evidence=EvidenceKept("evidence/1", "cd" * 32),
        )
        self.store.write(WriteSigning(good))
        return good

    def signed_and_registered(self, **more: Any) -> FullRegistration:
        """Opened and signed: documents are next."""
        opened = self.open()
        self.signed(opened.signing_id, **more)
        registered = self.steps.register_dsc(opened.signing_id)
        assert registered is not None
        return registered

    def upload(self, kind: DocumentKind = DocumentKind.PAN_CARD, content: bytes | None = None) -> UploadedDocument:
        """Ask, upload, have it inspected."""
        document, form = self.desk.ask_upload(self.asha, kind, f"{kind.value}.pdf")
        self.documents.upload(form, pdf() if content is None else content)
        return self.confirm(document.document_id)

    def confirm(self, document_id: str) -> UploadedDocument:
        """Have an upload inspected."""
        return self.desk.confirm_upload(self.asha, document_id, pdf_documents.refused, CALLER)

    def submitted(self, **more: Any) -> FullRegistration:
        """Sent in with everything that is needed."""
        self.signed_and_registered(**more)
        for kind in NEEDED:
            self.upload(kind)
        return self.submit()

    def submit(self) -> FullRegistration:
        """Send it in."""
        registration = self.desk.submit(self.asha, CALLER).registration
        assert registration is not None
        return registration

    def decide(self, decision: Decision, reason: str | None = None, officer: int = 0) -> FullRegistration:
        """One of the two officers decides."""
        seen = (self.stored.submitted_at or self.now).replace(microsecond=0)
        return self.decide_on(seen, decision, reason, officer)

    def decide_on(
        self, seen: datetime, decision: Decision, reason: str | None = None, officer: int = 0
    ) -> FullRegistration:
        """One of the two officers decides on what was sent in at this moment."""
        return self.reviews.decide(self.officers[officer], self.stored.registration_id, decision, reason, seen, CALLER)

    def approved(self, **more: Any) -> IcegateAccount:
        """All the way."""
        sent = self.submitted(**more)
        self.decide(Decision.APPROVE)
        self.steps.approve(sent.registration_id)
        return self.account
