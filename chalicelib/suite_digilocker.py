"""The suite's parts for DigiLocker as a requester: fetches, consents, My documents."""

from __future__ import annotations

from chalicelib.suite_departments import WithDepartments


class WithDigiLocker(WithDepartments):
    """What people fetch from DigiLocker, and under which consent."""
