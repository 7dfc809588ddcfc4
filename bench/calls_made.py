"""AWS calls of each route and of a whole registration, counted on the laptop, and the bill for a thousand."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterable, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from bench import bill, journey
from bench.figures import Figure, WrongAnswerError
from infra.local.calls import Call
from infra.local.laptop import Laptop

ROOT = Path(__file__).parent.parent
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"})
READS = frozenset({"GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"})
WAKES = frozenset({"SendTaskSuccess", "SendTaskFailure"})
REGISTRATION = "/icegate/registrations/{registration_id}"
ACCOUNT = "/accounts/registrations/{registration_id}"
KILOBYTE = 1024
REGISTRATIONS = 1000


class Count(NamedTuple):
    """The AWS calls of a route or step: requests by kind, and the items that its writes touch."""

    reads: int
    writes: int
    transactions: int
    items: int
    wakes: int
    starts: int
    other: int

    @property
    def calls(self) -> int:
        """All requests to AWS."""
        return self.reads + self.writes + self.wakes + self.starts + self.other

    def __str__(self) -> str:
        parts = [f"{self.reads} reads", f"{self.writes} writes ({self.transactions} transactions, {self.items} items)"]
        parts += [
            f"{count} {what}"
            for what, count in (("wakes", self.wakes), ("starts", self.starts), ("others", self.other))
            if count
        ]
        return ", ".join(parts)


def count(calls: Iterable[Call]) -> Count:
    """Count calls by kind; a transaction is one write request of several items."""
    made = list(calls)
    operations = [call.operation for call in made]
    dynamodb = [call for call in made if call.service == "dynamodb"]
    writes = [call for call in dynamodb if call.operation in WRITES]
    reads = sum(call.operation in READS for call in dynamodb)
    wakes = sum(operation in WAKES for operation in operations)
    starts = operations.count("StartExecution")
    return Count(
        reads,
        len(writes),
        sum(call.operation == "TransactWriteItems" for call in writes),
        sum(call.writes for call in writes),
        wakes,
        starts,
        len(made) - reads - len(writes) - wakes - starts,
    )


def stored_bytes(value: Mapping[str, Any]) -> int:  # noqa: PLR0911 - one answer for each kind of value
    """The size of one attribute's value as DynamoDB counts it (Developer Guide, "DynamoDB item sizes and formats")."""
    kind, content = next(iter(value.items()))
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return len(content.strip("-.").replace(".", "")) // 2 + 2
        case "B":
            return len(content) * 3 // 4
        case "M":
            return 3 + sum(1 + len(name.encode()) + stored_bytes(inner) for name, inner in content.items())
        case "L":
            return 3 + sum(1 + stored_bytes(inner) for inner in content)
        case "SS" | "NS" | "BS":
            return sum(len(member) for member in content)
        case _:
            return 1


def kilobytes(item: Mapping[str, Any] | None) -> int:
    """Begun kilobytes of an item; an update, whose item is not in the call, counts as one."""
    size = sum(len(name.encode()) + stored_bytes(value) for name, value in (item or {}).items())
    return max(1, math.ceil(size / KILOBYTE))


def units(calls: Iterable[Call]) -> tuple[float, float]:
    """Write and read request units of DynamoDB calls. A condition that fails is billed as a write all the same."""
    written = read = 0.0
    for call in calls:
        if call.service != "dynamodb":
            continue
        if call.operation in WRITES:
            written += bill.write_units(call.operation, sum(kilobytes(part.get("Item")) for _, part in call.parts))
        elif call.operation in READS:
            read += bill.read_units(
                call.operation, len(call.parts), consistent=bool(call.parameters.get("ConsistentRead"))
            )
    return written, read


