"""The indexes of CRLs: in S3, where the store's `CrlState` says which one stands, and in our own temporary files.

Beside them lie the CRLs themselves, each once: evidence of a signature names them by hash, and its proof needs them.
Each source has two places in S3, taken in turn: what the record points at is never written over, so that who read the
record a moment ago still finds the index that it named.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws import Aws
from chalicelib.domain.ports import Store
from chalicelib.domain.signatures.crl_index import CrlIndex, IndexDamaged
from chalicelib.domain.signatures.refreshing import IndexUnkept
from chalicelib.domain.signatures.revocation import CrlSource
from chalicelib.settings import Settings

# How long a container goes by what it has heard of a source.
ASKED_AGAIN = timedelta(seconds=60)
FOLDER = "crl"
# The CRLs themselves, each under its SHA-256.
CRLS = "crls"
_PIECE = 1024 * 1024
# Who may not list a bucket is told "forbidden" of what is not there.
_IS_THERE = "PreconditionFailed"
_NOT_THERE = {"403", "404", "NoSuchKey", "NotFound"}


@dataclass(frozen=True, slots=True)
class _Held:
    asked_at: datetime
    sha256: str | None
    index: CrlIndex | None


class FileBytes:
    """`crl_index.Buffer` over an open file, of which it keeps a handle of its own.

    It reads what it is asked for and no more: mapped into memory, an index would be resident page by page.
    """

    def __init__(self, descriptor: int) -> None:
        self._size = os.fstat(descriptor).st_size
        self._descriptor = os.dup(descriptor)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice, /) -> bytes:
        start, stop, _ = part.indices(self._size)
        return os.pread(self._descriptor, stop - start, start) if start < stop else b""

    def __del__(self) -> None:
        os.close(self._descriptor)


class S3CrlIndexes:
    """`revocation.Indexes` and `refreshing.IndexShelf`."""

    asked_again = ASKED_AGAIN

    def __init__(self, aws: Aws, settings: Settings, store: Store) -> None:
        self._aws, self._settings, self._store = aws, settings, store
        self._held: dict[str, _Held] = {}
        self._lock = Lock()

    def current(self, source: CrlSource, now: datetime) -> CrlIndex | None:
        """See `revocation.Indexes`. A file whose hash is not the record's counts as none. Raises `StoreUnavailable`."""
        with self._lock:
            held = self._held.get(source.source_id)
            if held is None or abs(now - held.asked_at) >= self.asked_again:
                held = self._held[source.source_id] = self._asked(source, held, now)
            return held.index

    def forget(self, source_id: str) -> None:
        """Ask the record again at the next look-up: its index was just made anew."""
        with self._lock:
            self._held.pop(source_id, None)

    def _asked(self, source: CrlSource, held: _Held | None, now: datetime) -> _Held:
        state = self._store.crl_state(source.source_id)
        if state is None or state.index_key is None or state.index_sha256 is None:
            return _Held(now, None, None)
        if held and held.index and held.sha256 == state.index_sha256:
            return _Held(now, held.sha256, held.index)
        return _Held(now, state.index_sha256, self._opened(source, state.index_key, state.index_sha256))

    def _opened(self, source: CrlSource, key: str, sha256: str) -> CrlIndex | None:
        try:
            # Nameless: it goes with the process, or with the last who reads it.
            with tempfile.TemporaryFile() as file:
                if self._downloaded(key, file) != sha256:
                    return None
                return CrlIndex(FileBytes(file.fileno()), source.source_id, sha256)
        except (BotoCoreError, ClientError, IndexDamaged, ValueError, OSError):
            return None

    def _downloaded(self, key: str, file: IO[bytes]) -> str:
        digest = hashlib.sha256()
        with closing(self._client.get_object(Bucket=self._bucket, Key=key)["Body"]) as body:
            for piece in body.iter_chunks(_PIECE):
                digest.update(piece)
                file.write(piece)
        file.flush()
        return digest.hexdigest()

    def keep(self, source_id: str, current_key: str | None, pieces: Iterator[bytes]) -> tuple[str, str]:
        """See `refreshing.IndexShelf`."""
        digest = hashlib.sha256()
        with tempfile.TemporaryFile() as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
            file.seek(0)
            key = self.place(source_id, current_key, digest.hexdigest())
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=file,
                    ContentType="application/octet-stream",
                    Metadata={"sha256": digest.hexdigest()},
                )
            except (BotoCoreError, ClientError) as failed:
                raise IndexUnkept(key) from failed
        self.forget(source_id)
        return key, digest.hexdigest()

    def keep_crl(self, sha256: str, content: bytes) -> None:
        """See `refreshing.IndexShelf`. One that is there already stays: its key names its content."""
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=f"{CRLS}/{sha256}",
                Body=content,
                ContentType="application/pkix-crl",
                IfNoneMatch="*",
            )
        except ClientError as refused:
            if refused.response["Error"]["Code"] != _IS_THERE:
                raise IndexUnkept(sha256) from refused
        except BotoCoreError as failed:
            raise IndexUnkept(sha256) from failed

    def place(self, source_id: str, current_key: str | None, sha256: str) -> str:
        """Where the next index of a source is put: the one of its two places at which the current one is not."""
        del sha256
        places = (f"{FOLDER}/{source_id}/{turn}" for turn in ("a", "b"))
        return next(place for place in places if place != current_key)

    def has(self, key: str, sha256: str) -> bool:
        """See `refreshing.IndexShelf`."""
        try:
            told = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as refused:
            if refused.response["Error"]["Code"] in _NOT_THERE:
                return False
            raise IndexUnkept(key) from refused
        except BotoCoreError as failed:
            raise IndexUnkept(key) from failed
        return bool(told["Metadata"].get("sha256") == sha256)

    @property
    def _bucket(self) -> str:
        return self._settings["DOCUMENTS_BUCKET"]

    @property
    def _client(self) -> Any:  # noqa: ANN401 - botocore makes its clients at run time
        return self._aws.client("s3")
