"""A laptop that runs a toy project: these tests are of the laptop, not of the suite."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.console_routes import Asked, Route
from infra.local.digilocker.clients import Client, PullEndpoint
from infra.local.digilocker.places import places
from infra.local.digilocker.simulator import DigiLocker
from infra.local.executions import Execution
from infra.local.http_server import HttpAnswer, HttpRequest, serving
from infra.local.laptop import Engine, Laptop
from tests.laptops import Laptops
from tests.local import toy
from tests.local.digilocker_calls import REDIRECT, SECRET, Time


@pytest.fixture(scope="module")
def running_laptop(engine: Engine, laptops: Laptops, tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    """Run the toy in place of the suite."""
    return laptops.running(engine, "toy", lambda: toy.toy_project(tmp_path_factory.mktemp("toy")))


@pytest.fixture
def laptop(running_laptop: Laptop) -> Laptop:
    running_laptop.start_afresh()
    for kept in (toy.asked, toy.heard, toy.struck):
        kept.clear()
    return running_laptop


class Got:
    """An HTTP answer, whatever its status."""

    def __init__(self, status: int, headers: Message, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def json(self) -> Any:
        return json.loads(self.body)


def get(url: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Got:
    """Ask for a URL; ``headers`` with underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=body, headers=named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Got(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Got(error.code, error.headers, error.read())


def eventually(holds: Callable[[], Any]) -> Any:
    """Wait, 60 s at the most, until something other threads do has come about; gives what ``holds`` gave."""
    deadline = time.monotonic() + 60
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come about within 60 s"
        time.sleep(0.02)
    return found


def start_delivery(laptop: Laptop, parcel_id: str, seconds: int = 7200) -> None:
    """Start the toy's state machine for a parcel."""
    toy.client("stepfunctions").start_execution(
        stateMachineArn=laptop.environment["DELIVERY_ARN"],
        name=parcel_id,
        input=json.dumps({"parcel_id": parcel_id, "seconds": seconds}),
    )


def token_of(parcel_id: str) -> str:
    """Give the task token that the toy's first step was handed last; waits for it."""
    asked = eventually(lambda: [event for event in toy.asked if event["parcel_id"] == parcel_id])
    token: str = asked[-1]["token"]
    return token


def ended(laptop: Laptop, parcel_id: str) -> Execution:
    """Give a parcel's execution once it has ended; waits for it."""

    def found() -> Execution | None:
        executions = {execution.id: execution for execution in laptop.executions()}
        execution = executions.get(parcel_id)
        return execution if execution and execution.status != "RUNNING" else None

    execution: Execution = eventually(found)
    return execution


def at_once(threads: int, act: Callable[[], object]) -> list[str]:
    """Do something in many threads at the same moment; gives "done" or the error code of each."""
    outcomes: list[str] = []
    together = threading.Barrier(threads)

    def run() -> None:
        together.wait()
        try:
            act()
        except ClientError as error:
            outcomes.append(error.response["Error"]["Code"])
        else:
            outcomes.append("done")

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return outcomes


@pytest.fixture
def simulated_time() -> Time:
    return Time()


@pytest.fixture
def digilocker(simulated_time: Time) -> Iterator[DigiLocker]:
    routes: list[Route] = []

    def answer(request: HttpRequest) -> HttpAnswer:
        asked = Asked(request)
        return next(route for route in routes if route.is_at(asked.path)).answer(asked)

    with serving(0, answer) as origin:
        simulator = DigiLocker(simulated_time, origin)
        routes += places(simulator)
        endpoint = PullEndpoint("http://127.0.0.1:1/", "key", "org", ("TRCER",))
        simulator.clients.add(
            Client(
                "TESTCLIENT1",
                SECRET,
                "A department",
                (REDIRECT,),
                ("PANCR", "DRVLC"),
                "in.gov.tn.example",
                "009001",
                endpoints=[endpoint],
            )
        )
        yield simulator
