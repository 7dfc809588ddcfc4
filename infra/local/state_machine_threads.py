"""Moto's state machines when many of them run at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from infra.local.replaced import replaced


@contextmanager
def state_machines_fit_for_threads() -> Iterator[None]:
    """Put moto right while in the block.

    - Two starts under one name at the same moment are one execution; moto looks and adds in two steps.
    - All executions share one Lambda client; moto makes one for each step, which botocore does not allow from threads
      and which costs more than the step.
    """
    starts, clients = threading.Lock(), threading.Lock()
    start_execution: Callable[..., Any] = StepFunctionsParserBackend.start_execution
    make_client: Callable[..., Any] = boto_client_for
    made: dict[tuple[str, str], Any] = {}

    def start_alone(self: StepFunctionsParserBackend, *args: Any, **named: Any) -> Any:  # noqa: ANN401 - moto's own
        with starts:
            return start_execution(self, *args, **named)

    def client_of_all(region: str, service: str, state_credentials: object = None) -> Any:  # noqa: ANN401, ARG001 - moto's own
        with clients:
            if (region, service) not in made:
                made[region, service] = make_client(region=region, service=service)
            return made[region, service]

    with (
        replaced(StepFunctionsParserBackend, "start_execution", start_alone),
        replaced(lambda_eval_utils, "boto_client_for", client_of_all),
    ):
        yield
