"""What the domain asks of the outside; the adapters answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from chalicelib.domain.changes import Change
from chalicelib.domain.codes import ServerKey
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.icegate.registration import Registration
from chalicelib.domain.identifiers import Iec
from chalicelib.domain.limits import Tries
from chalicelib.domain.sessions import Session
from chalicelib.domain.temporary_passwords import TemporaryPassword

# The clock's reading: aware UTC, whole milliseconds.
Clock = Callable[[], datetime]


class Store(Protocol):
    """The truth.

    Every read is consistent with the writes before it. All raise `StoreUnavailable` when there is no answer.
    """

    def registration(self, registration_id: str) -> Registration | None:
        """The registration of this id."""
        ...

    def holder(self, iec: Iec) -> Holder | None:
        """The IEC holder's record."""
        ...

    def temporary_password(self, iec: Iec) -> TemporaryPassword | None:
        """What is kept of the holder's temporary password."""
        ...

    def icegate_id(self, folded_id: str) -> IcegateAccount | Hold | None:
        """Who has an ICEGATE ID (folded), if anyone."""
        ...

    def tries(self, key: str) -> Tries:
        """The tries under `key`; none taken yet where nothing is stored."""
        ...

    def session(self, token_hash: str) -> Session | None:
        """The session of this token."""
        ...

    def write(self, *changes: Change) -> str:
        """Writes all changes or none, and returns the revision that every versioned record among them now bears.

        Raises `ChangeRefused`, naming the change whose condition did not hold.
        """
        ...

    def end_session(self, token_hash: str) -> None:
        """Deletes a session; it is no matter if it is gone."""
        ...

    def holders(self) -> Iterator[Holder]:
        """All holders, a page at a time, in no order."""
        ...


class JourneysUnavailable(Exception):  # noqa: N818
    """The journeys (Step Functions) did not answer; what was decided is stored, and repeating the request goes on."""


class Woken(StrEnum):
    """What became of a wake-up."""

    AWAKE = "awake"
    WAITS_NO_MORE = "waits_no_more"


class Journeys(Protocol):
    """Starts and wakes the journey of a simplified registration."""

    def start(self, registration_id: str, seconds_left: int) -> None:
        """Starts the journey; starting twice is starting once. Raises `JourneysUnavailable`."""
        ...

    def wake(self, task_token: str, message: Mapping[str, str | int]) -> Woken:
        """Wakes the step that waits under `task_token`. Raises `JourneysUnavailable`."""
        ...


class Keyring(Protocol):
    """The server's keys."""

    def current(self) -> ServerKey:
        """The key for what is made now."""
        ...

    def by_id(self, key_id: str) -> ServerKey:
        """The key under which something was made. Raises `KeyError` when it was withdrawn."""
        ...
