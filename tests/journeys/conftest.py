"""What the journeys share: a laptop whose stragglers are awaited, and retries that do not linger."""

import time
from collections.abc import Iterator
from types import SimpleNamespace

import botocore.endpoint
import pytest
from moto.stepfunctions.parser.asl.component.common.retry import jitter_strategy_decl, retrier_decl

from chalicelib.domain import captcha
from chalicelib.handlers import settling
from infra.local.executions import forget_executions
from infra.local.laptop import Laptop
from infra.local.outside import playing
from tests.journeys.clients import Client
from tests.journeys.importers import Importer, new_importer
from tests.journeys.signers import have_revocation_of_now
from tests.journeys.walking import Flow, eventually, opened

_ON_THE_MOVE = {
    "CreateIcegateAccount",
    "TellRegistrant",
    "ExpireRegistration",
    "GiveUpRegistration",
    "CreateAccount",
    "ExpireAccountRegistration",
    "GiveUpAccountRegistration",
    "PlaceInJourney",
    "PrepareEsignRequest",
    "ValidateSignature",
    "ValidateEsignResponse",
    "JudgeAgain",
    "LinkIec",
    "ExpireSigning",
    "GiveUpSigning",
    "RegisterDsc",
    "PlaceOfRegistration",
    "ApproveFullRegistration",
    "ExpireFullRegistration",
    "ExpireUnsigned",
    "ExchangeCode",
    "FetchDocuments",
    "FetchDocument",
    "FailDocument",
    "FinishFetch",
    "ExpireFetch",
    "FailFetch",
    "AfterFailing",
    "PushCertificate",
    "ParkPush",
    "PlanBackfill",
    "AfterPlan",
    "ImportRanges",
    "ImportRange",
    "FailRange",
    "RangeEnded",
    "FinishBackfill",
    "FailBackfill",
}


@pytest.fixture
def laptop(running_laptop: Laptop, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Laptop]:
    """Give the laptop in real time and without faults; its tables are as earlier tests left them.

    That costs nothing, since every test has holders, addresses and clients of its own. Afterwards no journey is left
    between two waits, to fall into the next test.

    What the state machine waits between two tries passes on the laptop's clock at once, and its jitter is always the
    unluckiest: no time at all. The SDK waits a fiftieth of what it would. Routes look for the journey's outcome more
    often than in earnest, and for longer, since the machine may be busy; and the captcha is little work
    (`captcha_in_earnest` for all of it).
    """

    laptop = running_laptop
    laptop.faults.clear()
    playing().digilocker.faults.clear()
    laptop.clock.forget_alarms()
    laptop.clock.back_to_real_time()
    have_revocation_of_now(laptop)
    forget_executions()
    laptop.calls.clear()

    def pass_by(seconds: float) -> None:
        laptop.clock.advance(seconds=seconds)
        time.sleep(0.005)

    monkeypatch.setattr(retrier_decl, "time", SimpleNamespace(sleep=pass_by))
    monkeypatch.setattr(jitter_strategy_decl, "random", SimpleNamespace(uniform=lambda least, _most: least))
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / 50)))
    monkeypatch.setattr(settling, "_WAITS", (0.02,) * 250)
    monkeypatch.setattr(captcha, "_COST", captcha._COST if "captcha_in_earnest" in request.fixturenames else 10)
    yield laptop
    laptop.faults.clear()
    # Nor is a message on its way: the next test's faults are not for it.
    laptop.wait_until_idle()
    eventually(
        lambda: all(execution.current_state not in _ON_THE_MOVE for execution in laptop.executions()) or None,
        laptop.executions,
    )


@pytest.fixture
def captcha_in_earnest() -> None:
    """Ask for the whole work of the captcha."""


@pytest.fixture
def fresh_laptop(laptop: Laptop) -> Laptop:
    """Give the laptop with its tables as after its start, for who looks at all that they hold."""
    laptop.start_afresh()
    return laptop


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
