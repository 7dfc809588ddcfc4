"""The suite's parts for departments on DigiLocker: onboarding, certificates, pulls, pushes, backfills."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.suite_signatures import UnderSignature

if TYPE_CHECKING:
    from chalicelib.domain.departments.backfill_running import BackfillSteps
    from chalicelib.domain.departments.backfilling import Backfills
    from chalicelib.domain.departments.catching_up import CatchingUp
    from chalicelib.domain.departments.certificate_desk import CertificateDesk
    from chalicelib.domain.departments.changing_keys import KeyDesk
    from chalicelib.domain.departments.deciding_pulls import PullRequests
    from chalicelib.domain.departments.issuing import Issuing
    from chalicelib.domain.departments.keys import DepartmentKeys, IssuingTokens
    from chalicelib.domain.departments.making import Making
    from chalicelib.domain.departments.onboarding import DepartmentDesk
    from chalicelib.domain.departments.publishing import Publishing
    from chalicelib.domain.departments.pulling import Pulls
    from chalicelib.domain.departments.pushing_now import PushDesk
    from chalicelib.domain.departments.removing import Removing
    from chalicelib.domain.departments.signing import CertificateSigner, Timestamps
    from chalicelib.domain.departments.statistics_desk import StatisticsDesk
    from chalicelib.domain.departments.verifying import Verifying
    from chalicelib.domain.refusals import FieldError


class WithDepartments(UnderSignature):
    """What departments issue, and what DigiLocker asks of them."""

    @cached_property
    def department_keys(self) -> DepartmentKeys:
        """What opens departments' secrets."""
        from chalicelib.domain.departments.keys import DepartmentKeys  # noqa: PLC0415

        return DepartmentKeys(self.store, self.vault, self.clock)

    @cached_property
    def issuing_tokens(self) -> IssuingTokens:
        """What knows departments' own systems by their tokens."""
        from chalicelib.domain.departments.keys import IssuingTokens  # noqa: PLC0415

        return IssuingTokens(self.store, self.clock)

    @cached_property
    def departments(self) -> DepartmentDesk:
        """The desk at which departments are entered and changed."""
        from chalicelib.domain.departments.onboarding import DepartmentDesk  # noqa: PLC0415

        return DepartmentDesk(self.store, self.clock)

    @cached_property
    def department_key_desk(self) -> KeyDesk:
        """The desk at which departments' keys are made and ended."""
        from chalicelib.domain.departments.changing_keys import KeyDesk  # noqa: PLC0415

        return KeyDesk(self.store, self.vault, self.department_keys, self.clock)

    @cached_property
    def statistics(self) -> StatisticsDesk:
        """What counts of departments are read from."""
        from chalicelib.domain.departments.statistics_desk import StatisticsDesk  # noqa: PLC0415

        return StatisticsDesk(self.store, self.clock)

    @cached_property
    def pulls(self) -> Pulls:
        """What answers DigiLocker's pulls."""
        from chalicelib.adapters.pull_manner import configured  # noqa: PLC0415
        from chalicelib.domain.departments.asking_officers import AskingOfficers  # noqa: PLC0415
        from chalicelib.domain.departments.pull_finding import PullFinding  # noqa: PLC0415
        from chalicelib.domain.departments.pulling import Pulls  # noqa: PLC0415

        finding = PullFinding(self.store, self.documents, AskingOfficers(self.store, self.keyring))
        return Pulls(self.store, self.department_keys, finding, self.clock, configured())

    @cached_property
    def publishing(self) -> Publishing:
        """What starts the journeys of pushes."""
        from chalicelib.domain.departments.publishing import Publishing  # noqa: PLC0415

        return Publishing(self.store, self.journeys, self.clock)

    @cached_property
    def catching_up(self) -> CatchingUp:
        """What makes the pushes that are missing."""
        from chalicelib.domain.departments.catching_up import CatchingUp  # noqa: PLC0415

        return CatchingUp(self.store, self.clock)

    @cached_property
    def certificate_signer(self) -> CertificateSigner:
        """Departments' signing keys."""
        from chalicelib.adapters.certificate_signers import KmsSigner  # noqa: PLC0415

        return KmsSigner(self.aws, self.documents, self.clock)

    @cached_property
    def timestamps(self) -> Timestamps:
        """The time-stamping authority."""
        from chalicelib.adapters.certificate_signers import configured_timestamps  # noqa: PLC0415

        return configured_timestamps()

    @cached_property
    def issuing(self) -> Issuing:
        """What makes certificates of what departments bring."""
        from chalicelib.domain.departments.issuing import Issuing  # noqa: PLC0415

        return Issuing(self.store, self.clock)

    @cached_property
    def certificates(self) -> CertificateDesk:
        """The desk at which departments look after their certificates."""
        from chalicelib.domain.departments.certificate_desk import CertificateDesk  # noqa: PLC0415

        return CertificateDesk(self.store, self.documents, self.keyring, self.clock)

    @cached_property
    def verifying(self) -> Verifying:
        """What tells anybody whether a certificate is genuine."""
        from chalicelib.domain.departments.verifying import Verifying  # noqa: PLC0415

        return Verifying(self.store, self.keyring, self.clock)

    @cached_property
    def making(self) -> Making:
        """What makes and signs the files of certificates. It loads what lays out and signs PDFs."""
        from chalicelib.adapters.certificate_signers import font  # noqa: PLC0415
        from chalicelib.domain.departments.making import Making  # noqa: PLC0415
        from chalicelib.domain.departments.pdf_certificates import CertificatePrinter  # noqa: PLC0415
        from chalicelib.domain.departments.pdf_papers import SignedPapers  # noqa: PLC0415
        from chalicelib.domain.departments.pdf_signing import Sealing  # noqa: PLC0415
        from chalicelib.domain.departments.pdf_validation_data import ValidationData  # noqa: PLC0415

        known = ValidationData(self.revocation_hosts)
        sealing = Sealing(self.certificate_signer, self.timestamps, known, self.trust, self.clock)
        printing = CertificatePrinter(font, self.settings["PUBLIC_ORIGIN"])
        papers = SignedPapers(self.certificate_signer, sealing, printing)
        return Making(self.store, self.documents, papers, self.clock)

    @cached_property
    def removing(self) -> Removing:
        """What removes certificates that are kept no longer."""
        from chalicelib.domain.departments.removing import Removing  # noqa: PLC0415

        return Removing(self.store, self.documents, self.clock)

    @cached_property
    def pull_requests(self) -> PullRequests:
        """The officers' desk for pending pulls."""
        from chalicelib.domain.departments.deciding_pulls import PullRequests  # noqa: PLC0415

        return PullRequests(self.store, self.clock)

    @cached_property
    def push_desk(self) -> PushDesk:
        """The desk at which a certificate is pushed at once."""
        from chalicelib.domain.departments.pushing_now import PushDesk  # noqa: PLC0415

        return PushDesk(self.store, self.publishing, self.clock)

    @cached_property
    def backfills(self) -> Backfills:
        """The desk of imports."""
        from chalicelib.domain.departments.backfilling import Backfills  # noqa: PLC0415

        return Backfills(self.store, self.documents, self.journeys, self.clock)

    @cached_property
    def backfill_steps(self) -> BackfillSteps:
        """The steps of an import, for its journey."""
        from chalicelib.domain.departments.backfill_running import BackfillSteps  # noqa: PLC0415
        from chalicelib.domain.departments.indexing import Indexing  # noqa: PLC0415
        from chalicelib.web.texts import text  # noqa: PLC0415

        def words(language: str, error: FieldError) -> str:
            return text(language, f"field.{error.reason}", **error.values)

        return BackfillSteps(self.store, self.documents, self.issuing, Indexing(self.store), words, self.clock)
