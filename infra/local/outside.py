"""What the laptop plays of the outside world, as places of its console: open while the laptop runs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from infra.local.console_routes import Route


@dataclass(frozen=True)
class Around:
    """Where the laptop is, for those who play a part in it."""

    site_url: str
    console_url: str
    clock: Callable[[], datetime]
    """The suite's time."""


@contextmanager
def played(around: Around) -> Iterator[Sequence[Route]]:
    """Play Pravesh's outside world while in the block; yields its places of the console."""
    del around
    yield ()
