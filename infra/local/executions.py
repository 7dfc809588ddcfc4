"""What moto's state machines have done: executions, the state each is in, the states it passed."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from infra.local.environment import ACCOUNT, REGION


@dataclass(frozen=True)
class Execution:
    """One execution of a state machine."""

    id: str
    """Its name: the id of the journey."""
    state_machine: str
    status: str
    """RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED."""
    current_state: str | None
    """The state it waits in; None once it has ended."""
    history: list[str]
    """The states in the order they were entered."""
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As ``GET /executions`` lists it."""
        return asdict(self)


def executions() -> list[Execution]:
    """List all executions, the latest first."""
    started = [
        (execution.start_date, _read(execution, machine.name))
        for machine in _backend().state_machines
        for execution in list(machine.executions)
        # One that is being started this moment has no status yet.
        if execution.exec_status
    ]
    return [execution for _, execution in sorted(started, key=lambda pair: pair[0], reverse=True)]


def forget_executions() -> None:
    """Drop every execution. One that runs ends with the step it is in; one that waits stays where it is."""
    for machine in _backend().state_machines:
        for execution in list(machine.executions):
            if execution.exec_status and execution.status == "RUNNING" and execution.exec_worker.env:
                execution.stop(stop_date=datetime.now(tz=UTC), error=None, cause=None)
        machine.executions.clear()


def _backend() -> Any:  # noqa: ANN401 - moto is untyped here
    return stepfunctions_parser_backends[ACCOUNT][REGION]


def _read(execution: Any, machine: str) -> Execution:  # noqa: ANN401 - moto is untyped here
    history = [
        event["stateEnteredEventDetails"]["name"]
        for event in list(execution.to_history_output()["events"])
        if "stateEnteredEventDetails" in event
    ]
    status = execution.status
    current = history[-1] if history and status == "RUNNING" else None
    return Execution(execution.name, machine, status, current, history, execution.error)
