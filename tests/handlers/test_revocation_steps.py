"""The step that refreshes revocation data: which events it takes, what it tells alarms, log and caller."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import suite
from chalicelib.handlers.revocation_steps import refresh_revocation
from chalicelib.handlers.steps import STEPS
from chalicelib.settings import Settings
from infra.local.certificate_profiles import Wanted
from tests.domain.signatures.revocation_world import Watched

CONTEXT = SimpleNamespace(aws_request_id="request", function_name="refresh")


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    # A laptop that runs in this process measures nothing.
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    made = Watched()
    composed = suite.Suite(Settings({}), clock=lambda: made.now)
    composed.__dict__["refreshing"] = made.refreshing
    before = suite.suite() if suite._Installed.suite else None
    suite.install(composed)
    yield made
    suite.install(before)


@pytest.mark.parametrize(
    ("event", "accepted"), [({}, ()), ({"detail-type": "Scheduled Event"}, ()), ({"accept": ["a" * 64]}, ("a" * 64,))]
)
def test_the_events_that_it_takes(event: dict[str, Any], accepted: tuple[str, ...]) -> None:
    assert STEPS["refresh_revocation"].read(event).accept == accepted


@pytest.mark.parametrize(
    "event", [{"accept": "a" * 64}, {"accept": ["A" * 64]}, {"accept": [1]}, {"accept": ["a" * 64] * 21}, {"x": 1}]
)
def test_what_is_none_of_these_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(Exception) as refused:  # noqa: PT011 - its class is made by name
        refresh_revocation(event, CONTEXT)
    assert type(refused.value).__name__ == "InvalidFields"


def test_each_source_is_told_and_what_fails_is_measured(watched: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    assert set(refresh_revocation({}, CONTEXT)["sources"].values()) == {"indexed"}
    assert measured(capsys) == {"CrlsStale": [0], "CrlsRefused": [0], "CrlsParked": [0]}
    people = [watched.authority.issue(Wanted(common_name=f"Person {number}")) for number in range(10)]
    for each in people:
        watched.authority.revoke(each)
    refresh_revocation({}, CONTEXT)
    watched.authority._revoked.clear()
    parked = watched.authority.crl("individual")
    watched.serve("individual", parked)
    watched.serve("ekyc", None)
    capsys.readouterr()
    told = refresh_revocation({}, CONTEXT)
    assert told["sources"]["individual"] == "shrunk"
    assert told["sources"]["ekyc"] == "unreachable"
    assert told["stale"] == 0
    assert measured(capsys) == {"CrlsStale": [0], "CrlsRefused": [2], "CrlsParked": [1]}
    state = watched.store.crl_state("individual")
    assert state is not None
    assert refresh_revocation({"accept": [state.parked_sha256]}, CONTEXT)["sources"]["individual"] == "indexed"


def measured(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    metric = next(line for line in lines if "_aws" in line)
    return {name: value for name, value in metric.items() if name.startswith("Crls")}
