"""The step that makes certificates: which events it takes, what it tells, and that it stops in time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import suite
from chalicelib.domain.departments.certificates import CertificateStatus
from chalicelib.domain.departments.signing import Hindrance
from chalicelib.domain.refusals import Refusal
from chalicelib.handlers.certificate_making_steps import make_certificates, read_make_event
from tests.domain.departments.certificate_world import World, row

ID, OTHER = "3q2-7wAAECAwQFBgcICQoL", "4q2-7wAAECAwQFBgcICQoL"


def record(certificate_id: str = ID, name: str = "INSERT") -> dict[str, Any]:
    return {"eventName": name, "dynamodb": {"Keys": {"certificate_id": {"S": certificate_id}}}}


@pytest.mark.parametrize(
    ("event", "ids"),
    [
        ({}, None),
        ({"detail-type": "Scheduled Event", "source": "aws.events"}, None),
        ({"certificate_ids": [ID, OTHER]}, (ID, OTHER)),
        ({"Records": [record(), record(OTHER)]}, (ID, OTHER)),
        ({"Records": [record(name="MODIFY"), record(OTHER)]}, (OTHER,)),
    ],
)
def test_events_in_every_shape(event: dict[str, Any], ids: tuple[str, ...] | None) -> None:
    assert read_make_event(event).certificate_ids == ids


@pytest.mark.parametrize(
    "event",
    [
        {"certificate_ids": "x"},
        {"certificate_ids": [1]},
        {"certificate_ids": ["short"]},
        {"certificate_ids": [ID] * 501},
        {"Records": [{}]},
        {"Records": None},
        {"other": 1},
        {"Records": [], "certificate_ids": []},
    ],
)
def test_any_other_event_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        read_make_event(event)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(suite._Installed, "suite", SimpleNamespace(making=made.making))
    return made


def context(milliseconds: int = 900_000) -> Any:
    return SimpleNamespace(get_remaining_time_in_millis=lambda: milliseconds, function_name="MakeCertificates")


def test_what_is_new_is_made_and_counted(world: World) -> None:
    world.issue(row())
    certificate_id = world.certificate().certificate_id
    answer = make_certificates({"Records": [record(certificate_id)]}, context())
    assert answer == {"made": 1, "failed": 0, "waiting": 0, "left": 0}
    assert world.certificate().status is CertificateStatus.ACTIVE


def test_a_run_without_time_leaves_it_to_the_schedule(world: World) -> None:
    world.issue(row())
    event = {"certificate_ids": [world.certificate().certificate_id]}
    assert make_certificates(event, context(1_000))["left"] == 1
    world.pass_by(minutes=1)
    assert make_certificates({}, context())["made"] == 1


def test_what_hinders_is_logged_by_the_certificates_id_alone(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.printer.hindrance = Hindrance.TIMESTAMPS_UNAVAILABLE
    world.issue(row())
    certificate_id = world.certificate().certificate_id
    assert make_certificates({"certificate_ids": [certificate_id]}, context())["waiting"] == 1
    (line,) = [vars(one) for one in caplog.records if one.getMessage() == "certificate waiting"]
    assert (line["certificate_id"], line["because"]) == (certificate_id, "timestamps_unavailable")
    assert not any("Krishnan" in repr(vars(one)) or "TR/2026" in repr(vars(one)) for one in caplog.records)
