"""The hourly step: consents first, then certificates that are kept no longer; what fails, or is too much, is told."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import suite
from chalicelib.domain.departments.certificates import CertificateStatus
from chalicelib.domain.digilocker.consenting import Ended
from chalicelib.handlers.consent_steps import end_consents
from tests.domain.departments.keeping_world import OVER, KeepingWorld


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> KeepingWorld:
    made = KeepingWorld()
    consents = SimpleNamespace(end_due=lambda _most, has_time: Ended(3, 0) if has_time() else Ended(0, 3))
    monkeypatch.setattr(suite._Installed, "suite", SimpleNamespace(removing=made.removing, consents=consents))
    # A laptop in this process may have switched it off.
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    made.at(OVER)
    return made


def context(milliseconds: int = 900_000) -> Any:
    return SimpleNamespace(get_remaining_time_in_millis=lambda: milliseconds, function_name="EndConsents")


def measured(captured: str) -> dict[str, float]:
    """What CloudWatch is told."""
    lines = [json.loads(line) for line in captured.splitlines() if "_aws" in line]
    names = ("CertificatesNotRemoved", "RemovalsBehind")
    return {name: line[name][0] for line in lines for name in names if name in line}


def test_both_are_ended(world: KeepingWorld, capsys: pytest.CaptureFixture[str]) -> None:
    certificate = world.issued()
    assert end_consents({}, context()) == {"ended": 3, "left": 0, "certificates": {"begun": 1}}
    world.advance(hours=1)
    assert end_consents({}, context())["certificates"] == {"removed": 1}
    assert world.read(certificate).status is CertificateStatus.REMOVED
    assert measured(capsys.readouterr().out) == {}


def test_certificates_have_half_of_the_time_to_themselves(world: KeepingWorld) -> None:
    world.issued()
    assert end_consents({}, context(400_000)) == {"ended": 0, "left": 3, "certificates": {"begun": 1}}


def test_what_fails_is_told_by_its_id_and_measured(
    world: KeepingWorld, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    certificate = world.issued()
    end_consents({}, context())
    world.advance(hours=1)
    world.documents.is_available = False
    assert end_consents({}, context())["certificates"] == {"failed": 1}
    assert measured(capsys.readouterr().out) == {"CertificatesNotRemoved": 1, "RemovalsBehind": 0}
    (told,) = [one for one in caplog.records if one.message == "certificate not removed"]
    assert vars(told)["certificate_id"] == certificate.certificate_id
    assert vars(told)["error"] == "DocumentsUnavailable"


def test_that_time_did_not_suffice_is_measured(world: KeepingWorld, capsys: pytest.CaptureFixture[str]) -> None:
    world.issued()
    assert end_consents({}, context(10_000))["certificates"] == {}
    assert measured(capsys.readouterr().out) == {"CertificatesNotRemoved": 0, "RemovalsBehind": 1}
