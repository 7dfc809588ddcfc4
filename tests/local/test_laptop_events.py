"""What invokes steps by itself: a table's stream tells of new rows, and a schedule runs by the laptop's clock."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from infra.local.event_sources import EventSources
from infra.local.laptop import Laptop
from infra.local.provisioning import Provisioning
from infra.local.template import TemplateError
from tests.engines import on_both_engines
from tests.local import toy


def put(laptop: Laptop, parcel_id: str, **more: Any) -> None:
    item = {"parcel_id": {"S": parcel_id}}
    toy.client("dynamodb").put_item(TableName=laptop.environment["PARCELS_TABLE"], Item=item, **more)


def put_together(laptop: Laptop, *parcel_ids: str, only_new: bool = False) -> None:
    table = laptop.environment["PARCELS_TABLE"]
    condition = {"ConditionExpression": "attribute_not_exists(parcel_id)"} if only_new else {}
    puts = [{"Put": {"TableName": table, "Item": {"parcel_id": {"S": one}}, **condition}} for one in parcel_ids]
    toy.client("dynamodb").transact_write_items(TransactItems=puts)


def heard(laptop: Laptop) -> list[str]:
    """The parcels of which the stream has told, in its order."""
    laptop.wait_until_idle()
    return [parcel_id for batch in toy.heard for parcel_id in batch]


@on_both_engines
def test_a_new_row_is_told_once_however_often_it_is_written_over(laptop: Laptop) -> None:
    put(laptop, "p1")
    put(laptop, "p1")
    assert heard(laptop) == ["p1"]
    put(laptop, "p1")
    put_together(laptop, "p2", "p3")
    assert heard(laptop) == ["p1", "p2", "p3"]


@on_both_engines
def test_what_was_not_written_is_not_told(laptop: Laptop) -> None:
    put(laptop, "p1")
    with pytest.raises(ClientError):
        put_together(laptop, "p1", "p2", only_new=True)
    laptop.faults.add("dynamodb", "PutItem")
    with pytest.raises(EndpointConnectionError):
        put(laptop, "p3")
    assert heard(laptop) == ["p1"]


@on_both_engines
def test_what_was_written_though_its_writer_never_heard_is_told(laptop: Laptop) -> None:
    laptop.faults.add("dynamodb", "PutItem", "answer_lost")
    with pytest.raises(ReadTimeoutError):
        put(laptop, "p1")
    assert heard(laptop) == ["p1"]


def test_rows_come_in_the_order_of_the_writes_and_in_batches(laptop: Laptop) -> None:
    may_go_on, function = threading.Event(), toy.hear_of_parcels

    def waiting(event: dict[str, Any], context: Any) -> None:
        assert may_go_on.wait(60)
        function(event, context)

    laptop.steps.add("hear_of_parcels", waiting)
    for number in range(7):
        put(laptop, f"p{number}")
    laptop.steps.add("hear_of_parcels", function)
    may_go_on.set()
    assert heard(laptop) == [f"p{number}" for number in range(7)]
    assert max(map(len, toy.heard)) == 3


def test_a_step_that_fails_is_invoked_again_as_often_as_the_template_says_and_then_the_next_rows_come(
    laptop: Laptop,
) -> None:
    put(laptop, "refused")
    laptop.wait_until_idle()
    put(laptop, "p2")
    assert heard(laptop) == ["refused", "refused", "p2"]


def test_looking_for_rows_is_no_call_of_the_suite_and_no_fault_hits_it(laptop: Laptop) -> None:
    fault = laptop.faults.add("dynamodb", "GetItem")
    with laptop.calls.recorded() as calls:
        put(laptop, "p1")
        assert heard(laptop) == ["p1"]
    assert [call.operation for call in calls] == ["PutItem"]
    assert fault.struck == 0


def test_after_a_new_start_a_row_that_was_known_is_new_again(laptop: Laptop) -> None:
    put(laptop, "p1")
    assert heard(laptop) == ["p1"]
    laptop.start_afresh()
    put(laptop, "p1")
    assert heard(laptop) == ["p1", "p1"]


def test_a_new_start_drops_what_was_not_told_yet(laptop: Laptop) -> None:
    entered, may_go_on = threading.Event(), threading.Event()

    def waiting(event: dict[str, Any], context: Any) -> None:
        entered.set()
        assert may_go_on.wait(60)

    laptop.steps.add("hear_of_parcels", waiting)
    put(laptop, "p1")
    assert entered.wait(60)
    put(laptop, "p2")
    laptop.steps.add("hear_of_parcels", toy.hear_of_parcels)
    fresh = threading.Thread(target=laptop.start_afresh)
    fresh.start()
    may_go_on.set()
    fresh.join(20)
    assert heard(laptop) == []


def test_a_schedule_runs_when_the_clock_has_moved_on_by_its_rate_and_once_however_far_it_moved(laptop: Laptop) -> None:
    laptop.clock.advance(minutes=59)
    laptop.wait_until_idle()
    assert toy.struck == []
    laptop.clock.advance(minutes=2)
    laptop.wait_until_idle()
    assert toy.struck == [{"by": "the clock"}]
    laptop.clock.advance(hours=5)
    laptop.wait_until_idle()
    assert len(toy.struck) == 2


def test_a_clock_set_back_does_not_put_the_schedule_off(laptop: Laptop) -> None:
    laptop.clock.advance(hours=100)
    laptop.wait_until_idle()
    laptop.clock.back_to_real_time()
    toy.struck.clear()
    laptop.clock.advance(minutes=61)
    laptop.wait_until_idle()
    assert len(toy.struck) == 1


def test_schedules_can_be_run_at_once(laptop: Laptop) -> None:
    laptop.run_schedules()
    assert toy.struck == [{"by": "the clock"}]


def test_what_is_still_busy_is_told(laptop: Laptop) -> None:
    may_go_on = threading.Event()
    laptop.steps.add("hear_of_parcels", lambda event, context: may_go_on.wait(60))
    try:
        put(laptop, "p1")
        with pytest.raises(TimeoutError, match="stream or a schedule"):
            laptop.wait_until_idle(0.05)
    finally:
        may_go_on.set()
        laptop.steps.add("hear_of_parcels", toy.hear_of_parcels)


def without_filter(document: dict[str, Any]) -> None:
    del document["Resources"]["ParcelsStream"]["Properties"]["FilterCriteria"]


def with_cron(document: dict[str, Any]) -> None:
    document["Resources"]["Hourly"]["Properties"]["ScheduleExpression"] = "cron(0 12 * * ? *)"


@pytest.mark.parametrize(("spoil", "told"), [(without_filter, "ParcelsStream"), (with_cron, "Hourly")])
def test_what_the_laptop_cannot_play_it_refuses(
    laptop: Laptop, tmp_path: Path, spoil: Callable[[dict[str, Any]], None], told: str
) -> None:
    document: dict[str, Any] = {
        "Resources": {name: {**toy.DOCUMENT["Resources"][name]} for name in ("ParcelsTable", "ParcelsStream", "Hourly")}  # type: ignore[index]
    }
    for resource in document["Resources"].values():
        resource["Properties"] = dict(resource["Properties"])
    spoil(document)
    resources = Provisioning(document, {}, {}, tmp_path, {})
    with pytest.raises(TemplateError, match=told):
        EventSources(resources, laptop.steps, laptop.clock)
