"""Indexes of CRLs that stay where they are: the laptop puts its tables back to the start, but not its bucket."""

from chalicelib.adapters.crl_indexes import FOLDER, S3CrlIndexes


class KeptIndexes(S3CrlIndexes):
    """Each index at a place of its own."""

    def place(self, source_id: str, current_key: str | None, sha256: str) -> str:
        """See ``S3CrlIndexes``."""
        del current_key
        return f"{FOLDER}/{source_id}/{sha256}"
