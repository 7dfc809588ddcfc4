"""One process at a time, where several would do the same slow work beside each other."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Wait until no other process is in such a block with the same file, which is made and stays."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as held:
        # Let go when it is closed, however the process ends.
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