def per_route(calls: list[Call]) -> list[Figure]:
    """The bounds on single routes, then the calls of every route and step."""
    makers = sorted({call.made_by for call in calls if call.made_by})
    by = {maker: count(call for call in calls if call.made_by == maker) for maker in makers}

    def of(route: str) -> Count:
        if route not in by:
            raise WrongAnswerError(f"{route} called nothing: {sorted(by)}")
        return by[route]

    verify, start = of(f"POST {REGISTRATION}/codes/verify"), of(f"PUT {REGISTRATION}/credentials")
    signed_in = of("GET /sessions/current")
    account_verify, account_start = of(f"POST {ACCOUNT}/codes/verify"), of("POST /accounts/registrations")
    account = of("GET /account")
    figures = [
        Figure("calls.verify.writes", verify.writes, "writes", bound=2, beside=str(verify)),
        Figure("calls.verify.wakes", verify.wakes, "wakes", bound=1),
        Figure("calls.start.transactions", start.writes, "writes", bound=1, beside=str(start)),
        Figure("calls.start.starts", start.starts, "starts", bound=1),
        Figure("calls.signed_in_read.reads", signed_in.reads, "reads", bound=2, beside=str(signed_in)),
        Figure("calls.account_verify.writes", account_verify.writes, "writes", bound=2, beside=str(account_verify)),
        Figure("calls.account_verify.wakes", account_verify.wakes, "wakes", bound=1),
        Figure("calls.account_start.transactions", account_start.writes, "writes", bound=1, beside=str(account_start)),
        Figure("calls.account_start.starts", account_start.starts, "starts", bound=1),
        Figure("calls.account_read.reads", account.reads, "reads", bound=2, beside=str(account)),
    ]
    return figures + [Figure(f"calls {maker}", made.calls, "calls", beside=str(made)) for maker, made in by.items()]


def usage(calls: list[Call], requests: int, states: list[str]) -> tuple[bill.Usage, str]:
    """What AWS bills for one registration, and what was assumed for it."""
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())["lambda_functions"]
    machine = json.loads((ROOT / "infra" / "statemachines" / "simplified_registration.asl.json").read_text())["States"]
    assumed = json.loads(bill.PRICES.read_text())["assumed"]["lambda_milliseconds"]
    steps = [state for state in states if machine[state]["Type"] == "Task"]
    function = {
        state: "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in state).strip("_")
        for state in steps
    }
    gigabytes = {name: settings["lambda_memory_size"] / KILOBYTE for name, settings in config.items()}
    seconds = requests * gigabytes["api_handler"] * assumed["api"] / 1000
    seconds += sum(gigabytes[function[state]] * assumed["step"] / 1000 for state in steps)
    written, read = units(calls)
    used = bill.Usage(len(states), written, read, requests + len(steps), seconds, requests)
    return used, f"assumed {assumed['api']} ms a request and {assumed['step']} ms a step of billed time"


def billed(used: bill.Usage, assumed: str) -> list[Figure]:
    """The bill for a thousand registrations."""
    lines = bill.bill(used, REGISTRATIONS, bill.price_list())
    listed = json.loads(bill.PRICES.read_text())
    beside = ", ".join(f"{line.what} {line.units:g} = ${line.dollars:.4f}" for line in lines)
    about = f"{beside}; list prices of {listed['dated']}; {assumed}; left out: {listed['left_out']}"
    return [Figure("bill.1000_registrations", sum(line.dollars for line in lines), "US$", beside=about)]


def figures() -> list[Figure]:
    """Register one holder on the laptop, sign in, read; the same with an account; then count."""
    # What the suite logs on standard output would stand in the table.
    with redirect_stdout(io.StringIO()), Laptop.start() as laptop:
        client = journey.Client(laptop.site_url)
        sample = laptop.samples[0]
        laptop.calls.clear()
        journey.register(laptop, client, sample, "kaveri-looms")
        states = journey.ended(laptop)
        registration, requests = list(laptop.calls), len(client.asked)
        signing_in = {"username": "kaveri-looms", "password": journey.PASSWORD}
        session = client.wants(200, client.ask("POST", "/sessions", signing_in))
        current = client.wants(200, client.ask("GET", "/sessions/current", token=session["session_token"]))
        if current["icegate_id"] != "kaveri-looms":
            raise WrongAnswerError(f"another's session: {current}")
        client.wants(200, client.ask("GET", "/icegate/services", token=session["session_token"]))
        token = journey.open_account(laptop, client)
        held = client.wants(200, client.ask("GET", "/account", token=token))
        if held["email"] != journey.ACCOUNT_EMAIL:
            raise WrongAnswerError(f"another's account: {held}")
        calls = list(laptop.calls)
    whole = count(registration)
    return [
        *per_route(calls),
        Figure("registration.writes", whole.writes, "write requests", bound=12, beside=str(whole)),
        Figure("registration.state_transitions", len(states), "transitions", bound=7, beside=" → ".join(states)),
        *billed(*usage(registration, requests, states)),
    ]
