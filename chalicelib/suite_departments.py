"""The suite's parts for departments on DigiLocker: onboarding, certificates, pulls, pushes, backfills."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.suite_signatures import UnderSignature

if TYPE_CHECKING:
    from chalicelib.domain.departments.keys import DepartmentKeys, IssuingTokens


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
