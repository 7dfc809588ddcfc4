"""Documents in S3."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws import Aws
from chalicelib.settings import Settings


class DocumentUnavailable(Exception):  # noqa: N818
    """There is no such document, or S3 did not answer."""


class S3Documents:
    """The suite's own bucket."""

    def __init__(self, aws: Aws, settings: Settings) -> None:
        self._aws = aws
        self._settings = settings

    def lines(self, key: str) -> Iterator[str]:
        """The lines of a text, as they arrive; what is not UTF-8 is replaced. Raises `DocumentUnavailable`."""
        try:
            answer = self._aws.client("s3").get_object(Bucket=self._settings["DOCUMENTS_BUCKET"], Key=key)
            for line in answer["Body"].iter_lines():
                yield line.decode("utf-8-sig", errors="replace")
        except (BotoCoreError, ClientError) as failed:
            raise DocumentUnavailable(key) from failed
