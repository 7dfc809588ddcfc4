"""What all tests share: a laptop, a clock that only tests move, and the word on the second engine."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from xdist.workermanage import WorkerController

from chalicelib.adapters import aws
from infra.local import dynamodb_local
from infra.local.laptop import Engine, Laptop
from tests import workers
from tests.laptops import Laptops

# How long an example takes is the machine's affair, not the suite's: nothing is timed in tests.
settings.register_profile("pravesh", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pravesh")
# Nor is an AWS of this machine given up when other things keep the machine busy.
aws.READ_SECONDS = 60.0

_not_exercised = pytest.StashKey[list[str]]()


class FakeClock:
    """A clock for tests without a laptop: it stands still until it is moved. Calling it gives an aware UTC datetime."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, *, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        self.now += timedelta(hours=hours, minutes=minutes, seconds=seconds)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session", params=["moto"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Give the DynamoDB engine of the laptop; ``tests.engines.on_both_engines`` asks for more than moto's."""
    engine: Engine = request.param
    if engine == "local":
        request.getfixturevalue("second_engine")
    return engine


@pytest.fixture(scope="session")
def second_engine(request: pytest.FixtureRequest) -> None:
    """See to it that DynamoDB Local can be started."""
    _have_second_engine(request.config)


@pytest.fixture(scope="session")
def laptops() -> Iterator[Laptops]:
    laptops = Laptops()
    yield laptops
    laptops.stop()


@pytest.fixture(scope="module")
def running_laptop(engine: Engine, laptops: Laptops) -> Laptop:
    """Give a running laptop as the test before left it."""
    return laptops.running(engine)


@pytest.fixture
def laptop(running_laptop: Laptop) -> Laptop:
    """Give a laptop as it is after its start: sample holders, no messages, no faults, real time."""
    running_laptop.start_afresh()
    return running_laptop


def _have_second_engine(config: pytest.Config) -> None:
    """Fetch DynamoDB Local. Where it cannot be had, tests fail in CI; elsewhere they are left out, and told of last."""
    reason = dynamodb_local.why_not()
    if reason is None:
        try:
            dynamodb_local.fetch()
        except dynamodb_local.DynamoDBLocalError as error:
            reason = str(error)
    if reason is None:
        return
    config.stash.setdefault(_not_exercised, []).append(reason)
    if os.environ.get("CI") == "true":
        pytest.fail(f"second engine not exercised: {reason}", pytrace=False)
    pytest.skip(f"second engine not exercised: {reason}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    workers.refuse_sets(metafunc)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        workers.refuse_what_differs(item)
    items.sort(key=workers.turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    return workers.scheduler(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    # A worker hands what it has to say to the process that prints.
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["not exercised"] = session.config.stash.get(_not_exercised, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController) -> None:
    reasons = getattr(node, "workeroutput", {}).get("not exercised", [])
    node.config.stash.setdefault(_not_exercised, []).extend(reasons)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    reasons = config.stash.get(_not_exercised, [])
    if reasons:
        terminalreporter.section("DynamoDB Local", sep="=", yellow=True, bold=True)
        terminalreporter.line(f"second engine not exercised: {reasons[0]}", yellow=True)
