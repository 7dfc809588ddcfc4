"""The line to DigiLocker, as the domain asks for it; `adapters/digilocker_http` answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class DigiLockerUnavailable(Exception):  # noqa: N818
    """DigiLocker did not answer, answered too late, too much or cut short, or said 5xx (530 among them).

    `code` is its own error code where it gave one. Repeating later helps.
    """

    def __init__(self, code: str = "no_answer") -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `path` is of the profile's host. At most one of `form` (in this order) and `body`.

    `basic` is (client id, secret), `bearer` a token; neither is ever logged.
    """

    method: str
    path: str
    form: tuple[tuple[str, str], ...] | None = None
    body: bytes | None = None
    content_type: str = "application/x-www-form-urlencoded"
    headers: Mapping[str, str] = field(default_factory=dict)
    basic: tuple[str, str] | None = None
    bearer: str | None = None
    at_most: int = 1024 * 1024

    def __repr__(self) -> str:
        return f"Call({self.method})"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came: any status below 500, lower-case header names, the body byte for byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Reply({self.status})"


class Line(Protocol):
    """Sends calls to one host: TLS checked, no redirects, `Accept-Encoding: identity`, a time limit."""

    def send(self, call: Call) -> Reply:
        """The reply. Raises `DigiLockerUnavailable`."""
        ...
