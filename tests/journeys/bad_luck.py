"""Bad luck that is aimed: the nth write of a walk, or the calls of one step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

from chalicelib.adapters.aws import ATTEMPTS
from infra.local.calls import Call, Hook
from infra.local.laptop import Laptop

Luck = Literal["answer_lost", "unreachable"]
Strikes = Callable[[Call], bool]
_STATES_WRITES = {"StartExecution", "SendTaskSuccess"}


# It runs beside all journeys, by its schedule: nobody's writes to count.
_BESIDE = "send_messages"


def is_write(call: Call) -> bool:
    """Whether a call changes anything: a write to DynamoDB, or a word to Step Functions."""
    return call.made_by != _BESIDE and (call.writes > 0 or call.operation in _STATES_WRITES)


class AimedFault:
    """Strikes one write of those that `chosen` names, the one numbered `number` (from 0), and every try of it."""

    def __init__(self, number: int, luck: Luck, chosen: Strikes, otherwise: Hook | None) -> None:
        self.number = number
        self.luck = luck
        self.chosen = chosen
        self.otherwise = otherwise
        self.struck: Call | None = None
        self.tries = 0
        self._lock = threading.Lock()
        self._seen: list[object] = []

    def before_sending(self, call: Call, request: AWSPreparedRequest) -> AWSResponse | None:
        """See `infra.local.faults`."""
        if not self._strikes(call, request):
            return self.otherwise(call, request) if self.otherwise else None
        if self.luck == "answer_lost":
            URLLib3Session().send(request)
            raise ReadTimeoutError(endpoint_url=request.url)
        raise EndpointConnectionError(endpoint_url=request.url)

    def _strikes(self, call: Call, request: AWSPreparedRequest) -> bool:
        with self._lock:
            if not self.chosen(call):
                return False
            # The SDK's tries of one call carry one body.
            if request.body not in self._seen:
                self._seen.append(request.body)
            if self._seen.index(request.body) != self.number or self.tries >= ATTEMPTS:
                return False
            self.struck = call
            self.tries += 1
            return True

    def __repr__(self) -> str:
        return f"{self.luck}: {self.struck}"

    @property
    def seen(self) -> int:
        """How many writes there were so far."""
        return len(self._seen)


@contextmanager
def aimed(laptop: Laptop, number: int, luck: Luck, chosen: Strikes = is_write) -> Iterator[AimedFault]:
    """Let the write numbered `number` in the block fail for good, as the SDK sees it."""
    before = laptop.calls.before_sending
    fault = AimedFault(number, luck, chosen, before)
    laptop.calls.before_sending = fault.before_sending
    try:
        yield fault
    finally:
        laptop.calls.before_sending = before


@contextmanager
def steps_without_dynamodb(laptop: Laptop, calls: int) -> Iterator[list[str]]:
    """Let the next `calls` calls that steps make to DynamoDB fail; gives the operations that did."""
    struck: list[str] = []
    before = laptop.calls.before_sending

    def failing(call: Call, request: AWSPreparedRequest) -> AWSResponse | None:
        by_a_step = call.made_by not in {None, _BESIDE} and " " not in str(call.made_by)
        if by_a_step and call.service == "dynamodb" and len(struck) < calls:
            struck.append(call.operation)
            raise EndpointConnectionError(endpoint_url=request.url)
        return before(call, request) if before else None

    laptop.calls.before_sending = failing
    try:
        yield struck
    finally:
        laptop.calls.before_sending = before
