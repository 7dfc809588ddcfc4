"""One botocore session and one client for each service, made when first needed.

A client costs some 80 ms of a cold start and a session more, so nothing here runs at import and all clients share the
session.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from threading import Lock
from typing import Any

from botocore.config import Config
from botocore.session import Session, get_session

# A route has 29 s in all and a person waits: give up early, try three times.
CONNECT_SECONDS = 1.0
READ_SECONDS = 4.0
ATTEMPTS = 3


class Aws:
    """The process's way to AWS.

    `watch` is called with each session that is made (the laptop counts calls through it).
    """

    def __init__(self, region: str, watch: Callable[[Session], None] | None = None) -> None:
        self.region = region
        self._watch = watch
        self._clients: dict[str, Any] = {}
        self._lock = Lock()

    @cached_property
    def session(self) -> Session:
        """The one botocore session."""
        session = get_session()
        if self._watch is not None:
            self._watch(session)
        return session

    def client(self, service: str) -> Any:  # noqa: ANN401 - botocore makes its clients at run time
        """The client of `service`, such as `stepfunctions`."""
        # Making a client is not thread-safe in botocore; the laptop serves in threads.
        with self._lock:
            if service not in self._clients:
                config = Config(
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=READ_SECONDS,
                    parameter_validation=False,
                    # Fixed: building the long one anew for each call is a tenth of a call's CPU.
                    user_agent="pravesh",
                    retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
                    # What is encrypted under a key of KMS is read with a signature of version 4 alone.
                    signature_version="s3v4" if service == "s3" else None,
                    # The bucket's own address in its region: the one that pages may reach (`Settings.uploads_origin`).
                    s3={"addressing_style": "virtual"} if service == "s3" else None,
                )
                self._clients[service] = self.session.create_client(service, self.region, config=config)
            return self._clients[service]
