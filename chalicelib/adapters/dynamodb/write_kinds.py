"""The kinds of conditional writes that DynamoDB knows, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model


@dataclass(frozen=True, slots=True)
class Put:
    """Write a whole row."""

    row: Model
    condition: Condition | None


@dataclass(frozen=True, slots=True)
class Update:
    """Change some attributes of a row."""

    row: Model
    actions: Sequence[Action]
    condition: Condition | None


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a row."""

    row: Model
    condition: Condition | None


Write = Put | Update | Delete


def unchanged(row: Any, revision: str | None) -> Condition:  # noqa: ANN401 - any row class with a revision
    """The condition that a row is still the version that was read, or is not there where none was."""
    condition: Condition = row.revision.does_not_exist() if revision is None else row.revision == revision
    return condition
