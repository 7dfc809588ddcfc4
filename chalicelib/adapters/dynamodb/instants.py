"""Instants in DynamoDB."""

from __future__ import annotations

from datetime import UTC, datetime

from pynamodb.attributes import Attribute
from pynamodb.constants import NUMBER


class InstantAttribute(Attribute[datetime]):
    """An instant: stored as epoch milliseconds, read as aware UTC."""

    attr_type = NUMBER

    def serialize(self, value: datetime) -> str:
        """Epoch milliseconds in digits."""
        return str(round(value.timestamp() * 1000))

    def deserialize(self, value: str) -> datetime:
        """The aware UTC instant."""
        return datetime.fromtimestamp(int(value) / 1000, tz=UTC)


def epoch_seconds(instant: datetime) -> int:
    """Whole epoch seconds, as DynamoDB's TTL wants them."""
    return int(instant.timestamp())
