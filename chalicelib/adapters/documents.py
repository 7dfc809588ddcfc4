"""Documents in S3."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws import Aws
from chalicelib.domain.ports import (
    READ_WITHIN,
    UPLOAD_WITHIN,
    DocumentChanged,
    DocumentState,
    DocumentsUnavailable,
    UploadForm,
)
from chalicelib.settings import Settings

# What lies here is never written over: the bucket's policy takes a write only if it asks that nothing be there yet.
KEPT = "evidence/"
_IS_THERE = _IS_ANOTHER = "PreconditionFailed"
_BEYOND_END = "InvalidRange"


class DocumentUnavailable(Exception):  # noqa: N818
    """There is no such document, or S3 did not answer."""


class S3Documents:
    """`ports.Documents`: the suite's own bucket."""

    def __init__(self, aws: Aws, settings: Settings) -> None:
        self._aws = aws
        self._settings = settings

    def lines(self, key: str) -> Iterator[str]:
        """The lines of a text, as they arrive; what is not UTF-8 is replaced. Raises `DocumentUnavailable`."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
            for line in answer["Body"].iter_lines():
                yield line.decode("utf-8-sig", errors="replace")
        except (BotoCoreError, ClientError) as failed:
            raise DocumentUnavailable(key) from failed

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """See `ports.Documents`. A piece of evidence that is there already stays: its key names its content."""
        once = {"IfNoneMatch": "*"} if key.startswith(KEPT) else {}
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type, **once)
        except ClientError as refused:
            if not once or refused.response["Error"]["Code"] != _IS_THERE:
                raise DocumentsUnavailable(key) from refused
        except BotoCoreError as failed:
            raise DocumentsUnavailable(key) from failed

    def get(self, key: str, at_most: int) -> bytes:
        """See `ports.Documents`. A document that is too large is not fetched."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
            with closing(answer["Body"]) as body:
                if answer["ContentLength"] > at_most:
                    raise ValueError(key)
                content: bytes = body.read()
        except (BotoCoreError, ClientError) as failed:
            raise DocumentsUnavailable(key) from failed
        return content

    def state(self, key: str) -> DocumentState:
        """See `ports.Documents`."""
        try:
            found = self._client.head_object(Bucket=self._bucket, Key=key)
        except (BotoCoreError, ClientError) as failed:
            raise DocumentsUnavailable(key) from failed
        return DocumentState(found["ContentLength"], found["ETag"])

    def is_there(self, key: str) -> bool:
        """See `ports.Documents`.

        By the list of keys: to whom S3 lists no more than a folder, it answers a read of what is missing with "access
        denied", as it answers other troubles.
        """
        try:
            listed = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        except (BotoCoreError, ClientError) as failed:
            raise DocumentsUnavailable(key) from failed
        return any(one["Key"] == key for one in listed.get("Contents", ()))

    def part(self, key: str, start: int, end: int, mark: str) -> bytes:
        """See `ports.Documents`. S3 compares the mark itself, its ETag."""
        if end <= start:
            return b""
        asked = {"Bucket": self._bucket, "Key": key, "Range": f"bytes={start}-{end - 1}", "IfMatch": mark}
        try:
            answer = self._client.get_object(**asked)
            with closing(answer["Body"]) as body:
                content: bytes = body.read()
        except ClientError as refused:
            code = refused.response["Error"]["Code"]
            if code == _BEYOND_END:
                return b""
            if code == _IS_ANOTHER:
                raise DocumentChanged(key) from refused
            raise DocumentsUnavailable(key) from refused
        except BotoCoreError as failed:
            raise DocumentsUnavailable(key) from failed
        return content

    def upload_form(self, key: str, content_type: str, at_most: int, now: datetime) -> UploadForm:
        """See `ports.Documents`. S3 itself holds the upload to the key, the type and the size; nobody is asked here."""
        fields = {"Content-Type": content_type, "success_action_status": "201"}
        form = self._client.generate_presigned_post(
            self._bucket,
            key,
            Fields=dict(fields),
            Conditions=[*({name: value} for name, value in fields.items()), ["content-length-range", 1, at_most]],
            ExpiresIn=int(UPLOAD_WITHIN.total_seconds()),
        )
        return UploadForm(form["url"], form["fields"], now + UPLOAD_WITHIN)

    def remove(self, key: str) -> None:
        """See `ports.Documents`. Earlier versions go by the bucket's own rule (docs/deploy.md)."""
        try:
            self._client.delete_object(Bucket=self._bucket, Key=key)
        except (BotoCoreError, ClientError) as failed:
            raise DocumentsUnavailable(key) from failed

    def remove_folder(self, folder: str) -> None:
        """See `ports.Documents`. A folder holds a handful: each is removed by itself."""
        is_more = True
        try:
            while is_more:
                listed = self._client.list_objects_v2(Bucket=self._bucket, Prefix=folder)
                for one in listed.get("Contents", ()):
                    self._client.delete_object(Bucket=self._bucket, Key=one["Key"])
                is_more = listed["IsTruncated"]
        except (BotoCoreError, ClientError) as failed:
            raise DocumentsUnavailable(folder) from failed

    def download_url(self, key: str, file_name: str) -> str:
        """See `ports.Documents`; nobody is asked here. The browser saves the file and does not show it."""
        asked = {"Bucket": self._bucket, "Key": key, "ResponseContentDisposition": saved_as(file_name)}
        url: str = self._client.generate_presigned_url(
            "get_object", Params=asked, ExpiresIn=int(READ_WITHIN.total_seconds())
        )
        return url

    @property
    def _bucket(self) -> str:
        return self._settings["DOCUMENTS_BUCKET"]

    @property
    def _client(self) -> Any:  # noqa: ANN401 - botocore makes its clients at run time
        return self._aws.client("s3")


def saved_as(file_name: str) -> str:
    """The header by which a browser saves a file under this name, in whatever script (RFC 6266, RFC 8187)."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in " ._-") else "_" for sign in file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
