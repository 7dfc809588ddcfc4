"""The suite's parts for DigiLocker as a requester: fetches, consents, My documents."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.suite_departments import WithDepartments

if TYPE_CHECKING:
    from chalicelib.domain.digilocker.filing import Filing
    from chalicelib.domain.digilocker.my_documents import MyDocuments
    from chalicelib.domain.digilocker.reviewing_documents import DocumentReviews
    from chalicelib.domain.icegate.taking_documents import TakingDocuments


class WithDigiLocker(WithDepartments):
    """What people fetch from DigiLocker, and under which consent."""

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
