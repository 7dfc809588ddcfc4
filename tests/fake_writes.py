"""What a change does to the fake store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any


@dataclass
class FakeWrite:
    """What a change does to one item: whether it holds, and the item's new value (None: it goes)."""

    table: dict[str, Any]
    key: str
    holds: bool
    value: Any

    def make(self) -> None:
        if self.value is None:
            self.table.pop(self.key, None)
        else:
            self.table[self.key] = self.value


def over(table: dict[str, Any], key: str, record: Any, revision: str) -> FakeWrite:
    """A record over the version that was read."""
    stored = table.get(key)
    holds = record.revision == (stored.revision if stored else None)
    return FakeWrite(table, key, holds, replace(record, revision=revision))
