"""Linking on fakes: statements, signatures that say who made them, and the journey's steps played one by one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from chalicelib.domain.accounts.account import Account
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.identifiers import Iec
from chalicelib.domain.iec.linking import IecLinking
from chalicelib.domain.iec.linking_steps import LinkingSteps
from chalicelib.domain.iec.records import Person
from chalicelib.domain.iec.reminding import LinkReminders
from chalicelib.domain.signatures.binding import LinkingRules
from chalicelib.domain.signatures.demands import Demands
from chalicelib.domain.signatures.journey import Place, place
from chalicelib.domain.signatures.report import (
    Aspect,
    Finding,
    Kind,
    Reason,
    SignerShown,
    Verdict,
    fails,
    holds,
    report,
)
from chalicelib.domain.signatures.settling import Settling
from chalicelib.domain.signatures.signers import Demand, Signer, Validated
from chalicelib.domain.signatures.signing_steps import SigningSteps
from chalicelib.domain.signatures.signings import Signing
from chalicelib.domain.signatures.validating import Validating
from chalicelib.domain.signatures.validation import Validator
from tests.domain.iec.world import CALLER, IecWorld

DSC_LIFE = timedelta(days=700)


@dataclass
class FakeValidator:
    """Judges signatures of `signature_of`: who made them and over what stands in them."""

    is_revocation_known: bool = True

    def dsc(self, signature: bytes, document: bytes, demand: Demand, now: datetime) -> Validated:
        said = json.loads(signature[1:])
        until = datetime.fromisoformat(said["until"])
        shown = SignerShown(said["name"], "", Kind.INDIVIDUAL, "Test Sub CA", "1", said["fingerprint"], now, until)
        signer = Signer(shown, Kind.INDIVIDUAL, said["pan_hash"], "", said["name"], None, None, frozenset())
        is_this = said["document"] == hashlib.sha256(document).hexdigest() == demand.document_sha256.hex()
        findings = [holds(Aspect.INTACT) if is_this else fails(Aspect.INTACT, Reason.ANOTHER_DOCUMENT)]
        if is_this:
            findings += [holds(Aspect.SIGNER), holds(Aspect.CHAIN), holds(Aspect.POLICY)]
            unknown = Finding(Aspect.REVOCATION, Verdict.UNKNOWN, Reason.REVOCATION_UNKNOWN)
            findings += [holds(Aspect.REVOCATION) if self.is_revocation_known else unknown, demand.bind(signer)]
        return Validated(report(tuple(findings), now, demand.document_sha256.hex(), shown, now), signer, (b"leaf",))


def signature_of(person: Person, document: str, until: datetime) -> bytes:
    """A signature as `FakeValidator` reads it; it begins as DER does."""
    said = {
        "name": person.name,
        "pan_hash": hashlib.sha256(person.pan.encode()).hexdigest(),
        "document": hashlib.sha256(document.encode()).hexdigest(),
        "fingerprint": hashlib.sha256(person.name.encode()).hexdigest(),
        "until": until.isoformat(),
    }
    return b"0" + json.dumps(said).encode()


@dataclass
class LinkingWorld(IecWorld):
    """The desks of linking beside those of users."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.linking = IecLinking(self.store, self.desk, self.clock)
        self.link_steps = LinkingSteps(self.store, self.clock)
        self.signing_steps = SigningSteps(self.store, self.journeys, self.clock)
        self.settling = Settling(self.store, self.documents, self.keyring, self.clock)
        self.demands = Demands(self.store, self.keyring, LinkingRules())
        self.validator = FakeValidator()
        self.validating = Validating(
            self.store, self.documents, self.demands, cast("Validator", self.validator), self.settling, self.clock
        )
        self.reminders = LinkReminders(self.store, self.clock)

    def open_link(self, account: Account, iec: str) -> Signing:
        return self.linking.open(self.actor(account), Iec(iec), CALLER)

    def hand_in(self, actor: Actor, signing: Signing, person: Person, document: str | None = None) -> Signing:
        signature = signature_of(person, document or signing.document, self.now + DSC_LIFE)
        return self.desk.hand_in(signing.signing_id, actor.key, signature, CALLER)

    def validate(self, signing: Signing) -> Signing:
        return self.validating.validate(signing.signing_id)

    def judged(self, account: Account, signing: Signing, person: Person) -> Signing:
        """Handed in and judged."""
        return self.validate(self.hand_in(self.actor(account), signing, person))

    def linked(self, account: Account, signing: Signing, person: Person) -> Signing:
        """Handed in, judged and, where it holds, carried out."""
        judged = self.judged(account, signing, person)
        return self.link_steps.link(judged.signing_id) if place(judged) is Place.CARRY_OUT else judged

    def stored(self, signing: Signing) -> Signing:
        found = self.store.signing(signing.signing_id)
        assert found is not None
        return found

    def with_record(self, iec: str, **changes: Any) -> None:
        record = self.store.iec_record(iec)
        assert record is not None
        self.store.put_iec_record(replace(record, **changes))
