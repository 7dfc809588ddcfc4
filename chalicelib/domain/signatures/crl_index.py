"""The index of a CRL."""

from __future__ import annotations


class CrlIndex:
    """An index, open for look-ups."""
