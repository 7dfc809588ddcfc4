"""The suite's parts for departments on DigiLocker: onboarding, certificates, pulls, pushes, backfills."""

from __future__ import annotations

from chalicelib.suite_signatures import UnderSignature


class WithDepartments(UnderSignature):
    """What departments issue, and what DigiLocker asks of them."""
