"""Moto in server mode in this process, with what it lacks for our state machines put right."""

import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.config import default_user_config
from moto.dynamodb.responses import DynamoHandler
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

from infra.local.clock import LaptopClock
from infra.local.environment import applied
from infra.local.replaced import replaced
from infra.local.state_machine_threads import state_machines_fit_for_threads
from infra.local.step_lambdas import StepLambdas, UnknownFunctionError, function_arn
from infra.local.task_tokens import task_tokens_as_in_aws
from infra.local.waits import wait_states_by


@contextmanager
def moto_running(steps: StepLambdas, clock: LaptopClock) -> Iterator[str]:
    """Run moto on a free port of 127.0.0.1 while in the block; yields its address.

    Moto's state is that of the process: it is empty at the start, and gone afterwards.
    """
    with ExitStack() as stack:
        for service, name, value in (("stepfunctions", "execute_state_machine", True), ("lambda", "use_docker", False)):
            settings: dict[str, Any] = default_user_config[service]  # type: ignore[literal-required]
            stack.callback(settings.__setitem__, name, settings[name])
            settings[name] = value
        stack.enter_context(_functions_run_by(steps))
        stack.enter_context(_one_dynamodb_request_at_a_time())
        stack.enter_context(task_tokens_as_in_aws(clock))
        stack.enter_context(wait_states_by(clock))
        stack.enter_context(state_machines_fit_for_threads())
        logger = logging.getLogger("werkzeug")
        stack.callback(logger.setLevel, logger.level)
        logger.setLevel(logging.WARNING)

        moto_api_backend.reset()
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        stack.callback(moto_api_backend.reset)
        stack.callback(server.stop)
        host, port = server.get_host_and_port()
        # Moto's state machines find moto itself by this variable.
        stack.enter_context(applied({"MOTO_PORT": str(port)}))
        yield f"http://{host}:{port}"


@contextmanager
def _functions_run_by(steps: StepLambdas) -> Iterator[None]:
    def invoke(
        self: LambdaSimpleBackend,  # noqa: ARG001
        function_name: str,
        qualifier: str | None,  # noqa: ARG001
        body: str | bytes,
        headers: object,  # noqa: ARG001
        response_headers: dict[str, str],
    ) -> bytes:
        try:
            answer = steps.invoke(function_name, body)
        except UnknownFunctionError as error:
            raise UnknownFunctionException(function_arn(str(error))) from error
        if answer.failed:
            response_headers["x-amz-function-error"] = "Unhandled"
        return answer.payload

    with replaced(LambdaSimpleBackend, "invoke", invoke):
        yield


@contextmanager
def _one_dynamodb_request_at_a_time() -> Iterator[None]:
    """Moto checks a condition and writes in two steps; without a lock two threads may both pass the check."""
    lock = threading.Lock()
    call_action = DynamoHandler.call_action

    def call_action_alone(self: DynamoHandler) -> Any:  # noqa: ANN401 - moto's own answer
        with lock:
            return call_action(self)

    with replaced(DynamoHandler, "call_action", call_action_alone):
        yield
