"""The suite's parts for DigiLocker as a requester: fetches, consents, My documents."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from chalicelib.suite_departments import WithDepartments

if TYPE_CHECKING:
    from chalicelib.domain.departments.pushing import Pushing
    from chalicelib.domain.digilocker.fetches import Locker
    from chalicelib.domain.digilocker.filing import Filing
    from chalicelib.domain.digilocker.line import Line
    from chalicelib.domain.digilocker.my_documents import MyDocuments
    from chalicelib.domain.digilocker.profiles import Profile
    from chalicelib.domain.digilocker.reviewing_documents import DocumentReviews
    from chalicelib.domain.icegate.taking_documents import TakingDocuments


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
        return Pushing(self.store, self.documents, self.department_keys, line, path, self.clock)
