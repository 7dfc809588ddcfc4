"""Collisions: a write that meets another writer's, once, so that it looks whether it was made after all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from infra.local.calls import Call
from infra.local.faults import Fault
from infra.local.laptop import Laptop


@contextmanager
def collision(laptop: Laptop, made_by: str, items: int | None = None) -> Iterator[None]:
    """Let the next transaction of a route or step (of this many items, if it matters) collide while in the block."""
    before = laptop.calls.before_sending
    struck: list[Fault] = []

    def colliding(call: Call, request: AWSPreparedRequest) -> AWSResponse | None:
        is_it = call.made_by == made_by and call.operation == "TransactWriteItems"
        if is_it and items in {None, len(call.parts)} and not struck:
            refusal = {"code": "TransactionConflictException", "status": 400}
            struck.append(laptop.faults.add("dynamodb", "TransactWriteItems", "refused", **refusal))  # type: ignore[arg-type]
        return before(call, request) if before else None

    laptop.calls.before_sending = colliding
    try:
        yield
    finally:
        laptop.calls.before_sending = before
    assert [fault.struck for fault in struck] == [1]
