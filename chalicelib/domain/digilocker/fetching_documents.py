"""Fetching one document: found in the locker or pulled into it, its bytes checked, filed for its owner.

The step that uses this loads what reads XML; no other of the journey's does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from chalicelib.domain.accounts.account import Account, AccountStatus
from chalicelib.domain.digilocker import fetch_journey as journey
from chalicelib.domain.digilocker.changes import WriteFetch
from chalicelib.domain.digilocker.consents import Consent
from chalicelib.domain.digilocker.errors import AnswerUnfit, DigiLockerRefused, Meaning
from chalicelib.domain.digilocker.fetch_steps import known
from chalicelib.domain.digilocker.fetches import Fetch, FetchItem, ItemStatus, Locker
from chalicelib.domain.digilocker.files import FileCalls, ListedDocument, LockerFile
from chalicelib.domain.digilocker.filing import Fetched, Filing
from chalicelib.domain.digilocker.known_persons import known_persons
from chalicelib.domain.digilocker.line import DigiLockerUnavailable
from chalicelib.domain.digilocker.locker_access import LockerAccess
from chalicelib.domain.digilocker.pull_document import Pull, can_be_asked, pulled
from chalicelib.domain.digilocker.reasons import Reason
from chalicelib.domain.digilocker.token_keeping import ConsentOver, TokenKeeping, counts
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.rounds import in_rounds

_REFUSED = {
    Meaning.NOT_SHARED: (ItemStatus.REFUSED, Reason.NOT_SHARED),
    Meaning.NOT_THERE: (ItemStatus.NOT_THERE, Reason.NOT_THERE),
}
_OPEN = frozenset({ItemStatus.AWAITED, ItemStatus.PENDING})


@dataclass(frozen=True, slots=True)
class FetchingDocuments:
    """The step. `remove` removes what was fetched under a consent that ended meanwhile; `drop` ends a consent."""

    store: Store
    access: LockerAccess
    keeping: TokenKeeping
    filing: Filing
    remove: Callable[[Consent], None]
    drop: Callable[[str], None]
    clock: Clock

    def fetch(self, fetch_id: str, number: int) -> Fetch:
        """Fetches the document at this place of `items`; one that is settled stays as it is.

        Raises `FetchUnknown`, `LookupError` for a place that there is not, and for the state machine to try again:
        `DigiLockerUnavailable`, `TokensBeingRenewed`, `DocumentsUnavailable`, `VaultUnavailable`.
        """
        fetch = known(self.store, fetch_id)
        item = fetch.items[number]
        consent = self.store.consent(fetch.consent_id) if fetch.consent_id is not None else None
        if item.status in _OPEN and fetch.status not in journey.ENDED:
            self._part(fetch)
            over = _failed(item, Reason.CONSENT_OVER)
            settled = self._attempted(fetch, consent, item) if consent is not None else over
            fetch = self._written(fetch_id, number, settled)
        # Also where a run before this one filed it, and died before it looked.
        self._part(fetch)
        if consent is not None:
            self._look_again(consent)
        return fetch

    def _attempted(self, fetch: Fetch, consent: Consent, item: FetchItem) -> FetchItem:
        """The document as it is settled now, or waits for its issuer. Raises what repeating helps."""
        try:
            return self._fetched(fetch, consent, item)
        except ConsentOver:
            return _failed(item, Reason.CONSENT_OVER)
        except AnswerUnfit as unfit:
            return replace(item, status=ItemStatus.REFUSED, reason=Reason(unfit.reason).value)
        except DigiLockerRefused as refused:
            status, reason = _REFUSED.get(refused.meaning, (ItemStatus.FAILED, Reason.REFUSED_BY_DIGILOCKER))
            return replace(item, status=status, reason=reason.value)
        except DigiLockerUnavailable as unavailable:
            if unavailable.code != "too_large":
                raise
            return replace(item, status=ItemStatus.REFUSED, reason=Reason.TOO_LARGE.value)

    def _fetched(self, fetch: Fetch, consent: Consent, item: FetchItem) -> FetchItem:
        files = self.access.file_calls(fetch.locker, fetch.department_id)
        listed = self._listed(files, consent, item)
        if listed is None:
            return self._asked_for(fetch, consent, item, files)
        file, xml = self._bytes(files, consent, listed)
        made = self.filing.file(
            fetch,
            consent,
            Fetched(
                item.doctype,
                listed.uri,
                listed.title,
                listed.issuer,
                file.content,
                file.content_type,
                xml.content if xml is not None else None,
            ),
        )
        return replace(item, status=ItemStatus.FETCHED, uri=None, document_id=made.document_id, reason=None)

    def _listed(self, files: FileCalls, consent: Consent, item: FetchItem) -> ListedDocument | None:
        """The document in the list as it is now: by its URI, or by its type where it was not there before."""
        listed = self.keeping.with_access(consent.consent_id, files.issued)
        if item.uri is not None:
            return next((one for one in listed if one.uri == item.uri), None)
        return next((one for one in listed if one.doctype == item.doctype), None)

    def _bytes(
        self, files: FileCalls, consent: Consent, listed: ListedDocument
    ) -> tuple[LockerFile, LockerFile | None]:
        """The file, and its certificate XML where there is one; XML alone where nothing else is served."""

        def xml_of(access: str) -> LockerFile | None:
            try:
                return files.xml(access, listed.uri)
            except DigiLockerRefused as refused:
                # Listed, and not served: an officer looks at the file then.
                if refused.meaning is Meaning.NOT_THERE and listed.has_file:
                    return None
                raise

        xml = self.keeping.with_access(consent.consent_id, xml_of) if listed.has_xml else None
        if xml is not None and not listed.has_file:
            return xml, xml
        return self.keeping.with_access(consent.consent_id, lambda access: files.file(access, listed.uri)), xml

    def _asked_for(self, fetch: Fetch, consent: Consent, item: FetchItem, files: FileCalls) -> FetchItem:
        """What is not in the locker is asked of its issuer, where that is configured and what it asks for is known."""
        values = self._values(fetch)
        pulling = can_be_asked(files.profile, item.doctype, values)
        if pulling is None or item.uri is not None:
            return replace(item, status=ItemStatus.NOT_THERE, reason=Reason.NOT_THERE.value)
        found = self.keeping.with_access(
            consent.consent_id,
            lambda access: pulled(files.line, files.profile, access, item.doctype, pulling, values),
        )
        if found is Pull.NOT_THERE:
            return replace(item, status=ItemStatus.NOT_THERE, reason=Reason.NOT_THERE.value)
        if found is Pull.THERE and self._listed(files, consent, item) is not None:
            return self._fetched(fetch, consent, item)
        return replace(item, status=ItemStatus.PENDING, reason=Reason.ISSUER_ASKED.value)

    def _values(self, fetch: Fetch) -> Mapping[str, str]:
        """What is known of whom the account speaks for, where that is one person alone, or one of that birth date."""
        owner = self.store.owner(fetch.owner)
        known_ones = known_persons(self.store, owner, fetch.born_on) if owner is not None else ()
        of_kind = [one for one in known_ones if one.is_firm is (fetch.locker is Locker.ENTITY)]
        fitting = [one for one in of_kind if fetch.born_on in (None, one.born_on) or one.is_firm]
        if len({(one.name, one.pan) for one in fitting}) != 1:
            return {}
        person, born_on = fitting[0], fitting[0].born_on
        values = {"name": person.name, **({"pan": str(person.pan)} if person.pan is not None else {})}
        return values | ({"born_on": f"{born_on:%d-%m-%Y}"} if born_on is not None else {})

    def _part(self, fetch: Fetch) -> None:
        """Ends the consent where its account was closed meanwhile: closing ends those that are there by then."""
        owner = self.store.owner(fetch.owner)
        is_gone = owner is None or (isinstance(owner, Account) and owner.status is AccountStatus.CLOSED)
        if is_gone and fetch.consent_id is not None:
            self.drop(fetch.consent_id)

    def _look_again(self, consent: Consent) -> None:
        """A consent that ended while its document came: nothing of it stays."""
        stored = self.store.consent(consent.consent_id)
        if stored is not None and not counts(stored, self.clock()):
            self.remove(stored)

    def _written(self, fetch_id: str, number: int, settled: FetchItem) -> Fetch:
        def write() -> Fetch:
            fetch = known(self.store, fetch_id)
            changed = journey.with_item(fetch, number, lambda _: settled)
            if changed == fetch:
                return fetch
            return replace(changed, revision=self.store.write(WriteFetch(changed)))

        return in_rounds(write)


def _failed(item: FetchItem, reason: Reason) -> FetchItem:
    return replace(item, status=ItemStatus.FAILED, reason=reason.value)
