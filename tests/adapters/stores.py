"""The stores that a contract is held against: the fake, and DynamoDB on both engines.

A file of the contract has one class of promises, and two classes of tests: `TestFakeStore(Promises, OnFake)` and
`TestDynamoDbStore(Promises, OnDynamoDb)`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.domain.changes import Change, ChangeRefused
from chalicelib.domain.ports import Store
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.adapters.records import NOW
from tests.engines import on_both_engines
from tests.fakes import FakeStore

TOGETHER = 16


def refused(store: Store, *changes: Change) -> Change | None:
    """The change of a write that did not hold."""
    with pytest.raises(ChangeRefused) as raised:
        store.write(*changes)
    return raised.value.change


def winners(write: Callable[[int], object]) -> int:
    """How many of sixteen that write at once get through."""

    def got_through(number: int) -> bool:
        try:
            write(number)
        except ChangeRefused:
            return False
        return True

    with ThreadPoolExecutor(TOGETHER) as threads:
        return sum(threads.map(got_through, range(TOGETHER)))


class OnFake:
    """The fake, whose clock stands at NOW."""

    @pytest.fixture
    def store(self) -> Store:
        return FakeStore(lambda: NOW)


@on_both_engines
class OnDynamoDb:
    """DynamoDB on both engines; the clock goes on from NOW."""

    @pytest.fixture
    def store(self, laptop: Laptop) -> Store:
        laptop.clock.advance(NOW - laptop.clock())
        return suite().store
