"""What the journeys share: a laptop whose stragglers are awaited, and AWS clients that do not linger over a retry."""

import time
from collections.abc import Iterator
from types import SimpleNamespace

import botocore.endpoint
import pytest
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl

from infra.local.laptop import Laptop
from tests.journeys.clients import Client
from tests.journeys.importers import Importer, new_importer
from tests.journeys.walking import Flow, eventually, opened

_ON_THE_MOVE = {"CreateIcegateAccount", "TellRegistrant", "ExpireRegistration"}


@pytest.fixture(autouse=True)
def _no_lingering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the SDK and the state machine wait a fiftieth of what they would between two tries."""
    hurried = SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / 50))
    monkeypatch.setattr(botocore.endpoint, "time", hurried)
    monkeypatch.setattr(retrier_decl, "time", hurried)


@pytest.fixture
def laptop(laptop: Laptop) -> Iterator[Laptop]:
    """Give the laptop; afterwards no journey is left between two waits, to fall into the next test."""
    yield laptop
    laptop.faults.clear()
    eventually(
        lambda: all(execution.current_state not in _ON_THE_MOVE for execution in laptop.executions()) or None,
        laptop.executions,
    )


@pytest.fixture
def client(laptop: Laptop) -> Client:
    return Client(laptop.site_url)


@pytest.fixture
def importer(laptop: Laptop) -> Importer:  # the laptop's store must be there first
    return new_importer()


@pytest.fixture
def flow(laptop: Laptop, importer: Importer, client: Client) -> Flow:
    """A registration just opened."""
    return opened(laptop, importer, client)
