"""A person at an eSign provider: the signing, the provider's answers, and the steps that judge them, on fakes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.changes import WriteSigning
from chalicelib.domain.identifiers import Iec, Pan
from chalicelib.domain.iec.records import IecRecord, NatureOfConcern, Person, PersonRole
from chalicelib.domain.signatures.binding import LinkingRules
from chalicelib.domain.signatures.demands import Demands
from chalicelib.domain.signatures.esign.answers import EsignAnswers
from chalicelib.domain.signatures.esign.providers import Environment, EsignProfile, EsignProviders, EsignUnavailable
from chalicelib.domain.signatures.esign.steps import EsignSteps
from chalicelib.domain.signatures.esign.validators import EsignSignatures
from chalicelib.domain.signatures.report import Reason
from chalicelib.domain.signatures.settling import Settling
from chalicelib.domain.signatures.signings import (
    LIFETIME,
    EsignTransaction,
    Purpose,
    SignatureMethod,
    Signing,
    SigningStatus,
)
from infra.local import esign_answers
from infra.local.authority import Credential
from infra.local.certificate_profiles import Profile, Wanted
from infra.local.esign_answers import FIRST, Family, Said, Signatory, Wrong
from tests.conftest import FakeClock
from tests.domain.signatures.signing_world import NOW, authority, validator
from tests.fakes import FakeDocuments, FakeJourneys, FakeKeyring, FakeStore

ZEENAT = Signatory("Zeenat Zaheer", 1971)
SIGNING = "3q2-7wAAECAwQFBgcICQoL"
TXN = "0123456789abcdef0123456789abcdef"
ORIGIN = "https://pravesh.example"
DOCUMENT = "I, Zeenat Zaheer, link my login to IEC ZZZPZ9999Z.\nनमस्ते\n"
SHA256 = hashlib.sha256(DOCUMENT.encode()).digest()


@cache
def asp() -> Credential:
    return authority().issue(Wanted(profile=Profile.DOCUMENT_SIGNER, common_name="Pravesh, test"))


@cache
def provider(name: str = "first", key: Any = "rsa") -> Credential:
    return authority().issue(Wanted(profile=Profile.DOCUMENT_SIGNER, common_name=f"Provider {name} {key}", key=key))


def profile(family: Family = FIRST, **changes: Any) -> EsignProfile:
    made = EsignProfile(
        name=family.name,
        title=family.title,
        environment=Environment.TEST,
        address="https://esign.example/signdoc",
        status_address="https://esign.example/status",
        status_field="msg",
        asp_id="ASP1",
        asp_certificate=asp().der,
        certificates=(provider(family.name).der,),
        request_field="eSignRequest",
        txn_field="aspTxnID",
        response_sig_type="pkcs7",
        answer_c14n=frozenset({family.c14n}),
        response_fields=(family.field,),
        cancel_codes=frozenset({"ESP-CANCEL"}),
    )
    return replace(made, **changes)


def leaf(family: Family = FIRST, who: Signatory = ZEENAT, at: datetime = NOW) -> Credential:
    return esign_answers.leaf_of(authority(), family, who, at)


def said(family: Family = FIRST, at: datetime = NOW, who: Signatory = ZEENAT, **changes: Any) -> Said:
    by = leaf(family, who, at)
    return esign_answers.success(family, by, **{"txn": TXN, "document_sha256": SHA256, "at": at, **changes})


def answer(family: Family = FIRST, what: Said | None = None, wrong: Wrong | None = None, at: datetime = NOW) -> bytes:
    return esign_answers.signed(family, provider(family.name), what or said(family, at), wrong)


def signing(family: Family = FIRST, **changes: Any) -> Signing:
    made = Signing(
        signing_id=SIGNING,
        purpose=Purpose.LINK_IEC,
        owner=OwnerKey("account:someone"),
        iec="ZZZPZ9999Z",
        document=DOCUMENT,
        document_sha256=SHA256.hex(),
        nonce="00" * 16,
        methods=(SignatureMethod.DSC, SignatureMethod.ESIGN),
        language="hi",
        status=SigningStatus.PREPARING_ESIGN,
        created_at=NOW - timedelta(minutes=1),
        expires_at=NOW - timedelta(minutes=1) + LIFETIME,
        attempts=1,
        esign=EsignTransaction(family.name, TXN, NOW, NOW - timedelta(minutes=1) + LIFETIME),
        task_token="the journey waits",
    )
    return replace(made, **changes)


RECORD = IecRecord(
    Iec("ZZZPZ9999Z"),
    Pan("ZZZPZ9999Z"),
    "Kaveri Handlooms",
    NatureOfConcern.PROPRIETORSHIP,
    (Person("Zeenat Zaheer", Pan("ZZZPZ9999Z"), date(1971, 3, 9), PersonRole.PROPRIETOR),),
)


@dataclass
class FakeKey:
    """Our key; `is_down`, and it cannot be reached. `meanwhile` happens while it signs."""

    is_down: bool = False
    meanwhile: Callable[[], object] | None = None

    def sign(self, data: bytes, padding: Any, algorithm: Any) -> bytes:
        if self.is_down:
            raise EsignUnavailable
        if self.meanwhile:
            self.meanwhile()
        key: Any = asp().key
        signature: bytes = key.sign(data, padding, algorithm)
        return signature


@dataclass
class FakeStatusLine:
    """A provider that is asked server to server; `says` None, and it does not answer."""

    says: Callable[[], bytes] | None = None
    asked: list[dict[str, str]] = field(default_factory=list)

    def ask(self, profile: EsignProfile, fields: dict[str, str]) -> bytes:
        self.asked.append(fields)
        if self.says is None:
            raise EsignUnavailable
        return self.says()


class World:
    """Everything around one signing that is on its way to a provider."""

    def __init__(self, family: Family = FIRST, **changes: Any) -> None:
        self.family, self.clock = family, FakeClock()
        self.clock.now = NOW
        self.store, self.documents, self.journeys = FakeStore(self.clock), FakeDocuments(), FakeJourneys()
        self.keyring, self.key, self.status_line = FakeKeyring(), FakeKey(), FakeStatusLine()
        self.profile = profile(family, **changes)
        self.validator = validator()
        self.store.put_iec_record(RECORD)
        self.store.write(WriteSigning(signing(family)))

    @property
    def providers(self) -> EsignProviders:
        return EsignProviders((self.profile,))

    @property
    def steps(self) -> EsignSteps:
        return EsignSteps(
            self.store,
            self.documents,
            self.providers,
            self.key,
            self.status_line,
            lambda: EsignSignatures(self.validator),
            Demands(self.store, self.keyring, LinkingRules()),
            Settling(self.store, self.documents, self.keyring, self.clock),
            self.clock,
            ORIGIN,
        )

    @property
    def answers(self) -> EsignAnswers:
        return EsignAnswers(self.store, self.journeys, self.documents, self.keyring, self.clock)

    @property
    def signing(self) -> Signing:
        stored = self.store.signing(SIGNING)
        assert stored is not None
        return stored

    def change(self, **changes: Any) -> Signing:
        self.store.write(WriteSigning(replace(self.signing, **changes)))
        return self.signing

    def at_provider(self) -> Signing:
        return self.steps.prepare(SIGNING)

    def comes(self, content: bytes | None, ip: str = "203.0.113.7") -> Signing:
        self.answers.take(SIGNING, content, ip)
        return self.signing

    def judged(self) -> Signing:
        return self.steps.validate(SIGNING)

    def reason(self) -> Reason | None:
        """The reason that the person is told; None where nothing was found against the signature."""
        report = self.signing.report
        decisive = report.decisive if report else None
        return decisive.reason if decisive else None

    def found(self) -> list[str | None]:
        """What the answers to the open transaction were found to be, in the order in which they came."""
        transaction = self.signing.esign
        return [each.found for each in transaction.answers] if transaction else []


def after(content: bytes, family: Family = FIRST, **changes: Any) -> World:
    """The world after one answer came and was judged."""
    world = World(family, **changes)
    world.at_provider()
    world.comes(content)
    world.judged()
    return world
