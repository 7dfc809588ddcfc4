"""Regional Authorities: the offices of DGFT that staff belong to. Which there are is configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from chalicelib.domain.refusals import Code, Refusal


@dataclass(frozen=True, slots=True)
class RegionalAuthority:
    """One Regional Authority: its code, which never changes while staff belong to it, and its name by language."""

    code: str
    name: Mapping[str, str]


class Authorities(Protocol):
    """The Regional Authorities that are configured."""

    def all(self) -> tuple[RegionalAuthority, ...]:
        """Every one, in the order of the configuration."""
        ...

    def coded(self, code: str) -> RegionalAuthority | None:
        """The one of this code."""
        ...


def demand_known(authorities: Authorities, code: str) -> RegionalAuthority:
    """The Regional Authority of this code. Raises `Refusal` `not_found` where there is none."""
    found = authorities.coded(code)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found
