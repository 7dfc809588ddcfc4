"""The desk at which documents are signed: each method is one request of the person who signs.

Whatever is to be signed comes through here: the desk that wants a signature opens a signing with what is written with
it, and the purpose's journey carries its deed out. Every method but `open` may be repeated.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import limits, sessions
from chalicelib.domain.accounts.owners import OwnerKey, display_name, username_of
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, CountUp, WriteSigning
from chalicelib.domain.ports import Clock, Documents, Journey, Journeys, JourneysUnavailable, Keyring, Store
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.signatures import documents_to_sign, transitions
from chalicelib.domain.signatures.documents_to_sign import Statement
from chalicelib.domain.signatures.journey import is_to_be_woken, message_body
from chalicelib.domain.signatures.signings import (
    ENDED,
    LIFETIME,
    EsignTransaction,
    Purpose,
    SignatureMethod,
    Signing,
    SigningStatus,
    Submission,
)

NONCE_BYTES = 16
# What a person may hand in: base64 of 64 KB, with line breaks; what it decodes to is measured by the step.
SIGNATURE_AT_MOST = 90_000
# A provider's name for one request: unique for ever, of letters and digits alone (docs/sources.md: at most 50).
_TXN_BYTES = 16
JOURNEYS: Mapping[Purpose, Journey] = {
    Purpose.LINK_IEC: Journey.IEC_LINKING,
    Purpose.RENEW_LINK: Journey.IEC_LINKING,
    Purpose.CHANGE_IEC_USERS: Journey.IEC_USER_CHANGE,
    Purpose.FULL_REGISTRATION: Journey.FULL_REGISTRATION,
    Purpose.RENEW_DSC: Journey.FULL_REGISTRATION,
}
BOTH_METHODS = (SignatureMethod.DSC, SignatureMethod.ESIGN)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be signed: sentences in the signer's language, each one line, about one IEC.

    `subject_id` and `subject` are kept with the signing for its deed; `signing_id` where it is given from outside.
    """

    purpose: Purpose
    iec: str
    statement: tuple[str, ...]
    methods: tuple[SignatureMethod, ...] = BOTH_METHODS
    subject_id: str = ""
    subject: str = ""
    signing_id: str | None = None

    def __repr__(self) -> str:
        return f"Wish({self.purpose.value})"


