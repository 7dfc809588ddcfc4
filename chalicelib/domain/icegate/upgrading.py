"""The desk at which a registrant upgrades to a full registration: each method is one request of the registrant.

Source: ICEGATE's advisory on digital signatures: a class 3 DSC, documents as PDF, an officer's approval. Whose DSC it
is the signature's validation decides: its PAN must be that of somebody on the IEC's record. Every method may be
repeated; `ask_upload` takes a new place each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from chalicelib.domain import limits, sessions
from chalicelib.domain.accounts.owners import owner_key
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, CountUp, WriteFullRegistration, WriteOwner
from chalicelib.domain.icegate import full_registration_rules as rules
from chalicelib.domain.icegate.accounts import IcegateAccount, RegistrationKind
from chalicelib.domain.icegate.dsc import RegisteredDsc
from chalicelib.domain.icegate.full_registration_journey import is_to_be_woken, message_body
from chalicelib.domain.icegate.full_registrations import (
    DOCUMENT_AT_MOST,
    DocumentKind,
    DocumentStatus,
    FullRegistration,
    FullRegistrationStatus,
    UploadedDocument,
)
from chalicelib.domain.ports import Clock, Documents, Journeys, JourneysUnavailable, Keyring, Store, UploadForm
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.signatures import transitions
from chalicelib.domain.signatures.desk import SigningDesk, Wish
from chalicelib.domain.signatures.signings import ENDED as SIGNING_ENDED
from chalicelib.domain.signatures.signings import LIFETIME, Purpose, SignatureMethod, Signing

_METHODS = (SignatureMethod.DSC,)
_STATEMENTS: Mapping[str, Mapping[Purpose, tuple[str, ...]]] = {
    "en": {
        Purpose.FULL_REGISTRATION: (
            "I apply for the full registration of the ICEGATE ID {icegate_id} with this digital signature.",
            "The documents that I send will be true copies.",
        ),
        Purpose.RENEW_DSC: (
            "I register this digital signature with the ICEGATE ID {icegate_id} in the place of the earlier one.",
        ),
    },
    "hi": {
        Purpose.FULL_REGISTRATION: (
            "इस डिजिटल हस्ताक्षर के साथ ICEGATE ID {icegate_id} के पूरे रजिस्ट्रेशन के लिए मेरा आवेदन है।",
            "मेरे भेजे दस्तावेज़ असली की सही प्रतियाँ होंगी।",
        ),
        Purpose.RENEW_DSC: ("ICEGATE ID {icegate_id} में पुराने डिजिटल हस्ताक्षर की जगह यह डिजिटल हस्ताक्षर दर्ज किया जाए।",),
    },
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a registrant stands: the registration opened last, if any, as it is now; and the registered DSC."""

    registration: FullRegistration | None
    may_open: bool
    dsc: RegisteredDsc | None


