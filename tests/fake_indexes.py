"""A fake table with indexes as DynamoDB has them: what is in a group, in order, without looking at all else."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Value = TypeVar("Value")
# Where a value stands in an index: its group, and what it is ordered by there; None where it is not in it.
Place = Callable[[str, Any], "tuple[Hashable, Any] | None"]


class Indexed(dict[str, Value]):
    """Values by key, each also in those of the named indexes whose place it has."""

    def __init__(self, **places: Place) -> None:
        super().__init__()
        self._places = places
        self._groups: dict[str, dict[Hashable, list[tuple[Any, str]]]] = {name: defaultdict(list) for name in places}

    def __setitem__(self, key: str, value: Value) -> None:
        old = self.get(key)
        for name, place_of in self._places.items():
            self._move(name, key, None if old is None else place_of(key, old), place_of(key, value))
        super().__setitem__(key, value)

    def pop(self, key: str, *default: Any) -> Any:
        if key in self:
            for name, place_of in self._places.items():
                self._move(name, key, place_of(key, self[key]), None)
        return super().pop(key, *default)

    def found(self, index: str, group: Hashable, at_most: int, *, up_to: Any = None) -> list[Value]:
        """The first of a group in an index; with `up_to` none that is ordered after it."""
        return [self[key] for _, key in self._entries(index, group, up_to)[:at_most]]

    def newest(self, index: str, group: Hashable, at_most: int, *, before: Any = None) -> list[Value]:
        """The last of a group in an index, the last first; with `before` those that are ordered before it."""
        entries = self._groups[index].get(group, [])
        end = len(entries) if before is None else bisect_left(entries, before, key=_order)
        return [self[key] for _, key in reversed(entries[max(0, end - at_most) : end])]

    def counted(self, index: str, group: Hashable) -> int:
        """How many there are of a group in an index."""
        return len(self._groups[index].get(group, ()))

    def _entries(self, index: str, group: Hashable, up_to: Any) -> list[tuple[Any, str]]:
        entries = self._groups[index].get(group, [])
        return entries if up_to is None else entries[: bisect_right(entries, up_to, key=_order)]

    def _move(self, name: str, key: str, old: Any, new: Any) -> None:
        if old == new:
            return
        groups = self._groups[name]
        if old is not None:
            entries = groups[old[0]]
            entries.pop(bisect_left(entries, (old[1], key)))
        if new is not None:
            insort(groups[new[0]], (new[1], key))


def _order(entry: tuple[Any, str]) -> Any:
    return entry[0]
