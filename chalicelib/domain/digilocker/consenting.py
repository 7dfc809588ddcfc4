"""Consents: seen, downloaded as a receipt, revoked; and ended, be it by their owner or by their date (ADR 50).

From the moment of the revocation nothing uses the consent. What it gave is deleted and DigiLocker is told; where
DigiLocker does not answer, a schedule tells it, again and again until it was told or the consent ran out there too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.audit import SYSTEM, Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change
from chalicelib.domain.digilocker.changes import RemoveOwnDocument, WriteConsent
from chalicelib.domain.digilocker.consents import Consent, ConsentStatus
from chalicelib.domain.digilocker.errors import DigiLockerRefused
from chalicelib.domain.digilocker.fetches import Locker
from chalicelib.domain.digilocker.line import DigiLockerUnavailable
from chalicelib.domain.digilocker.locker_access import ClientGone, LockerAccess
from chalicelib.domain.digilocker.own_documents import OwnDocument
from chalicelib.domain.digilocker.purposes import TERMS, OnEnd
from chalicelib.domain.digilocker.token_keeping import TokenKeeping, counts, ending
from chalicelib.domain.digilocker.tokens import TokenSet
from chalicelib.domain.ports import Clock, Documents, DocumentsUnavailable, Store, VaultUnavailable
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.sealing import SealBroken

_OPEN = frozenset({ConsentStatus.ACTIVE, ConsentStatus.REVOKING})
# What keeps DigiLocker from being told; the schedule tries again.
_LATER = (DigiLockerUnavailable, DigiLockerRefused, ClientGone, VaultUnavailable)
# What could not be ended comes again in a run of the schedule after this one, behind what has waited longer.
_TRY_AGAIN = timedelta(minutes=50)
# After so many calls in a row without an answer, of up to 20 s each, a run calls that locker no more.
_SILENT_AFTER = 3
# DynamoDB takes 100 changes in one write. A closing has a dozen of its own.
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Ended:
    """What a run of the schedule did: how many consents ended, and how many DigiLocker is still to be told of."""

    ended: int
    left: int


@dataclass(frozen=True, slots=True)
class Consents:
    """The desk, and what ends consents. `take_back` takes a document out of what is not sent in yet."""

    store: Store
    documents: Documents
    access: LockerAccess
    keeping: TokenKeeping
    take_back: Callable[[OwnDocument], None]
    clock: Clock

    def all(self, actor: Actor) -> tuple[Consent, ...]:
        """The actor's consents, the newest first."""
        return tuple(self.as_it_stands(consent) for consent in self.store.consents_of(actor.key))

    def read(self, actor: Actor, consent_id: str) -> Consent:
        """One's own consent. Raises `Refusal` `not_found`, for another's too."""
        consent = self.store.consent(consent_id)
        if consent is None or consent.owner != actor.key:
            raise Refusal(Code.NOT_FOUND)
        return self.as_it_stands(consent)

    def as_it_stands(self, consent: Consent) -> Consent:
        """The consent; one whose time is over is told as expired, whether or not the schedule has been by."""
        is_over = consent.status is ConsentStatus.ACTIVE and not counts(consent, self.clock())
        return replace(consent, status=ConsentStatus.EXPIRED) if is_over else consent

    def revoke(self, actor: Actor, consent_id: str, caller: Caller) -> Consent:
        """Ends a consent at once, then deletes what it gave and tells DigiLocker; again, it changes nothing.

        `revoking` where DigiLocker is still to be told. Raises `Refusal` `not_found`.
        """

        def revoke() -> None:
            consent, now = self.read(actor, consent_id), self.clock()
            if consent.status is not ConsentStatus.ACTIVE:
                return
            entry = Entry(Deed.DIGILOCKER_CONSENT_REVOKED, actor.key, actor.key, facts={"consent": consent_id})
            written = recorded(self.store, now, caller.request_id, entry)
            self.store.write(WriteConsent(ending(consent, now)), *written)

        in_rounds(revoke)
        # What fails now, the schedule does.
        with suppress(DocumentsUnavailable, SealBroken, *_LATER):
            self.end(consent_id)
        return self.read(actor, consent_id)

    def end(self, consent_id: str) -> Consent | None:
        """Ends a consent that is being revoked, or whose time is over: documents, tokens, the word to DigiLocker.

        One that counts, or ended before, stays as it is. Raises what keeps it from its end: `DigiLockerUnavailable`,
        `DigiLockerRefused`, `ClientGone`, `VaultUnavailable`, `DocumentsUnavailable`.
        """
        return self._end(consent_id, Counter())

    def _end(self, consent_id: str, silences: Counter[Locker]) -> Consent | None:
        """See `end`. `silences` counts a locker's calls in a row without an answer; a silent one is not called."""
        consent, now = self.store.consent(consent_id), self.clock()
        if consent is None or consent.status not in _OPEN or counts(consent, now):
            return consent
        self.remove_documents(consent)
        self._tell(consent, now, silences)

        def close() -> Consent:
            stored = self.store.consent(consent_id)
            assert stored is not None
            if stored.status not in _OPEN:
                return stored
            if _generation(stored) != _generation(consent):
                # Renewed while DigiLocker was told: these tokens are still to be told.
                raise DigiLockerUnavailable("renewed_meanwhile")
            is_revoked = stored.status is ConsentStatus.REVOKING
            status = ConsentStatus.REVOKED if is_revoked else ConsentStatus.EXPIRED
            closed = replace(stored, status=status, tokens=None)
            entry = Entry(
                Deed.DIGILOCKER_CONSENT_ENDED,
                SYSTEM,
                stored.owner,
                facts={"consent": consent_id, "as": status.value},
            )
            written = recorded(self.store, now, consent_id, entry)
            return replace(closed, revision=self.store.write(WriteConsent(closed), *written))

        return in_rounds(close)

    def end_due(self, at_most: int, has_time: Callable[[], bool]) -> Ended:
        """Ends what is due, the longest due first; what cannot be ended now does not keep back the others.

        It goes to the end of the queue. Of a locker that does not answer only what needs no call is ended: documents
        are removed all the same, and consents whose date is over end without a word.
        """
        ended = left = 0
        silences: Counter[Locker] = Counter()
        for consent_id in self.store.consents_to_end(self.clock(), at_most):
            if not has_time():
                break
            try:
                self._end(consent_id, silences)
                ended += 1
            except (DocumentsUnavailable, SealBroken, *_LATER):
                left += 1
                self._try_later(consent_id)
        return Ended(ended, left)

    def _try_later(self, consent_id: str) -> None:
        def put_back() -> None:
            consent = self.store.consent(consent_id)
            if consent is not None and consent.status in _OPEN:
                self.store.write(WriteConsent(replace(consent, try_at=self.clock() + _TRY_AGAIN)))

        in_rounds(put_back)

    def drop(self, consent_id: str) -> None:
        """Ends a consent that gave nothing: it is of no use to anybody, and the schedule tells DigiLocker."""

        def drop() -> None:
            consent = self.store.consent(consent_id)
            if consent is not None and consent.status is ConsentStatus.ACTIVE:
                self.store.write(WriteConsent(ending(consent, self.clock())))

        in_rounds(drop)

    def remove_documents(self, consent: Consent) -> None:
        """Removes what was fetched under a consent; what is gone is no matter.

        The list of an owner's documents may lag behind; the fetch's own record does not, so both are gone through.
        """
        listed = {one.document_id for one in self.store.own_documents_of(consent.owner)}
        fetch = self.store.fetch(consent.fetch_id)
        if fetch is not None:
            listed |= {item.document_id for item in fetch.items if item.document_id is not None}
        for document_id in sorted(listed):
            self._remove(consent, document_id)

    def _remove(self, consent: Consent, document_id: str) -> None:
        def remove() -> None:
            document = self.store.own_document(document_id)
            if document is None or document.consent_id != consent.consent_id:
                return
            if TERMS[consent.purpose].on_end is OnEnd.TAKEN_BACK:
                self.take_back(document)
            # First the files: a crash in between leaves a record that can be removed again.
            self.documents.remove(document.key)
            if document.xml_key is not None:
                self.documents.remove(document.xml_key)
            facts = {"document": document_id, "consent": consent.consent_id}
            entry = Entry(Deed.OWN_DOCUMENT_REMOVED, SYSTEM, document.owner, facts=facts)
            written = recorded(self.store, self.clock(), consent.consent_id, entry)
            self.store.write(RemoveOwnDocument(document), *written)

        in_rounds(remove)

    def _tell(self, consent: Consent, now: datetime, silences: Counter[Locker]) -> None:
        """Tells DigiLocker, where there is something to tell: without tokens, or after its date, it knows."""
        if consent.tokens is None:
            return
        try:
            if silences[consent.locker] >= _SILENT_AFTER:
                raise DigiLockerUnavailable("silent_in_this_run")
            tokens = self.keeping.opened(consent)
            if tokens is not None:
                self._revoke(consent, tokens, silences)
        except (SealBroken, *_LATER):
            # Past its date the consent is over there by itself.
            if now < consent.valid_until:
                raise

    def _revoke(self, consent: Consent, tokens: TokenSet, silences: Counter[Locker]) -> None:
        calls = self.access.token_calls(consent.locker, consent.department_id)
        try:
            calls.revoke(tokens)
        except DigiLockerUnavailable:
            silences[consent.locker] += 1
            raise
        silences[consent.locker] = 0


def _generation(consent: Consent) -> int | None:
    return consent.tokens.generation if consent.tokens is not None else None


def partings(store: Store, clock: Clock) -> Callable[[Account], tuple[Change, ...]]:
    """What is written with the closing of an account: its consents end, and the schedule does the rest.

    Of very many consents those that the closing's write has no room for are ended before it, in writes of their own:
    whoever closes wants them ended, and a closing that breaks off in between goes on when it is asked for again.
    """

    def part(account: Account) -> tuple[Change, ...]:
        now = clock()
        consents = store.consents_of(account_key(account.account_id))
        changes = tuple(WriteConsent(ending(one, now)) for one in consents if one.status is ConsentStatus.ACTIVE)
        for start in range(_AT_ONCE, len(changes), _AT_ONCE):
            store.write(*changes[start : start + _AT_ONCE])
        return changes[:_AT_ONCE]

    return part
