"""The log: JSON lines by Powertools, made on first use. Nothing personal and nothing secret is ever given to it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger


@cache
def logger() -> Logger:
    """The suite's logger."""
    from aws_lambda_powertools.logging import Logger  # noqa: PLC0415

    return Logger(service="pravesh", use_rfc3339=True, utc=True)
