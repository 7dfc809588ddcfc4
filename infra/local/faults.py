"""Bad luck on demand: AWS calls that fail, or whose answer gets lost after they were carried out."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

from infra.local.calls import Call

Kind = Literal["unreachable", "refused", "answer_lost"]


@dataclass
class Fault:
    """One piece of bad luck, waiting for its calls."""

    service: str
    operation: str | None
    kind: Kind
    times: int | None
    code: str
    status: int
    struck: int = 0

    def strikes(self, call: Call) -> bool:
        """Whether this call is one of those to fail."""
        return (
            call.service == self.service
            and self.operation in (None, call.operation)
            and (self.times is None or self.struck < self.times)
        )


class Faults:
    """The faults to come. They hit only calls of the suite, retries by the SDK included."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(
        self,
        service: str,
        operation: str | None = None,
        kind: Kind = "unreachable",
        *,
        times: int | None = 1,
        code: str = "InternalServerError",
        status: int = 500,
    ) -> Fault:
        """Make the next ``times`` calls (None: all) of a service fail; ``service`` as IAM names it (``states``).

        ``unreachable``: nothing was carried out. ``refused``: the service answers ``code`` with HTTP ``status``.
        ``answer_lost``: it was carried out, and the caller never hears of it.
        """
        fault = Fault(service, operation, kind, times, code, status)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """No more bad luck."""
        with self._lock:
            self._faults.clear()

    @contextmanager
    def during(
        self,
        service: str,
        operation: str | None = None,
        kind: Kind = "unreachable",
        *,
        times: int | None = None,
        code: str = "InternalServerError",
        status: int = 500,
    ) -> Iterator[Fault]:
        """As ``add``, while in the block; all matching calls unless ``times`` says otherwise."""
        fault = self.add(service, operation, kind, times=times, code=code, status=status)
        try:
            yield fault
        finally:
            with self._lock:
                if fault in self._faults:
                    self._faults.remove(fault)

    def before_sending(self, call: Call, request: AWSPreparedRequest) -> AWSResponse | None:
        """Give the answer or the exception that a call gets instead of being sent; None lets it go."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault.strikes(call)), None)
            if fault is None:
                return None
            fault.struck += 1
        if fault.kind == "refused":
            return _refusal(call, request, fault)
        if fault.kind == "answer_lost":
            URLLib3Session().send(request)
            raise ReadTimeoutError(endpoint_url=request.url)
        raise EndpointConnectionError(endpoint_url=request.url)


class _Raw(BytesIO):
    """A body as the HTTP library under botocore would hand it over."""

    def stream(self, **_: object) -> Iterator[bytes]:
        """Give the body in pieces."""
        yield self.read()


def _refusal(call: Call, request: AWSPreparedRequest, fault: Fault) -> AWSResponse:
    message = f"{fault.code}, because the laptop was told so"
    if call.service == "sns":
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{fault.code}</Code><Message>{message}</Message></Error>"
            "<RequestId>laptop</RequestId></ErrorResponse>"
        )
        headers = {"content-type": "text/xml"}
    else:
        body = json.dumps({"__type": fault.code, "message": message})
        headers = {"content-type": "application/json", "x-amzn-errortype": fault.code}
    return AWSResponse(request.url, fault.status, HTTPHeaders.from_dict(headers), _Raw(body.encode()))
