"""Offices: what staff belong to, a Regional Authority or, for department officers alone, a department."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chalicelib.domain.accounts.account import Role
from chalicelib.domain.ports import Store
from chalicelib.domain.staff.authorities import Authorities, RegionalAuthority

_DEPARTMENT_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class Offices:
    """`authorities.Authorities` that knows departments too: a department's code is its id."""

    authorities: Authorities
    store: Store

    def all(self) -> tuple[RegionalAuthority, ...]:
        """Every Regional Authority; departments are not among them."""
        return self.authorities.all()

    def coded(self, code: str) -> RegionalAuthority | None:
        """The Regional Authority or the department of this code; a department costs one read."""
        return self.authorities.coded(code) or self._department(code)

    def trouble_with(self, role: Role, code: str) -> str | None:
        """Why somebody of this role cannot belong there, as a field's reason; None where they can."""
        is_regional = self.authorities.coded(code) is not None
        if role is Role.DEPARTMENT_OFFICER:
            return None if not is_regional and self._department(code) else "department_unknown"
        if is_regional:
            return None
        return "role_is_of_departments" if self._department(code) else "authority_unknown"

    def _department(self, code: str) -> RegionalAuthority | None:
        found = self.store.department(code) if _DEPARTMENT_ID.fullmatch(code) else None
        return RegionalAuthority(code, found.name) if found else None
