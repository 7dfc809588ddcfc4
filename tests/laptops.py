"""The one laptop that a process can run at a time, changed when a test wants another."""

from collections.abc import Callable
from contextlib import ExitStack

from infra.local.laptop import Engine, Laptop
from infra.local.project import Project, pravesh


class Laptops:
    """The laptop that runs: the suite's or a toy's, on one engine or the other."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._running: tuple[Engine, str, Laptop] | None = None

    def running(self, engine: Engine, name: str = "pravesh", project: Callable[[], Project] = pravesh) -> Laptop:
        """Give the laptop that runs a project on an engine; one that runs something else is stopped first."""
        if self._running and self._running[:2] == (engine, name):
            return self._running[2]
        self.stop()
        laptop = self._stack.enter_context(Laptop.start(dynamodb=engine, project=project()))
        self._running = (engine, name, laptop)
        return laptop

    def stop(self) -> None:
        self._running = None
        self._stack.close()
