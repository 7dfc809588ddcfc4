"""Regional Authorities: the offices of DGFT that staff belong to. Which there are is configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RegionalAuthority:
    """One Regional Authority: its code, which never changes while staff belong to it, and its name by language."""

    code: str
    name: Mapping[str, str]

    def called(self, language: str) -> str:
        """Its name in a language; its code where it has none."""
        return self.name.get(language, self.code)


class Authorities(Protocol):
    """The Regional Authorities that are configured."""

    def all(self) -> tuple[RegionalAuthority, ...]:
        """Every one, in the order of the configuration."""
        ...

    def coded(self, code: str) -> RegionalAuthority | None:
        """The one of this code."""
        ...


def of_staff(authorities: Authorities, code: str) -> RegionalAuthority:
    """The Regional Authority that a member belongs to, nameless where the configuration knows it no more."""
    return authorities.coded(code) or RegionalAuthority(code, {})
