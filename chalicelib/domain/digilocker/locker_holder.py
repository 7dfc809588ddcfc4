"""Whose locker it is, as the locker itself says: whatever comes out of it is compared with this, too (ADR 56)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class LockerHolder:
    """Name and birth date of the locker's account. `name` is "" where the locker was asked and told none.

    `is_firm`: of Entity Locker, where no birth date would have to fit.
    """

    name: str
    born_on: date | None = None
    is_firm: bool = False

    def __repr__(self) -> str:
        return "LockerHolder(…)"