@dataclass(frozen=True, slots=True)
class SigningDesk:
    """The desk. `documents` holds what is handed in."""

    store: Store
    journeys: Journeys
    documents: Documents
    keyring: Keyring
    clock: Clock

    def open(self, wish: Wish, actor_key: OwnerKey, caller: Caller, *with_it: Change) -> Signing:
        """Makes the document that is to be signed, writes it together with `with_it`, and starts the journey.

        To be called within `rounds.in_rounds`, in which `with_it` is made anew. Raises `Refusal`: `too_many_requests`;
        `ChangeRefused` for the changes.
        """
        now = self.clock()
        signing = self._made(wish, actor_key, caller, now)
        key = self.keyring.current().material
        counted = (limits.by_ip(key, caller.ip, now), limits.by_signer(key, actor_key, now))
        revision = self.store.write(WriteSigning(signing), *with_it, *map(CountUp, counted))
        opened = replace(signing, revision=revision)
        # Whoever hands a signature in starts the journey then.
        with suppress(JourneysUnavailable):
            self._started(opened)
        return opened

    def read(self, signing_id: str, actor_key: OwnerKey) -> Signing:
        """The actor's own signing. Raises `Refusal` `not_found`, for another's too."""
        signing = self.store.signing(signing_id)
        if signing is None or signing.owner != actor_key:
            raise Refusal(Code.NOT_FOUND)
        return signing

    def hand_in(self, signing_id: str, actor_key: OwnerKey, signature: bytes, caller: Caller) -> Signing:
        """Takes a DSC's signature over the document; the journey judges it.

        It counts as an attempt before it is judged. The same signature again changes nothing, however far it has come;
        of two at once, one is taken. Raises `Refusal`: `not_found`, `signing_expired`, `signing_ended`,
        `signature_attempts_exhausted`, `step_out_of_order` while one is being judged, `method_not_offered`,
        `too_many_requests`; `DocumentsUnavailable`, `JourneysUnavailable`, which the same request makes good.
        """
        sha256 = hashlib.sha256(signature).hexdigest()

        def hand_in() -> Signing:
            signing, now = self.read(signing_id, actor_key), self.clock()
            if transitions.is_same_hand_in(signing, sha256):
                return signing
            if SignatureMethod.DSC not in signing.methods:
                raise Refusal(Code.METHOD_NOT_OFFERED)
            # Its own place for each content: who loses the race writes over nothing.
            key = f"submissions/{signing_id}/{signing.attempts + 1}/{sha256}"
            taken = transitions.handed_in(signing, Submission(SignatureMethod.DSC, key, sha256, now), now)
            self.documents.put(key, signature, "application/pkcs7-signature")
            return self._written(taken, caller, now)

        return self._woken(in_rounds(hand_in))

    def begin_esign(self, signing_id: str, actor_key: OwnerKey, provider: str, caller: Caller) -> Signing:
        """Begins e-Sign at a provider; the journey makes the request. A further try is a new transaction.

        Raises `Refusal`: as `hand_in`, and `esign_not_offered`.
        """

        def begin() -> Signing:
            signing, now = self.read(signing_id, actor_key), self.clock()
            if transitions.may_repeat_esign(signing, now):
                return signing
            if SignatureMethod.ESIGN not in signing.methods:
                raise Refusal(Code.ESIGN_NOT_OFFERED)
            transaction = EsignTransaction(provider, secrets.token_hex(_TXN_BYTES), now, signing.expires_at)
            return self._written(transitions.esign_begun(signing, transaction, now), caller, now)

        return self._woken(in_rounds(begin))

    def cancel(self, signing_id: str, actor_key: OwnerKey) -> Signing:
        """Takes a signing back that is not signed yet; a second time changes nothing.

        Raises `Refusal`: `not_found`, `signing_expired`, `signing_ended`, `step_out_of_order`.
        """

        def cancel() -> Signing:
            signing, now = self.read(signing_id, actor_key), self.clock()
            if signing.status is SigningStatus.CANCELLED:
                return signing
            # The token stays for the wake-up: the record drops it.
            ended = transitions.cancelled(signing, now)
            revision = self.store.write(WriteSigning(ended))
            return replace(ended, revision=revision, task_token=signing.task_token)

        return self._told(in_rounds(cancel))

    def evidence_url(self, signing: Signing) -> str:
        """An address at which the evidence can be downloaded for 5 minutes. `ValueError` where there is none."""
        if signing.evidence is None:
            raise ValueError(signing)
        return self.documents.download_url(signing.evidence.key, f"pravesh-evidence-{signing.nonce[:8]}.zip")

    def _made(self, wish: Wish, actor_key: OwnerKey, caller: Caller, now: datetime) -> Signing:
        owner = self.store.owner(actor_key)
        if owner is None:
            raise Refusal(Code.SESSION_REQUIRED)
        nonce, expires_at = secrets.token_hex(NONCE_BYTES), now + LIFETIME
        statement = Statement(
            wish.purpose,
            display_name(owner),
            username_of(owner),
            actor_key,
            wish.iec,
            wish.statement,
            nonce,
            now,
            expires_at,
            caller.language,
        )
        document = documents_to_sign.document_of(statement)
        signing_id = wish.signing_id or sessions.new_id()
        return Signing(
            signing_id=signing_id,
            purpose=wish.purpose,
            owner=actor_key,
            iec=wish.iec,
            document=document,
            document_sha256=documents_to_sign.sha256_of(document),
            nonce=nonce,
            methods=wish.methods,
            language=caller.language,
            status=SigningStatus.AWAITING_SIGNATURE,
            created_at=now,
            expires_at=expires_at,
            subject_id=wish.subject_id or signing_id,
            subject=wish.subject,
        )

    def _written(self, signing: Signing, caller: Caller, now: datetime) -> Signing:
        counted = limits.by_ip(self.keyring.current().material, caller.ip, now)
        revision = self.store.write(WriteSigning(signing), CountUp(counted))
        return replace(signing, revision=revision)

    def _started(self, signing: Signing) -> None:
        """Starts the journey, unless it has come to its wait already. Starting twice is starting once."""
        if signing.task_token is None and signing.status not in ENDED:
            seconds_left = int(message_body(signing, self.clock())["seconds_left"])
            self.journeys.start(JOURNEYS[signing.purpose], signing.signing_id, seconds_left)

    def _woken(self, signing: Signing) -> Signing:
        """Tells the waiting journey to go on; where it does not wait yet, the step that comes will look itself."""
        self._started(signing)
        return self._told(signing)

    def _told(self, signing: Signing) -> Signing:
        if signing.task_token is not None and is_to_be_woken(signing):
            self.journeys.wake(signing.task_token, message_body(signing, self.clock()))
        return signing
