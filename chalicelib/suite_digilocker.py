"""The suite's parts for DigiLocker as a requester: fetches, consents, My documents."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from chalicelib.suite_departments import WithDepartments

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.accounts.account import Account
    from chalicelib.domain.changes import Change
    from chalicelib.domain.departments.pushing import Pushing
    from chalicelib.domain.departments.self_test import SelfTests
    from chalicelib.domain.digilocker.consenting import Consents
    from chalicelib.domain.digilocker.fetch_steps import FetchSteps
    from chalicelib.domain.digilocker.fetches import Locker
    from chalicelib.domain.digilocker.fetching import Fetches
    from chalicelib.domain.digilocker.fetching_documents import FetchingDocuments
    from chalicelib.domain.digilocker.filing import Filing
    from chalicelib.domain.digilocker.line import Line
    from chalicelib.domain.digilocker.locker_access import LockerAccess
    from chalicelib.domain.digilocker.my_documents import MyDocuments
    from chalicelib.domain.digilocker.profiles import Profile
    from chalicelib.domain.digilocker.reviewing_documents import DocumentReviews
    from chalicelib.domain.digilocker.token_keeping import TokenKeeping
    from chalicelib.domain.icegate.taking_documents import TakingDocuments

_BRIEF_SECONDS = 3.0


class WithDigiLocker(WithDepartments):
    """What people fetch from DigiLocker, and under which consent."""

    def digilocker_profile(self, locker: Locker) -> Profile:
        """What is configured of a locker."""
        from chalicelib.adapters.digilocker_profiles import configured  # noqa: PLC0415

        return configured(locker)

    def digilocker_line(self, locker: Locker) -> Line:
        """The line to a locker; each is made once, and keeps its connections."""
        from chalicelib.adapters.digilocker_http import HttpLine  # noqa: PLC0415

        if locker not in self._digilocker_lines:
            self._digilocker_lines[locker] = HttpLine(self.digilocker_profile(locker))
        return self._digilocker_lines[locker]

    @cached_property
    def _digilocker_lines(self) -> dict[Locker, Line]:
        return {}

    def brief_line(self, locker: Locker) -> Line:
        """The line to a locker for who waits for a page: an API request has 20 s in all, and tells what it could not.

        Each is made once, too.
        """
        from chalicelib.adapters.digilocker_http import HttpLine  # noqa: PLC0415

        if locker not in self._brief_lines:
            self._brief_lines[locker] = HttpLine(self.digilocker_profile(locker), seconds=_BRIEF_SECONDS)
        return self._brief_lines[locker]

    @cached_property
    def _brief_lines(self) -> dict[Locker, Line]:
        return {}

    @cached_property
    def locker_access(self) -> LockerAccess:
        """What makes calls to lockers in a department's name."""
        from chalicelib.domain.digilocker.locker_access import LockerAccess  # noqa: PLC0415

        callback = f"{self.settings['PUBLIC_ORIGIN']}/digilocker/callback"
        return LockerAccess(self.store, self.department_keys, self.digilocker_profile, self.digilocker_line, callback)

    @cached_property
    def fetches(self) -> Fetches:
        """The desk at which people send for their documents at DigiLocker."""
        from chalicelib.domain.digilocker.fetching import Fetches  # noqa: PLC0415

        return Fetches(
            self.store,
            self.journeys,
            self.vault,
            self.keyring,
            self.locker_access,
            self.settings.digilocker_requester,
            self.clock,
        )

    @cached_property
    def token_keeping(self) -> TokenKeeping:
        """What keeps the tokens of consents."""
        from chalicelib.domain.digilocker.token_keeping import TokenKeeping  # noqa: PLC0415

        return TokenKeeping(self.store, self.vault, self.locker_access, self.clock)

    @cached_property
    def fetch_steps(self) -> FetchSteps:
        """The steps of a visit to DigiLocker."""
        from chalicelib.domain.digilocker.fetch_steps import FetchSteps  # noqa: PLC0415

        return FetchSteps(
            self.store,
            self.journeys,
            self.vault,
            self.locker_access,
            self.token_keeping,
            self.consents.drop,
            self.clock,
        )

    @cached_property
    def fetching_documents(self) -> FetchingDocuments:
        """The step that fetches one document; it loads what reads XML."""
        from chalicelib.domain.digilocker.fetching_documents import FetchingDocuments  # noqa: PLC0415

        return FetchingDocuments(
            self.store,
            self.locker_access,
            self.token_keeping,
            self.filing,
            self.consents.remove_documents,
            self.consents.drop,
            self.clock,
        )

    @cached_property
    def consents(self) -> Consents:
        """One's own consents, and what ends them."""
        from chalicelib.domain.digilocker.consenting import Consents  # noqa: PLC0415
        from chalicelib.domain.icegate.taking_back import TakingBack  # noqa: PLC0415

        take_back = TakingBack(self.store, self.documents, self.clock)
        access = replace(self.locker_access, line_of=self.brief_line)
        return Consents(self.store, self.documents, access, self.token_keeping, take_back, self.clock)

    @cached_property
    def consent_partings(self) -> Callable[[Account], tuple[Change, ...]]:
        """What becomes of consents when their account is closed."""
        from chalicelib.domain.digilocker.consenting import partings  # noqa: PLC0415

        return partings(self.store, self.clock)

    @cached_property
    def own_documents(self) -> MyDocuments:
        """My documents, for routes and for later journeys."""
        from chalicelib.domain.digilocker.my_documents import MyDocuments  # noqa: PLC0415

        return MyDocuments(self.store, self.documents, self.clock)

    @cached_property
    def filing(self) -> Filing:
        """What files documents from DigiLocker; it loads what reads XML, for steps."""
        from chalicelib.domain.digilocker import certificate_xml  # noqa: PLC0415
        from chalicelib.domain.digilocker.filing import Filing  # noqa: PLC0415

        return Filing(self.store, self.documents, self.clock, certificate_xml.read)

    @cached_property
    def document_reviews(self) -> DocumentReviews:
        """The officers' desk for documents from DigiLocker."""
        from chalicelib.domain.digilocker.reviewing_documents import DocumentReviews  # noqa: PLC0415

        return DocumentReviews(self.store, self.documents, self.clock)

    @cached_property
    def taking_documents(self) -> TakingDocuments:
        """Own documents in a full registration."""
        from chalicelib.domain.icegate.taking_documents import TakingDocuments  # noqa: PLC0415

        return TakingDocuments(self.full_registrations, self.own_documents)

    @cached_property
    def pushing(self) -> Pushing:
        """What tells DigiLocker of certificates."""
        from chalicelib.domain.departments.pushing import Pushing  # noqa: PLC0415
        from chalicelib.domain.digilocker.fetches import Locker  # noqa: PLC0415

        path = self.digilocker_profile(Locker.PERSON).push
        line = partial(self.digilocker_line, Locker.PERSON)
        return Pushing(self.store, self.department_keys, line, path, self.clock)

    @cached_property
    def self_tests(self) -> SelfTests:
        """What tests the set-up of departments."""
        from chalicelib.domain.departments.self_test import SelfTests  # noqa: PLC0415
        from chalicelib.domain.digilocker.fetches import Locker  # noqa: PLC0415

        return SelfTests(
            self.store,
            self.department_keys,
            self.pulls,
            partial(self.brief_line, Locker.PERSON),
            partial(self.digilocker_profile, Locker.PERSON),
            self.clock,
        )
