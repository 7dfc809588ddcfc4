"""The steps of a fetch, as its journey drives them: the code becomes a consent, its documents are fetched and filed.

A step may be run again at any time, by a retry or a redrive: it finds out from the record what is left to do. What
DigiLocker says is told by its reason; that it does not answer is raised, for the state machine to try again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.domain import sessions
from chalicelib.domain.audit import SYSTEM, Deed, Entry
from chalicelib.domain.changes import Change
from chalicelib.domain.digilocker import fetch_journey as journey
from chalicelib.domain.digilocker.changes import WriteConsent, WriteFetch
from chalicelib.domain.digilocker.consents import Consent, ConsentStatus
from chalicelib.domain.digilocker.errors import AnswerUnfit, DigiLockerRefused, Meaning
from chalicelib.domain.digilocker.fetches import Fetch, FetchItem, FetchStatus, ItemStatus, Locker
from chalicelib.domain.digilocker.fetching import code_context, verifier_context
from chalicelib.domain.digilocker.locker_access import LockerAccess
from chalicelib.domain.digilocker.locker_holder import LockerHolder
from chalicelib.domain.digilocker.reasons import Reason
from chalicelib.domain.digilocker.token_keeping import ConsentOver, TokenKeeping
from chalicelib.domain.digilocker.tokens import Granted, LockerUser, TokenCalls
from chalicelib.domain.ports import Clock, Journeys, Store, Vault, VaultUnavailable
from chalicelib.domain.recording import recorded
from chalicelib.domain.rounds import in_rounds

if TYPE_CHECKING:
    from chalicelib.domain.digilocker.files import ListedDocument

# How many documents of one type are fetched, the first that DigiLocker lists.
_OF_ONE_TYPE = 5


class FetchUnknown(Exception):  # noqa: N818
    """There is no such fetch; a retry does not help."""


def known(store: Store, fetch_id: str) -> Fetch:
    """The fetch of this id, for a step. Raises `FetchUnknown`."""
    fetch = store.fetch(fetch_id)
    if fetch is None:
        raise FetchUnknown
    return fetch


@dataclass(frozen=True, slots=True)
class FetchSteps:
    """The steps but that which fetches one document (`fetching_documents`). `drop` ends a consent of no use."""

    store: Store
    journeys: Journeys
    vault: Vault
    access: LockerAccess
    keeping: TokenKeeping
    drop: Callable[[str], None]
    clock: Clock

    def await_(self, fetch_id: str, task_token: str, since: str | None = None) -> Fetch:
        """Stores the task token under which the callback wakes the journey, and wakes it where that came before."""

        def keep() -> Fetch:
            kept = journey.waiting(known(self.store, fetch_id), task_token, since)
            return replace(kept, revision=self.store.write(WriteFetch(kept)))

        fetch = in_rounds(keep)
        if fetch.task_token is not None and journey.is_to_be_woken(fetch):
            self.journeys.wake(fetch.task_token, journey.message_body(fetch, self.clock()))
        return fetch

    def exchange(self, fetch_id: str) -> Fetch:
        """The code becomes tokens, kept sealed with the consent, and the list of what is to be fetched.

        Raises `FetchUnknown`, `DigiLockerUnavailable`, `TokensBeingRenewed`, `ClientGone`, `VaultUnavailable`.
        """
        fetch = known(self.store, fetch_id)
        if fetch.status is not FetchStatus.FETCHING:
            return fetch
        try:
            if fetch.consent_id is None:
                fetch = self._exchanged(fetch)
            is_done = fetch.status is not FetchStatus.FETCHING or bool(fetch.items)
            return fetch if is_done else self._listed(fetch)
        except DigiLockerRefused as refused:
            is_grant = refused.meaning in {Meaning.GRANT_OVER, Meaning.TOKEN_OVER}
            return self.fail(fetch_id, Reason.CODE_REFUSED if is_grant else Reason.REFUSED_BY_DIGILOCKER)
        except AnswerUnfit:
            return self.fail(fetch_id, Reason.ANSWER_UNREADABLE)

    def finish(self, fetch_id: str) -> Fetch:
        """How the fetch stands after a round over its documents: fetched, waiting for an issuer, or failed."""
        return self._changed(fetch_id, lambda fetch: journey.finished(fetch, self.clock()))

    def expire(self, fetch_id: str) -> Fetch:
        """Ends a fetch whose visit took too long; one whose callback came, or that has time left, goes on."""
        return self._changed(fetch_id, lambda fetch: journey.expired(fetch, self.clock()))

    def fail(self, fetch_id: str, reason: Reason) -> Fetch:
        """Ends a fetch of which a step failed for good; what was entered is kept, for it to be begun again."""
        return self._changed(fetch_id, lambda fetch: journey.failed(fetch, reason))

    def fail_item(self, fetch_id: str, number: int, reason: Reason) -> Fetch:
        """Ends one document of a fetch; the others go on."""

        def given_up(item: FetchItem) -> FetchItem:
            return replace(item, status=ItemStatus.FAILED, reason=reason.value)

        return self._changed(fetch_id, lambda fetch: journey.with_item(fetch, number, given_up))

    def _exchanged(self, fetch: Fetch) -> Fetch:
        calls = self.access.token_calls(fetch.locker, fetch.department_id)
        granted = self._granted(fetch, calls)
        consent_id = sessions.new_id()
        try:
            sealed = self.keeping.sealed(consent_id, granted.tokens)
        except VaultUnavailable:
            # The code is used up: what is not kept now must not stay alive at DigiLocker.
            calls.give_back(granted.tokens)
            raise

        def keep() -> Fetch:
            stored = known(self.store, fetch.fetch_id)
            if stored.consent_id is not None or stored.status is not FetchStatus.FETCHING:
                return stored
            consent = replace(_consent(stored, consent_id, granted), tokens=sealed)
            with_it = replace(
                stored, consent_id=consent_id, holder=granted.holder, sealed_code=None, sealed_verifier=""
            )
            return self._written(with_it, WriteConsent(consent), *self._told(with_it, consent_id))

        kept = in_rounds(keep)
        if kept.consent_id != consent_id:
            calls.give_back(granted.tokens)
        return kept

    def _granted(self, fetch: Fetch, calls: TokenCalls) -> Granted:
        if fetch.sealed_code is None:
            raise AnswerUnfit("answer_unreadable")
        code = self.vault.opened(code_context(fetch.fetch_id), fetch.sealed_code).decode()
        verifier = self.vault.opened(verifier_context(fetch.fetch_id), fetch.sealed_verifier).decode()
        return calls.exchanged(code, verifier, self.clock())

    def _with_holder(self, fetch: Fetch) -> Fetch:
        """The fetch with whose locker it is: /1 says it with the tokens, of /2 and of Entity Locker it is asked.

        Asked once the tokens are kept, for a code is exchanged once; where it is refused, or told unreadably, nobody is
        known. Raises what repeating helps, and `ConsentOver`.
        """
        consent_id = str(fetch.consent_id)
        calls = self.access.token_calls(fetch.locker, fetch.department_id)
        try:
            user = self.keeping.with_access(consent_id, calls.user)
        except (DigiLockerRefused, AnswerUnfit):
            user = LockerUser(None, LockerHolder("", is_firm=fetch.locker is Locker.ENTITY))

        def keep() -> Fetch:
            stored, consent = known(self.store, fetch.fetch_id), self.store.consent(consent_id)
            if consent is None or stored.holder is not None or stored.status is not FetchStatus.FETCHING:
                return stored
            of_locker = replace(consent, digilocker_id=consent.digilocker_id or user.digilocker_id)
            with_it = replace(stored, holder=user.holder)
            return self._written(with_it, *([WriteConsent(of_locker)] if of_locker != consent else []))

        return in_rounds(keep)

    def _told(self, fetch: Fetch, consent_id: str) -> tuple[Change, ...]:
        facts = {"fetch": fetch.fetch_id, "consent": consent_id}
        entry = Entry(Deed.DIGILOCKER_CONNECTED, SYSTEM, fetch.owner, facts=facts)
        return recorded(self.store, self.clock(), fetch.fetch_id, entry)

    def _listed(self, fetch: Fetch) -> Fetch:
        assert fetch.consent_id is not None
        files = self.access.file_calls(fetch.locker, fetch.department_id)
        try:
            if fetch.holder is None:
                fetch = self._with_holder(fetch)
            listed = self.keeping.with_access(str(fetch.consent_id), files.issued)
        except ConsentOver:
            return self.fail(fetch.fetch_id, Reason.CONSENT_OVER)
        consent = self.store.consent(str(fetch.consent_id))
        granted = consent.granted if consent is not None else ()
        items = tuple(item for doctype in fetch.doctypes for item in _items(doctype, listed, granted))
        return self._changed(fetch.fetch_id, lambda stored: stored if stored.items else replace(stored, items=items))

    def _changed(self, fetch_id: str, change: Callable[[Fetch], Fetch]) -> Fetch:
        def attempt() -> Fetch:
            fetch = known(self.store, fetch_id)
            changed = change(fetch)
            if changed == fetch:
                return fetch
            if changed.status in journey.ENDED and fetch.status not in journey.ENDED:
                return self._written(changed, *self._ended(changed))
            return self._written(changed)

        fetch = in_rounds(attempt)
        is_empty = fetch.status in journey.ENDED and fetch.status is not FetchStatus.FETCHED
        if is_empty and fetch.consent_id is not None:
            self.drop(fetch.consent_id)
        return fetch

    def _ended(self, fetch: Fetch) -> tuple[Change, ...]:
        came = sum(item.status is ItemStatus.FETCHED for item in fetch.items)
        facts = {"fetch": fetch.fetch_id, "status": fetch.status.value, "documents": str(came)}
        entry = Entry(Deed.DIGILOCKER_FETCH_ENDED, SYSTEM, fetch.owner, facts=facts)
        return recorded(self.store, self.clock(), fetch.fetch_id, entry)

    def _written(self, fetch: Fetch, *with_it: Change) -> Fetch:
        return replace(fetch, revision=self.store.write(WriteFetch(fetch), *with_it))


def _consent(fetch: Fetch, consent_id: str, granted: Granted) -> Consent:
    """The consent as it was given here and granted there: the narrower of the two counts."""
    shared = granted.doctypes
    return Consent(
        consent_id=consent_id,
        fetch_id=fetch.fetch_id,
        owner=fetch.owner,
        department_id=fetch.department_id,
        locker=fetch.locker,
        purpose=fetch.purpose,
        asked=fetch.doctypes,
        granted=tuple(one for one in fetch.doctypes if shared is None or one in shared),
        text_version=fetch.consent_text,
        language=fetch.language,
        given_at=fetch.opened_at,
        valid_until=min(fetch.consent_until, granted.consent_until or fetch.consent_until),
        status=ConsentStatus.ACTIVE,
        digilocker_id=granted.digilocker_id,
    )


def _items(doctype: str, listed: tuple[ListedDocument, ...], granted: tuple[str, ...]) -> tuple[FetchItem, ...]:
    """What is to be fetched of a type: what is listed, or, where nothing is, a question to its issuer."""
    if doctype not in granted:
        return (FetchItem(doctype, ItemStatus.REFUSED, reason=Reason.NOT_SHARED.value),)
    found = [one.uri for one in listed if one.doctype == doctype][:_OF_ONE_TYPE]
    if not found:
        return (FetchItem(doctype, ItemStatus.AWAITED),)
    return tuple(FetchItem(doctype, ItemStatus.AWAITED, uri=uri) for uri in found)
