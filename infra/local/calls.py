"""Every AWS call that our code makes, written down as it leaves the process."""

import base64
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import botocore.handlers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from infra.local.callers import caller
from infra.local.environment import ACCESS_KEY

_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/\d+/[^/]+/(?P<service>[^/]+)/")
_KEPT = 50_000
_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
# An operation's IAM action, where it has another name than the operation.
_ACTIONS = {
    ("s3", "HeadObject"): "s3:GetObject",
    ("s3", "ListObjectsV2"): "s3:ListBucket",
    ("s3", "HeadBucket"): "s3:ListBucket",
}
_TRANSACTION_PARTS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem"}


@dataclass(frozen=True)
class Call:
    """One request to AWS, a retry being one more."""

    service: str
    """The service as IAM names it: ``dynamodb``, ``states``, ``ses``."""
    operation: str
    """The operation as the API names it: ``UpdateItem``."""
    made_by: str | None
    """The route (``"GET /captcha"``) or function that made it; None when it was made by neither."""
    parameters: dict[str, Any] = field(default_factory=dict, repr=False)
    """What was asked, as far as the body tells it."""
    url: str = field(default="", repr=False)

    @property
    def parts(self) -> list[tuple[str, dict[str, Any]]]:
        """The item operations inside: those of a transaction, or the call itself."""
        items = self.parameters.get("TransactItems")
        if items is None:
            return [(self.operation, self.parameters)]
        return [(_TRANSACTION_PARTS.get(name, name), part) for item in items for name, part in item.items()]

    @property
    def actions(self) -> set[str]:
        """The IAM actions that this call needs (a transaction needs those of its parts)."""
        return {_ACTIONS.get((self.service, operation), f"{self.service}:{operation}") for operation, _ in self.parts}

    @property
    def writes(self) -> int:
        """How many DynamoDB items it writes."""
        if self.operation == "BatchWriteItem":
            return sum(len(requests) for requests in self.parameters["RequestItems"].values())
        return sum(operation in _WRITES for operation, _ in self.parts) if self.service == "dynamodb" else 0


Hook = Callable[[Call, AWSPreparedRequest], AWSResponse | None]
_UNSEEN: ContextVar[bool] = ContextVar("unseen", default=False)


class Calls:
    """The record of calls, in the order they left; a fault may be put in front of each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=_KEPT)
        self._count = 0
        self._under_way = threading.local()
        self.before_sending: Hook | None = None
        self.after_receiving: Callable[[Call], None] | None = None
        """Told of each call once it has come back, well or badly."""

    def __iter__(self) -> Iterator[Call]:
        with self._lock:
            return iter(list(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def by(self, made_by: str) -> list[Call]:
        """List the calls that one route or function made."""
        return [call for call in self if call.made_by == made_by]

    def clear(self) -> None:
        """Forget what was recorded."""
        with self._lock:
            self._calls.clear()

    @contextmanager
    def recorded(self) -> Iterator[list[Call]]:
        """Give a list that holds, after the block, the calls made in it."""
        before = self._count
        found: list[Call] = []
        yield found
        made = self._count - before
        found.extend(list(self)[-made:] if made else [])

    def sees(self, request: AWSPreparedRequest, event_name: str) -> AWSResponse | None:
        """Record a request that is about to be sent; an answer given here is taken instead of sending it."""
        credential = _CREDENTIAL.search(_text(request.headers.get("Authorization", "")))
        if credential is None or credential["key"] != ACCESS_KEY or _UNSEEN.get():
            return None
        made_by = caller()
        call = Call(credential["service"], event_name.rsplit(".", 1)[-1], made_by, _parameters(request), request.url)
        with self._lock:
            self._calls.append(call)
            self._count += 1
        self._under_way.call = call
        return self.before_sending(call, request) if self.before_sending else None

    def came_back(self) -> None:
        """Take note that this thread's call is over."""
        call, self._under_way.call = getattr(self._under_way, "call", None), None
        if call is not None and self.after_receiving is not None:
            self.after_receiving(call)


_active: Calls | None = None


@contextmanager
def unseen() -> Iterator[None]:
    """Make calls of the laptop's own in the block: they are neither recorded nor struck by faults."""
    token = _UNSEEN.set(True)
    try:
        yield
    finally:
        _UNSEEN.reset(token)


@contextmanager
def recording(calls: Calls) -> Iterator[None]:
    """Show ``calls`` every AWS request of this process while in the block."""
    global _active  # noqa: PLW0603 - botocore's hooks are of the process as well
    _active = calls
    try:
        yield
    finally:
        _active = None


def _before_send(request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse | None:
    return None if _active is None else _active.sees(request, event_name)


def _response_received(**_: object) -> None:
    if _active is not None:
        _active.came_back()


# Every botocore session made from now on carries the hooks, whoever makes it (PynamoDB makes its own).
botocore.handlers.BUILTIN_HANDLERS.extend([("before-send", _before_send), ("response-received", _response_received)])


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _parameters(request: AWSPreparedRequest) -> dict[str, Any]:
    body = request.body
    if not isinstance(body, str | bytes) or not body:
        return {}
    content_type = _text(request.headers.get("Content-Type", ""))
    if "json" in content_type:
        parameters: dict[str, Any] = json.loads(body)
        return parameters
    if content_type.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(_text(body)))
    return {"Body": base64.b64encode(body if isinstance(body, bytes) else body.encode()).decode()}
