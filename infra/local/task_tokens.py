"""Task tokens of moto's state machines, made to behave as those of AWS do where moto differs."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from moto.stepfunctions.exceptions import InvalidToken
from moto.stepfunctions.parser.api import TaskTimedOut
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import ResourceCondition
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackEndpoint, CallbackOutcome
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from infra.local.clock import LaptopClock
from infra.local.replaced import replaced

# The tokens whose waits have begun, and not ended.
_awaited: set[str] = set()


@contextmanager
def task_tokens_as_in_aws(clock: LaptopClock) -> Iterator[None]:
    """Put moto right while in the block.

    - A wait ends when ``clock``, not only the machine's, has passed its timeout.
    - A token that was answered, or whose time is over, is refused with TaskTimedOut; moto takes it again.
    - A token nobody made is refused with InvalidToken; moto breaks.
    - A retry of a step gets a token of its own; moto gives it the old one, whose wait is over.
    """
    with ExitStack() as stack:
        stack.enter_context(_waits_by(clock))
        stack.enter_context(_tokens_serve_once())
        stack.enter_context(_unknown_tokens_refused())
        stack.enter_context(_a_token_for_each_attempt())
        yield


def is_awaited(task_token: str) -> bool:
    """Whether an execution stands in its wait for this token's answer: from now on the clock can end the wait."""
    return task_token in _awaited


@contextmanager
def _waits_by(clock: LaptopClock) -> Iterator[None]:
    wait: Callable[..., CallbackOutcome | None] = CallbackEndpoint.wait

    def wait_by_clock(self: CallbackEndpoint, timeout: float | None = None) -> CallbackOutcome | None:
        if timeout is None:
            return wait(self)
        with clock.alarm(timeout, self._notify_event.set):
            _awaited.add(self.callback_id)
            try:
                return wait(self, timeout)
            finally:
                _awaited.discard(self.callback_id)

    with replaced(CallbackEndpoint, "wait", wait_by_clock):
        yield


@contextmanager
def _tokens_serve_once() -> Iterator[None]:
    lock = threading.Lock()
    notify = CallbackEndpoint.notify

    def notify_once(self: CallbackEndpoint, outcome: CallbackOutcome) -> None:
        with lock:
            if self._notify_event.is_set():
                raise TaskTimedOut("Task Timed Out: 'Provided task does not exist anymore'", "TaskTimedOut")
            notify(self, outcome)

    with replaced(CallbackEndpoint, "notify", notify_once):
        yield


@contextmanager
def _unknown_tokens_refused() -> Iterator[None]:
    """Look for a token in ended executions too, and not in one that was started this moment (moto stumbles over it)."""

    def executions_with_tokens(self: StepFunctionsParserBackend, execution_status: object = None) -> list[Any]:  # noqa: ARG001
        executions: list[Any] = [execution for machine in self.state_machines for execution in list(machine.executions)]
        return [execution for execution in executions if execution.exec_worker and execution.exec_worker.env]

    def refusing(answer: Callable[..., Any]) -> Callable[..., Any]:
        def answer_if_known(self: StepFunctionsParserBackend, task_token: str, *args: Any, **named: Any) -> Any:  # noqa: ANN401
            pools = [execution.exec_worker.env.callback_pool_manager for execution in executions_with_tokens(self)]
            if not any(pool.get(task_token) for pool in pools):
                raise InvalidToken
            return answer(self, task_token, *args, **named)

        return answer_if_known

    with ExitStack() as stack:
        stack.enter_context(replaced(StepFunctionsParserBackend, "_get_executions", executions_with_tokens))
        for name in ("send_task_success", "send_task_failure", "send_task_heartbeat"):
            answer = getattr(StepFunctionsParserBackend, name)
            stack.enter_context(replaced(StepFunctionsParserBackend, name, refusing(answer)))
        yield


@contextmanager
def _a_token_for_each_attempt() -> Iterator[None]:
    evaluate = StateTaskServiceCallback._eval_execution

    def evaluate_with_new_token(self: StateTaskServiceCallback, env: Any) -> None:  # noqa: ANN401 - moto is untyped here
        context = env.states.context_object
        waits = self.resource.condition == ResourceCondition.WaitForTaskToken
        if waits and context.context_object_data["State"]["RetryCount"]:
            env.callback_pool_manager.add(context.update_task_token())
        evaluate(self, env)

    with replaced(StateTaskServiceCallback, "_eval_execution", evaluate_with_new_token):
        yield
