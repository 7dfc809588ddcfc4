"""The step Lambdas, run in this process the way Lambda runs them: JSON in, JSON out, errors by name."""

import importlib
import json
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from infra.local.callers import calling_as
from infra.local.environment import ACCOUNT, REGION

Handler = Callable[[Any, Any], Any]


class DeclaredFunction(Protocol):
    """A pure Lambda function as Chalice lists it."""

    name: str
    handler_string: str


@dataclass
class LambdaContext:
    """What Lambda hands a handler beside the event."""

    function_name: str
    memory_limit_in_mb: int = 512
    function_version: str = "$LATEST"
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    log_group_name: str = ""
    log_stream_name: str = "laptop"
    seconds: float = 29
    started: float = field(default_factory=time.monotonic)

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN."""
        return function_arn(self.function_name)

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would end the function."""
        return max(0, int((self.started + self.seconds - time.monotonic()) * 1000))


@dataclass(frozen=True)
class Answer:
    """What Lambda answers an invocation with."""

    payload: bytes
    failed: bool


class UnknownFunctionError(LookupError):
    """No step Lambda has this name."""


class StepLambdas:
    """The step Lambdas by name."""

    def __init__(self) -> None:
        self._handlers: dict[str, Callable[[], Handler]] = {}
        self._timeouts: Mapping[str, int] = {}
        self._running = 0
        self._changed = threading.Condition()

    def declare(self, functions: Iterable[DeclaredFunction], timeouts: Mapping[str, int] | None = None) -> None:
        """Take over the functions of a Chalice app; each is imported when it is first invoked, as Lambda does.

        ``timeouts`` are those that are configured, in seconds: how long a function is told that it has.
        """
        self._timeouts = timeouts or {}
        for function in functions:
            self._handlers[function.name] = _importer(function.handler_string)

    def add(self, name: str, handler: Handler) -> None:
        """Make one function known, or another in its place."""
        self._handlers[name] = lambda: handler

    @property
    def names(self) -> list[str]:
        """The names of all functions."""
        return sorted(self._handlers)

    @property
    def arns(self) -> dict[str, str]:
        """State machine placeholder (``IssueContactCodesArn``) to the function's ARN."""
        return {f"{_pascal_case(name)}Arn": function_arn(name) for name in self._handlers}

    @property
    def logical_ids(self) -> dict[str, str]:
        """Logical id of a function in the template (``IssueContactCodes``) to its name."""
        return {_pascal_case(name): name for name in self._handlers}

    def wait_until_idle(self, seconds: float = 30) -> None:
        """Wait until no step runs; raises TimeoutError after ``seconds``."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._running == 0, seconds):
                raise TimeoutError(f"a step still runs after {seconds} s")

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._changed:
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def invoke(self, name_or_arn: str, payload: str | bytes) -> Answer:
        """Run a function on a JSON event.

        A raised exception is answered as Lambda does it: ``errorType`` is the name of its class.
        """
        name = name_or_arn.rpartition("function:")[2]
        if name not in self._handlers:
            raise UnknownFunctionError(name)
        context = LambdaContext(name, seconds=self._timeouts.get(name, LambdaContext.seconds))
        try:
            with self._counted(), calling_as(name):
                event = json.loads(payload or "{}")
                return Answer(json.dumps(self._handlers[name]()(event, context)).encode(), failed=False)
        except Exception as error:  # noqa: BLE001 - Lambda catches whatever a handler raises
            frames = traceback.extract_tb(error.__traceback__)
            where = f"{frames[-1].filename}:{frames[-1].lineno}"
            print(f"step {name} raised {type(error).__name__} at {where}", file=sys.stderr)
            failure = {
                "errorMessage": str(error),
                "errorType": type(error).__name__,
                "requestId": context.aws_request_id,
                "stackTrace": traceback.format_list(frames),
            }
            return Answer(json.dumps(failure).encode(), failed=True)


def function_arn(name: str) -> str:
    """Give the ARN of a function on the laptop."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def _importer(handler_string: str) -> Callable[[], Handler]:
    module_name, _, function_name = handler_string.rpartition(".")

    def load() -> Handler:
        handler: Handler = getattr(importlib.import_module(module_name), function_name)
        return handler

    return load


def _pascal_case(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
