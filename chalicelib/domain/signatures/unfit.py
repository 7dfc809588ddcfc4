"""What ends a validation: an aspect that fails; and the one place where malformed input becomes such an end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import DuplicateExtension, InvalidVersion, UnsupportedGeneralNameType

from chalicelib.domain.signatures.report import Aspect, Finding, Reason, fails

# What parsers raise over bytes that somebody made up; some of pyca's own are no ValueError.
_MALFORMED: Final = (
    ValueError,
    TypeError,
    KeyError,
    OverflowError,
    RecursionError,
    UnsupportedAlgorithm,
    InvalidVersion,
    DuplicateExtension,
    UnsupportedGeneralNameType,
)


class Unfit(Exception):  # noqa: N818 - it says what was found; it is no error of ours
    """The signature fails in this aspect, for this reason."""

    def __init__(self, aspect: Aspect, reason: Reason) -> None:
        super().__init__(reason.value)
        self.finding: Finding = fails(aspect, reason)


@contextmanager
def unfit_if_malformed(aspect: Aspect, reason: Reason) -> Iterator[None]:
    """Whatever a parser raises over malformed input while in the block is `Unfit`, for this reason."""
    try:
        yield
    except _MALFORMED as error:
        raise Unfit(aspect, reason) from error
