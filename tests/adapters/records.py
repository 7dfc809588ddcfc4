"""Records with every field filled, to be written and read again; each call makes one with a key of its own."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from chalicelib.domain import audit
from chalicelib.domain.accounts.account import Account, AccountStatus, Consent, Post, Role
from chalicelib.domain.accounts.flows import Flow, FlowKind, FlowStatus
from chalicelib.domain.accounts.owners import account_key, icegate_key
from chalicelib.domain.accounts.registration import AccountRegistration, RegistrationStatus
from chalicelib.domain.accounts.security import Authenticator, Enrolment, Method, Security, TrustedBrowser
from chalicelib.domain.audit import Deed, Entry, Event, Outcome
from chalicelib.domain.codes import Challenge, Purpose
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount, RegistrationKind
from chalicelib.domain.icegate.dsc import RegisteredDsc
from chalicelib.domain.icegate.full_registrations import (
    DocumentKind,
    DocumentStatus,
    FullRegistration,
    FullRegistrationStatus,
    UploadedDocument,
)
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.icegate.registration import CodesFor, Registration, Status, Wait
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile, Pan
from chalicelib.domain.iec.records import IecRecord, IecStatus, NatureOfConcern, Person, PersonRole
from chalicelib.domain.iec.users import IecRole, IecUser, IecUserStatus, Link, Membership
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.outbox import OutboxMessage
from chalicelib.domain.refusals import Code
from chalicelib.domain.sealing import Sealed
from chalicelib.domain.sessions import Level, Session
from chalicelib.domain.signatures import signings
from chalicelib.domain.signatures.crl_states import CrlState
from chalicelib.domain.signatures.report import Aspect, Kind, Reason, Report, SignerShown, fails, holds, report
from chalicelib.domain.signatures.signings import (
    EsignAnswer,
    EsignTransaction,
    EvidenceKept,
    SignatureMethod,
    Signing,
    SigningStatus,
    Submission,
)

NOW = datetime(2030, 11, 2, 4, 30, 0, 123000, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
CONTACT = Contact(EmailAddress("office@zenith.example"), Mobile("+919876500002"))
OTHER_CONTACT = Contact(EmailAddress("asha@zenith.example"), Mobile("+919876500099"))
HOLDER = Holder(
    Iec("ZZZCZ9999Z"), Pan("ZZZCZ9999Z"), "Zenith Coir", (Gstin("33ZZZCZ9999Z1ZQ"), Gstin("27ZZZCZ9999Z1ZJ")), CONTACT
)
SEALED = Sealed("k1", b"\x00\xff" * 6, b"\xfe\x01" * 18)
SECURITY = Security(
    generation=7,
    authenticator=Authenticator(SEALED, NOW, 63_412_345),
    enrolment=Enrolment(SEALED, LATER),
    recovery_codes=("ab" * 32, "cd" * 32),
    trusted_browsers=(TrustedBrowser("b1", "Firefox, Android", NOW, LATER), TrustedBrowser("b2", "", NOW, LATER)),
)
_numbers = itertools.count(1)


def number() -> int:
    """A number that was not given before."""
    return next(_numbers)


def challenge() -> Challenge:
    return Challenge(
        Purpose.SIMPLIFIED_REGISTRATION_ALTERNATE, "k1", b"\x00\xff" * 8, 3, LATER, NOW, 2, 2, 1, 4, NOW,
        (Channel.EMAIL,),
    )  # fmt: skip


def opened_registration() -> Registration:
    """A simplified registration as it begins."""
    return Registration(
        registration_id=f"registration-{number():09}",
        flow_token_hash="ab" * 32,
        status=Status.CREDENTIALS_REQUIRED,
        iec=HOLDER.iec,
        gstin=HOLDER.gstins[0],
        legal_name=HOLDER.legal_name,
        language="hi",
        contact=CONTACT,
        temporary_password_id="t1",
        expires_at=LATER,
    )


def registration() -> Registration:
    """A simplified registration with every field filled."""
    return replace(
        opened_registration(),
        status=Status.ALTERNATE_CODES_SENT,
        icegate_id=IcegateId("Asha_Exports"),
        password_hash="$argon2id$…",
        codes_for=CodesFor.ALTERNATE,
        challenge=replace(challenge(), channels=(Channel.MOBILE, Channel.EMAIL)),
        alternate=OTHER_CONTACT,
        waiting_for=Wait.ALTERNATE_CODES,
        waiting_since="2030-11-02T04:30:00.123Z#0001",
        task_token="AAAA" * 200,
        claimed_until=NOW,
        sending_failures=2,
        told=("registered.mobile", "registered.email"),
    )


def hold() -> Hold:
    return Hold(IcegateId(f"Asha_{number()}"), HOLDER.iec, "registration-1", LATER)


def icegate_account(held: Hold) -> IcegateAccount:
    """The account as `OpenAccount` makes it of a hold."""
    return IcegateAccount(
        held.icegate_id, held.iec, HOLDER.gstins[0], HOLDER.legal_name, CONTACT, RegistrationKind.SIMPLIFIED,
        "$argon2id$…", "hi", held.registration_id, NOW,
    )  # fmt: skip


def with_every_field(account: IcegateAccount) -> IcegateAccount:
    return replace(
        account,
        security=SECURITY,
        mobile_confirmed_at=NOW,
        email_confirmed_at=LATER,
        replacement_id="flow-1",
        dsc=registered_dsc(),
        full_registration_id="full-registration-1",
        revision=account.revision,
    )


def account() -> Account:
    """A staff account that is closed: every field filled."""
    return Account(
        account_id=f"account-{number():09}",
        role=Role.SUPERVISOR,
        status=AccountStatus.SUSPENDED,
        username="Asha.Rao@dgft.gov.in",
        name="आशा राव",
        contact=CONTACT,
        password_hash="$argon2id$…",
        language="hi",
        created_at=NOW,
        email_confirmed_at=NOW,
        mobile_confirmed_at=LATER,
        consent=Consent("2030-1", NOW, "hi"),
        post=Post("chennai", "account-1", NOW, LATER, NOW, LATER, "account-2", "on leave"),
        security=SECURITY,
        replacement_id="flow-1",
        closed_at=NOW,
        erase_at=LATER,
    )


def account_registration() -> AccountRegistration:
    return AccountRegistration(
        registration_id=f"registration-{number():09}",
        flow_token_hash="ab" * 32,
        status=RegistrationStatus.REGISTERING,
        account_id="account-1",
        role=Role.IMPORTER_EXPORTER,
        name="Asha Rao",
        username="Asha_Rao",
        password_hash="$argon2id$…",
        contact=CONTACT,
        language="hi",
        consent=Consent("2030-1", NOW, "hi"),
        challenge=challenge(),
        expires_at=LATER,
        waiting_since="2030-11-02T04:30:00.123Z#0001",
        task_token="AAAA" * 200,
    )


def flow() -> Flow:
    return Flow(
        flow_id=f"flow-{number():09}",
        flow_token_hash="ab" * 32,
        kind=FlowKind.MOBILE_REPLACEMENT,
        status=FlowStatus.WAITING,
        owner=account_key("account-1"),
        contact=OTHER_CONTACT,
        challenge=challenge(),
        language="hi",
        expires_at=LATER,
        counted_as="account:account-1",
        is_decoy=True,
        effective_at=LATER,
        old_contact=CONTACT,
        stop_challenge=challenge(),
        generation=3,
    )


def session() -> Session:
    return Session(
        token_hash=f"{number():064}",
        session_id=f"session-{number():09}",
        owner=account_key(f"account-{number():09}"),
        level=Level.FULL,
        generation=7,
        signed_in_at=NOW,
        last_used_at=NOW,
        device="Firefox, Android",
        checked_at=NOW,
        checked_by=Method.RECOVERY_CODE,
        challenge=challenge(),
    )


def message() -> OutboxMessage:
    return OutboxMessage(
        message_id=f"message-{number():014}",
        owner=account_key(f"account-{number():09}"),
        kind=NoticeKind.CONTACT_CODE,
        channel=Channel.EMAIL,
        address="asha@zenith.example",
        language="hi",
        asked_at=NOW,
        due_at=LATER,
        values={"name": "आशा", "domain": "icegate.example"},
        challenge=challenge(),
        attempts=3,
        claimed_until=LATER,
        sent_at=NOW,
        provider_id="0100018f-…",
        given_up_because="expired",
    )


def registered_dsc() -> RegisteredDsc:
    return RegisteredDsc("ab" * 32, "ASHA RAO", "Sub-CA for Class 3 2030", LATER, NOW, "signing-1", NOW)


def validation_report() -> Report:
    signer = SignerShown(
        "ASHA RAO", "Zenith Coir", Kind.ORGANISATION, "Sub-CA for Class 3 2030", "0a1b2c", "ab" * 32, NOW, LATER
    )
    found = {aspect: holds(aspect) for aspect in Aspect}
    found[Aspect.BINDING] = fails(Aspect.BINDING, Reason.NOT_OF_THIS_IEC)
    return report(tuple(found.values()), NOW, "cd" * 32, signer, LATER)


def signing() -> Signing:
    return Signing(
        signing_id=f"signing-{number():09}",
        purpose=signings.Purpose.CHANGE_IEC_USERS,
        owner=account_key("account-1"),
        iec=f"{number():010}",
        document="नाम: आशा राव\nIEC: ZZZCZ9999Z\n",
        document_sha256="cd" * 32,
        nonce="n" * 22,
        methods=(SignatureMethod.DSC, SignatureMethod.ESIGN),
        language="hi",
        status=SigningStatus.DONE,
        created_at=NOW,
        expires_at=LATER,
        subject_id="change-1",
        subject='{"change":"suspend"}',
        attempts=2,
        submission=Submission(SignatureMethod.DSC, "submissions/signing-1/2", "ef" * 32, NOW),
        esign=EsignTransaction(
            "provider",
            "txn-2",
            NOW,
            LATER,
            "https://esign.example/",
            "multipart/form-data",
            (("msg", "<Esign/>"),),
            "1",
            LATER,
            (EsignAnswer("answers/txn-2/1", "ab" * 32, NOW, "not_signed"),),
            NOW,
            3,
            "ESP-1",
        ),
        earlier_txns=("txn-0", "txn-1"),
        report=validation_report(),
        evidence=EvidenceKept("evidence/signing-1/ab.zip", "ab" * 32),
        signer="first.cd",
        why="last_owner",
        ended_at=NOW,
        task_token="AAAA" * 200,
        waiting_since="2030-11-02T04:30:00.123Z#0001",
    )


def iec_record() -> IecRecord:
    return IecRecord(
        Iec(f"{number():010}"), HOLDER.pan, HOLDER.legal_name, NatureOfConcern.PARTNERSHIP,
        (
            Person("आशा राव", Pan("ZZZPZ9999Z"), date(1980, 2, 29), PersonRole.PARTNER, is_validated=True),
            Person("Ravi Rao", Pan("ZZZPY9999Y"), date(1999, 12, 31), PersonRole.DIRECTOR),
        ),
        IecStatus.SUSPENDED,
    )  # fmt: skip


def link() -> Link:
    return Link(
        SignatureMethod.ESIGN, "signing-1", NOW, LATER, Kind.EKYC, "ASHA RAO", "Sub-CA 2030", "ab" * 32, "cd" * 32, NOW
    )


def iec_user() -> IecUser:
    return IecUser(
        iec=f"{number():010}",
        user_id=f"user-{number():09}",
        name="आशा राव",
        email="asha@zenith.example",
        role=IecRole.MANAGER,
        status=IecUserStatus.SUSPENDED,
        since=NOW,
        account_id="account-1",
        link=link(),
        invited_by="user-1",
        invitation_expires_at=LATER,
        offered_to="user-2",
        offer_signing_id="signing-2",
    )


def membership() -> Membership:
    return Membership(f"account-{number():09}", HOLDER.iec, f"user-{number():09}")


def full_registration() -> FullRegistration:
    return FullRegistration(
        registration_id=f"registration-{number():09}",
        owner=icegate_key(f"Asha_{number()}"),
        icegate_id="Asha_1",
        iec=HOLDER.iec,
        legal_name=HOLDER.legal_name,
        signing_id="signing-1",
        status=FullRegistrationStatus.MORE_ASKED,
        opened_at=NOW,
        expires_at=LATER,
        language="hi",
        dsc=registered_dsc(),
        documents=(
            UploadedDocument(
                "document-1", DocumentKind.PAN_CARD, "पैन.pdf", "uploads/1", DocumentStatus.REFUSED, NOW, 9, "ab" * 32,
                "not_a_pdf",
            ),
        ),
        submitted_at=NOW,
        decided_at=LATER,
        decided_by="account:account-2",
        reason="The letter is not signed.",
        task_token="AAAA" * 200,
        waiting_since="2030-11-02T04:30:00.123Z#0001",
        waits_for="documents",
    )  # fmt: skip


def crl_state() -> CrlState:
    return CrlState(
        f"source-{number()}", LATER, "crl/source/1.idx", "ab" * 32, "cd" * 32, 4711, NOW, LATER, 1_000_000,
        "shrunk", "ef" * 32,
    )  # fmt: skip


def entry(stream: str, **facts: str) -> Entry:
    return Entry(Deed.CONTACT_CHANGED, "account:somebody", stream, Outcome.REFUSED, Code.LOCKED, facts)


def stream() -> str:
    """The name of a stream that nothing was written to."""
    return f"account:account-{number():09}"


def chain(of_stream: str, length: int, **facts: str) -> list[Event]:
    """The first events of a stream, a second after one another."""
    events: list[Event] = []
    for place in range(length):
        head = events[-1] if events else None
        at = NOW + timedelta(seconds=place)
        events.append(audit.chained(head, of_stream, entry(of_stream, **facts), f"request-{place}", at))
    return events
