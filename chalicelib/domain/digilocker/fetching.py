"""The desk at which people send for their documents at DigiLocker: each method is one request.

What follows from a callback is the journey's. Every method but `open` may be repeated.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta

from chalicelib.domain import limits, sessions
from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import CountUp
from chalicelib.domain.digilocker import authorising
from chalicelib.domain.digilocker.authorising import Address, Callback
from chalicelib.domain.digilocker.changes import WriteFetch
from chalicelib.domain.digilocker.fetch_journey import ENDED, is_to_be_woken, message_body
from chalicelib.domain.digilocker.fetches import Fetch, FetchStatus, Locker, Purpose
from chalicelib.domain.digilocker.locker_access import LockerAccess
from chalicelib.domain.digilocker.purposes import TERMS, demand_fits
from chalicelib.domain.ports import Clock, Journey, Journeys, JourneysUnavailable, Keyring, Store, Vault
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds


@dataclass(frozen=True, slots=True)
class FetchWish:
    """What a person agreed to on our page: what for, which types, whose locker, for how many days, in which words."""

    purpose: Purpose
    doctypes: tuple[str, ...]
    locker: Locker
    born_on: date | None
    valid_days: int
    text_version: str

    def __repr__(self) -> str:
        return f"FetchWish({self.purpose.value})"


@dataclass(frozen=True, slots=True)
class OpenedFetch:
    """A fetch that was begun: where the browser goes, and the cookie that it must bring back."""

    fetch: Fetch
    address: Address
    browser: str

    def __repr__(self) -> str:
        return f"OpenedFetch({self.fetch!r})"


def verifier_context(fetch_id: str) -> str:
    """What a PKCE verifier is sealed for."""
    return f"fetch:{fetch_id}:verifier"


def code_context(fetch_id: str) -> str:
    """What an authorization code is sealed for."""
    return f"fetch:{fetch_id}:code"


@dataclass(frozen=True, slots=True)
class Fetches:
    """The desk. `requester` is the id of the department whose client is used, "" where DigiLocker is not offered."""

    store: Store
    journeys: Journeys
    vault: Vault
    keyring: Keyring
    access: LockerAccess
    requester: str
    clock: Clock

    def open(self, actor: Actor, wish: FetchWish, caller: Caller) -> OpenedFetch:
        """Writes the consent given on our page down, and begins the visit to DigiLocker.

        Raises `Refusal`: `digilocker_not_offered`, `invalid_fields`, `too_many_requests`; `VaultUnavailable`.
        """
        now, doctypes = self.clock(), tuple(dict.fromkeys(wish.doctypes))
        client, profile = self.access.offered(self.requester, now), self.access.profile_of(wish.locker)
        problems = demand_fits(TERMS[wish.purpose], doctypes, wish.valid_days)
        if problems:
            raise Refusal(Code.INVALID_FIELDS, errors={name: one.error for name, one in problems.items()})
        fetch_id = sessions.new_id()
        visit = authorising.new_secrets(fetch_id)
        fetch = Fetch(
            fetch_id=fetch_id,
            owner=actor.key,
            department_id=self.requester,
            locker=wish.locker,
            purpose=wish.purpose,
            doctypes=doctypes,
            status=FetchStatus.AT_DIGILOCKER,
            opened_at=now,
            expires_at=now + authorising.LIFETIME,
            consent_until=now + timedelta(days=wish.valid_days),
            consent_text=wish.text_version,
            language=caller.language,
            state_hash=authorising.hash_of(visit.state),
            browser_hash=authorising.hash_of(visit.browser),
            sealed_verifier=self.vault.seal(verifier_context(fetch_id), visit.verifier.encode()),
            born_on=wish.born_on,
        )
        facts = {"fetch": fetch_id, "purpose": wish.purpose.value, "doctypes": " ".join(doctypes)}
        entry = Entry(Deed.DIGILOCKER_CONSENT_GIVEN, actor.key, actor.key, facts=facts)
        key = self.keyring.current().material
        counted = (limits.by_ip(key, caller.ip, now), limits.by_fetcher(key, actor.key, now))

        def begin() -> str:
            written = recorded(self.store, now, caller.request_id, entry)
            return self.store.write(WriteFetch(fetch), *map(CountUp, counted), *written)

        opened = replace(fetch, revision=in_rounds(begin))
        # The callback starts the journey where this does not.
        with suppress(JourneysUnavailable):
            self._started(opened)
        address = authorising.authorize_address(
            profile, fetch, client.client_id, client.service_name, self.access.redirect_uri, visit
        )
        return OpenedFetch(opened, address, visit.browser)

    def service_name(self) -> str | None:
        """Under which name DigiLocker is asked, as people see it there; None where DigiLocker is not offered."""
        try:
            return self.access.offered(self.requester, self.clock()).service_name
        except Refusal:
            return None

    def read(self, fetch_id: str, owner: OwnerKey) -> Fetch:
        """An owner's own fetch. Raises `Refusal` `not_found`, for another's too."""
        fetch = self.store.fetch(fetch_id)
        if fetch is None or fetch.owner != owner:
            raise Refusal(Code.NOT_FOUND)
        return fetch

    def receive(self, callback: Callback, browser: str | None) -> Fetch | None:
        """Takes what the browser brought back; None where it is of no fetch of ours.

        Whatever came, the state is used up; of two at once one is taken, and the other changes nothing. Repeated, it
        wakes the journey again. Raises `VaultUnavailable`, `JourneysUnavailable`: then the page is to be loaded again.
        """

        def take() -> Fetch | None:
            fetch = self.store.fetch(callback.fetch_id) if callback.fetch_id is not None else None
            # Both are compared, whatever the first says.
            is_of, now = authorising.is_of(fetch, callback), self.clock()
            same_browser = fetch is not None and authorising.is_same_browser(fetch, browser)
            if fetch is None or not is_of:
                return None
            if not authorising.may_come_back(fetch, now):
                return fetch
            sealed = None
            if same_browser and callback.code is not None:
                sealed = self.vault.seal(code_context(fetch.fetch_id), callback.code.encode())
            came = authorising.came_back(fetch, callback, now, same_browser=same_browser, sealed_code=sealed)
            facts = {"fetch": fetch.fetch_id, **({"reason": came.reason} if came.reason else {})}
            written = recorded(
                self.store, now, fetch.fetch_id, Entry(Deed.DIGILOCKER_CAME_BACK, fetch.owner, fetch.owner, facts=facts)
            )
            return replace(came, revision=self.store.write(WriteFetch(came), *written))

        fetch = in_rounds(take)
        if fetch is not None and fetch.state_used_at is not None and fetch.status not in ENDED - _TOLD:
            self._started(fetch)
            if fetch.task_token is not None and is_to_be_woken(fetch):
                self.journeys.wake(fetch.task_token, message_body(fetch, self.clock()))
        return fetch

    def logout_address(self, fetch: Fetch) -> Address | None:
        """Where the browser is signed out of DigiLocker, which a shared computer needs; None where none is offered."""
        department = self.store.department(fetch.department_id)
        if department is None or department.client is None:
            return None
        profile = self.access.profile_of(fetch.locker)
        return authorising.logout_address(profile, department.client.client_id, self.access.redirect_uri)

    def _started(self, fetch: Fetch) -> None:
        """Starts the journey, unless it has come to its wait already. Starting twice is starting once."""
        if fetch.task_token is None:
            left = message_body(fetch, self.clock())["seconds_left"]
            self.journeys.start(Journey.DIGILOCKER_FETCH, fetch.fetch_id, int(left))


# Ends that a callback itself brings: the journey, which waits for it, is still to hear of them.
_TOLD = frozenset({FetchStatus.DENIED, FetchStatus.FAILED})
