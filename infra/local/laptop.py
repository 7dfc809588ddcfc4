"""The laptop: moto, step Lambdas, the site and the console, started and stopped as one."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal, Self

from chalice.app import Chalice

from infra.local.calls import Calls, recording
from infra.local.chalice_threads import own_request_for_each_thread
from infra.local.clock import LaptopClock
from infra.local.console import Console
from infra.local.dynamodb_local import dynamodb_local_running
from infra.local.environment import applied, aws_environment
from infra.local.event_sources import EventSources
from infra.local.executions import Execution, executions, forget_executions
from infra.local.faults import Faults
from infra.local.gateway import Gateway
from infra.local.gateway_responses import GatewayResponses
from infra.local.http_server import Answering, HttpAnswer, HttpRequest, Log, serving
from infra.local.moto_server import moto_running
from infra.local.outbox import Outbox, Sent, kept_in
from infra.local.outside import Around, Outside
from infra.local.project import Project, pravesh
from infra.local.provisioning import Provisioning
from infra.local.samples import Sample
from infra.local.step_lambdas import StepLambdas
from infra.local.tables import Tables

# How long the outbox is waited for at most: a message on its way to it is a few calls away.
_OUTBOX_SECONDS = 30.0
# The port of the template's parameter; another where it is taken.
UTILITY_PORT = 26300

Engine = Literal["moto", "local"]


class LaptopRunningError(RuntimeError):
    """Moto's state is the process's: a process can run one laptop at a time."""


class Laptop:
    """A running laptop. Make one with ``Laptop.start``, a context manager."""

    _one_at_a_time = threading.Lock()

    site_url: str
    """The site, without a slash at the end."""
    console_url: str
    aws_endpoint: str
    """Where moto answers for all of AWS."""
    environment: dict[str, str]
    """What a Lambda function finds in its environment, and where its AWS is."""
    samples: tuple[Sample, ...]
    """The sample IEC holders, with the temporary passwords they were sent."""

    def __init__(self) -> None:
        self.clock = LaptopClock()
        """The suite's time; ``advance`` moves it."""
        self.calls = Calls()
        """Every AWS call that routes and steps made."""
        self.faults = Faults()
        """AWS calls that shall fail."""
        self.steps = StepLambdas()
        """The step Lambdas; ``steps.invoke`` runs one by name."""
        self._outbox = Outbox(self.clock)
        self.environment = {}
        self.samples = ()
        self._data: Path | None = None
        self._utility_port = 0
        self._tables: Tables
        self._events: EventSources
        self._outside: Outside

    @classmethod
    @contextmanager
    def start(
        cls,
        dynamodb: Engine = "moto",
        site_port: int = 0,
        console_port: int = 0,
        *,
        data: Path | None = None,
        project: Project | None = None,
        log: Log | None = None,
    ) -> Iterator[Self]:
        """Run a laptop while in the block, on 127.0.0.1 alone; port 0 takes a free one.

        ``dynamodb``: moto's, or DynamoDB Local (``"local"``), in memory unless ``data`` names a folder to keep it in.
        ``log`` is told of each request to the site. Raises PortError, LaptopRunningError, DynamoDBLocalError.
        """
        if not cls._one_at_a_time.acquire(blocking=False):
            raise LaptopRunningError("this process runs a laptop already")
        with ExitStack() as stack:
            stack.callback(cls._one_at_a_time.release)
            laptop = cls()
            laptop._data = data
            laptop._utility_port = UTILITY_PORT if console_port else 0
            # The ports first: whether one is taken should be known before anything slow is done.
            site, console = _Later(), _Later()
            laptop.site_url = stack.enter_context(serving(site_port, site, log, laptop.clock))
            laptop.console_url = stack.enter_context(serving(console_port, console))
            database = stack.enter_context(dynamodb_local_running(data)) if dynamodb == "local" else None
            project = project or pravesh(data)
            laptop._start_aws(stack, database.endpoint if database else None)
            app = project.app()
            if database:
                database.ready()
            laptop._start_suite(stack, project, app, site, console)
            yield laptop

    def _start_aws(self, stack: ExitStack, dynamodb_endpoint: str | None) -> None:
        stack.enter_context(kept_in(self._outbox))
        self.aws_endpoint = stack.enter_context(moto_running(self.steps, self.clock))
        self.environment = aws_environment(self.aws_endpoint, dynamodb_endpoint)
        stack.enter_context(applied(self.environment))

    def _start_suite(self, stack: ExitStack, project: Project, app: Chalice, site: "_Later", console: "_Later") -> None:
        self.steps.declare(app.pure_lambda_functions, project.timeouts)
        outside = self._outside = stack.enter_context(project.outside(self._around()))
        parameters = {**project.parameters, **outside.parameters, "PublicOrigin": self.site_url}
        resources = Provisioning(
            project.document, parameters, project.secrets, project.machines, self.steps.arns, project.keys
        )
        resources.make_all()
        self.environment |= resources.template.environment() | project.environment
        stack.enter_context(applied(self.environment))
        if "MailSender" in parameters:
            resources.client("sesv2").create_email_identity(EmailIdentity=parameters["MailSender"])
        stack.enter_context(project.composed(self.clock))
        self.samples = tuple(project.seeded(self.clock))
        self._events = EventSources(resources, self.steps, self.clock)
        console.ready(Console(self.outbox, self.samples, self.site_url, outside.places).answer)
        # As EventBridge does when a rule is made. What comes of it is there after each fresh start as well.
        self.run_schedules()
        self._tables = Tables(resources)
        self._tables.remember()
        stack.enter_context(own_request_for_each_thread(app))
        stack.enter_context(recording(self.calls))
        self.calls.before_sending = self.faults.before_sending
        self.calls.after_receiving = self._events.wrote
        stack.enter_context(self._events.running())
        responses = GatewayResponses(project.gateway_responses)
        site.ready(Gateway(app.routes, app.api.binary_types, app, responses, self.clock).answer)

    def _around(self) -> Around:
        return Around(self.site_url, self.console_url, self.clock, self._data, self._utility_port)

    def outbox(self) -> list[Sent]:
        """List what the suite sent, the newest first; what requests have written to be sent is waited for."""
        self._events.are_idle_within(_OUTBOX_SECONDS)
        return self._outbox.newest_first()

    def executions(self) -> list[Execution]:
        """List the state machines' executions, the latest first."""
        return executions()

    def run_schedules(self) -> None:
        """Run what the template schedules, now and once."""
        self._events.run_schedules()

    def wait_until_idle(self, seconds: float = 30) -> None:
        """Wait until no step runs and none is about to; raises TimeoutError after ``seconds``."""
        if not self._events.are_idle_within(seconds):
            raise TimeoutError(f"a stream or a schedule is still busy after {seconds} s")
        self.steps.wait_until_idle(seconds)

    def start_afresh(self) -> None:
        """Take everything back to how it was after the start: tables, outbox, executions, faults, calls, time."""
        self.faults.clear()
        self.clock.forget_alarms()
        forget_executions()
        self._events.forget()
        self.wait_until_idle()
        self.clock.back_to_real_time()
        self._tables.restore()
        self._events.forget()
        self._outbox.clear()
        self._outside.afresh()
        self.calls.clear()


class _Later:
    """Answers once it knows how; requests that come before wait."""

    def __init__(self) -> None:
        self._known = threading.Event()
        self._answering: Answering | None = None

    def ready(self, answering: Answering) -> None:
        """From now on, answer in this way."""
        self._answering = answering
        self._known.set()

    def __call__(self, request: HttpRequest) -> HttpAnswer:
        """Answer as soon as it is known how."""
        self._known.wait()
        if self._answering is None:
            raise RuntimeError("ready, but for nothing")
        return self._answering(request)
