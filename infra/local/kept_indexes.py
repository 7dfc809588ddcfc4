"""Indexes of CRLs that stay where they are: the laptop puts its tables back to the start, but not its bucket."""

from datetime import timedelta

from chalicelib.adapters.crl_indexes import FOLDER, S3CrlIndexes


class KeptIndexes(S3CrlIndexes):
    """Each index at a place of its own, and the record asked each time: it may be put back at any moment."""

    asked_again = timedelta(0)

    def place(self, source_id: str, current_key: str | None, sha256: str) -> str:
        """See ``S3CrlIndexes``."""
        del current_key
        return f"{FOLDER}/{source_id}/{sha256}"