@dataclass(frozen=True, slots=True)
class FullRegistrations:
    """The desk."""

    store: Store
    journeys: Journeys
    documents: Documents
    keyring: Keyring
    signings: SigningDesk
    clock: Clock

    def standing(self, actor: Actor) -> Standing:
        """Where the registrant stands. What has run out is told as expired, whether or not the journey has said so."""
        account = _account_of(actor)
        return self._standing(account, self._current(account))

    def open(self, actor: Actor, caller: Caller) -> Standing:
        """Opens a full registration, and its signing under the same id.

        Where one is under way, that one is answered: a registrant has one at a time. One that was not signed in time,
        expired or was rejected makes room. Raises `Refusal`: `already_fully_registered`, `too_many_requests`.
        """

        def open_() -> Standing:
            account, now = self._stored(actor), self.clock()
            if account.kind is RegistrationKind.FULL:
                raise Refusal(Code.ALREADY_FULLY_REGISTERED)
            current = self._current(account)
            if current is not None and current.status not in rules.ENDED:
                return self._standing(account, current)
            registration_id = sessions.new_id()
            made = rules.opened(account, actor.key, registration_id, now, now + LIFETIME, caller.language)
            facts = {"registration": registration_id}
            entry = Entry(Deed.FULL_REGISTRATION_OPENED, actor.key, actor.key, facts=facts)
            pointed = replace(account, full_registration_id=registration_id)
            self.signings.open(
                self._wish(account, Purpose.FULL_REGISTRATION, caller, registration_id),
                actor.key,
                caller,
                WriteFullRegistration(made),
                WriteOwner(pointed),
                *self._superseded(current),
                *recorded(self.store, now, caller.request_id, entry),
            )
            return self._standing(pointed, made)

        return in_rounds(open_)

    def renew_dsc(self, actor: Actor, caller: Caller) -> Signing:
        """Opens the signing with which the DSC of a full registration is replaced.

        Raises `Refusal`: `digital_signature_registration_required` for a simplified registrant, `too_many_requests`.
        """

        def renew() -> Signing:
            account = self._stored(actor)
            if account.kind is not RegistrationKind.FULL:
                raise Refusal(Code.DIGITAL_SIGNATURE_REGISTRATION_REQUIRED)
            return self.signings.open(self._wish(account, Purpose.RENEW_DSC, caller), actor.key, caller)

        return in_rounds(renew)

    def ask_upload(self, actor: Actor, kind: DocumentKind, file_name: str) -> tuple[UploadedDocument, UploadForm]:
        """Makes a place for a document, and the form by which the browser uploads it within 10 minutes.

        Raises `Refusal`: `not_found`, `invalid_fields` (`documents_too_many`), `too_many_requests`, and as
        `rules.demand_takes_documents`.
        """

        def ask() -> tuple[UploadedDocument, UploadForm]:
            registration, now = self._own(actor), self.clock()
            document_id = sessions.new_id()
            key = f"uploads/{registration.registration_id}/{document_id}"
            document = UploadedDocument(document_id, kind, file_name, key, DocumentStatus.AWAITED, now)
            asked = rules.with_document(registration, document, now)
            counted = limits.by_uploader(self.keyring.current().material, actor.key, now)
            form = self.documents.upload_form(key, "application/pdf", DOCUMENT_AT_MOST, now)
            self.store.write(WriteFullRegistration(asked), CountUp(counted))
            return document, form

        return in_rounds(ask)

    def confirm_upload(
        self, actor: Actor, document_id: str, inspect: Callable[[bytes], str | None], caller: Caller
    ) -> UploadedDocument:
        """Inspects what was uploaded, and keeps exactly the bytes that were inspected; a second time changes nothing.

        `inspect` gives the reason for which a file is refused. Raises `Refusal`: `not_found`, and as
        `rules.demand_takes_documents`; `DocumentsUnavailable` where the upload did not arrive (yet).
        """
        registration = self._own(actor)
        document = rules.document_of(registration, document_id)
        if document.status is not DocumentStatus.AWAITED:
            return document
        rules.demand_takes_documents(registration, self.clock())
        judged = self._judged(registration, document, inspect)

        def keep() -> UploadedDocument:
            stored, now = self._own(actor), self.clock()
            before = rules.document_of(stored, document_id)
            if before.status is not DocumentStatus.AWAITED:
                return before
            facts = {
                "registration": stored.registration_id,
                "document": judged.kind.value,
                **({"sha256": judged.sha256} if judged.sha256 else {}),
                **({"reason": judged.reason} if judged.reason else {}),
            }
            deed = Deed.DOCUMENT_REFUSED if judged.reason else Deed.DOCUMENT_ADDED
            entry = Entry(deed, actor.key, actor.key, facts=facts)
            self.store.write(
                WriteFullRegistration(rules.with_judged(stored, judged, now)),
                *recorded(self.store, now, caller.request_id, entry),
            )
            return judged

        return in_rounds(keep)

    def remove(self, actor: Actor, document_id: str) -> None:
        """Takes a document away; one that is gone is no matter. Raises as `rules.demand_takes_documents`."""

        def remove() -> None:
            after = rules.without_document(self._own(actor), document_id, self.clock())
            self.store.write(WriteFullRegistration(after))

        in_rounds(remove)

    def submit(self, actor: Actor, caller: Caller) -> Standing:
        """Sends the registration in for review; a second time changes nothing.

        Raises `Refusal`: `not_found`, `documents_missing`, and as `rules.demand_takes_documents`.
        """

        def submit() -> FullRegistration:
            registration, now = self._own(actor), self.clock()
            if rules.is_waiting_for_officer(registration):
                return registration
            sent = rules.submitted(registration, now)
            facts = {"registration": sent.registration_id, "documents": str(len(sent.documents))}
            entry = Entry(Deed.FULL_REGISTRATION_SUBMITTED, actor.key, actor.key, facts=facts)
            self.store.write(WriteFullRegistration(sent), *recorded(self.store, now, caller.request_id, entry))
            return sent

        registration, now = in_rounds(submit), self.clock()
        # Where the journey cannot be told, it looks for itself when its wait ends.
        if registration.task_token is not None and is_to_be_woken(registration, now):
            with suppress(JourneysUnavailable):
                self.journeys.wake(registration.task_token, message_body(registration, now))
        return self._standing(self._stored(actor), registration)

    # What several of them do.

    def _stored(self, actor: Actor) -> IcegateAccount:
        """The account as it is now: the one of the session was read before this round."""
        account = self.store.owner(actor.key)
        if not isinstance(account, IcegateAccount):
            raise Refusal(Code.SESSION_REQUIRED)
        return account

    def _own(self, actor: Actor) -> FullRegistration:
        current = self._current(self._stored(actor))
        if current is None:
            raise Refusal(Code.NOT_FOUND)
        return current

    def _current(self, account: IcegateAccount) -> FullRegistration | None:
        """The registration opened last, as it stands at this moment."""
        if account.full_registration_id is None:
            return None
        registration = self.store.full_registration(account.full_registration_id)
        if registration is None or registration.owner != owner_key(account):
            return None
        return rules.expired(registration) if self._is_over(registration) else registration

    def _is_over(self, registration: FullRegistration) -> bool:
        now = self.clock()
        if registration.status is not FullRegistrationStatus.SIGNATURE_REQUIRED:
            return rules.is_expired(registration, now)
        # A signature that was handed in in time is judged even if that takes a day.
        signing = self.store.signing(registration.signing_id)
        return signing is None or transitions.status_at(signing, now) in SIGNING_ENDED

    def _superseded(self, current: FullRegistration | None) -> tuple[Change, ...]:
        """What was not signed or continued in time is written as expired, where nobody has done so yet."""
        if current is None or current.status is not FullRegistrationStatus.EXPIRED:
            return ()
        stored = self.store.full_registration(current.registration_id)
        if stored is None or stored.status is FullRegistrationStatus.EXPIRED:
            return ()
        return (WriteFullRegistration(rules.expired(stored)),)

    def _standing(self, account: IcegateAccount, registration: FullRegistration | None) -> Standing:
        is_free = registration is None or registration.status in rules.ENDED
        return Standing(registration, account.kind is RegistrationKind.SIMPLIFIED and is_free, account.dsc)

    def _wish(self, account: IcegateAccount, purpose: Purpose, caller: Caller, signing_id: str | None = None) -> Wish:
        lines = tuple(line.format(icegate_id=account.icegate_id) for line in _STATEMENTS[caller.language][purpose])
        return Wish(purpose, account.iec, lines, _METHODS, signing_id=signing_id)

    def _judged(
        self,
        registration: FullRegistration,
        document: UploadedDocument,
        inspect: Callable[[bytes], str | None],
    ) -> UploadedDocument:
        """The document after its inspection; the bytes that passed are kept where no form can write."""
        try:
            content = self.documents.get(document.key, DOCUMENT_AT_MOST)
        except ValueError:
            return replace(document, status=DocumentStatus.REFUSED, reason="document_too_large")
        reason, sha256 = inspect(content), hashlib.sha256(content).hexdigest()
        looked_at = replace(document, size=len(content), sha256=sha256, reason=reason)
        if reason is not None:
            return replace(looked_at, status=DocumentStatus.REFUSED)
        key = f"documents/{registration.registration_id}/{sha256}.pdf"
        self.documents.put(key, content, "application/pdf")
        return replace(looked_at, status=DocumentStatus.ACCEPTED, key=key)


def _account_of(actor: Actor) -> IcegateAccount:
    assert isinstance(actor.owner, IcegateAccount)
    return actor.owner
