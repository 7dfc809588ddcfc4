"""A stub of AWS on loopback, in a process of its own: its CPU is not the measured program's.

`python -I -S store_stub.py <fixtures.json>` prints its port. Fixtures: `{"items": {table: {key: item}}, "keys": {table:
hash key}, "secrets": {id: text}, "keeps": bool}`. With `keeps`, what is written is there to be read; else every answer
comes from the fixtures. Conditions are taken to hold: this measures what calls cost, while the suite's own tests run on
engines that judge them. `GET /calls` tells what was asked since it was last told (`{"<service>.<Operation>": count}`),
`GET /items` what is stored.
"""

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

ARN = "arn:aws:states:ap-south-1:123456789012:execution:simplified_registration:measured"
Item = dict[str, dict[str, Any]]


def updated(item: Item, asked: dict[str, Any]) -> Item:
    """The item after an UpdateExpression of plain SET, ADD and REMOVE clauses. Raises ValueError for more than that."""
    names, values = asked.get("ExpressionAttributeNames", {}), asked.get("ExpressionAttributeValues", {})
    made = dict(item)
    verbs = re.split(r"\b(SET|ADD|REMOVE)\b", asked["UpdateExpression"])[1:]
    for verb, clauses in zip(verbs[::2], verbs[1::2], strict=True):
        for clause in clauses.split(","):
            found = re.fullmatch(r"\s*(#?\w+)\s*(?:=?\s*(:\w+))?\s*", clause)
            if found is None:
                raise ValueError(clause)
            name, value = names.get(found[1], found[1]), values.get(found[2])
            if verb == "REMOVE":
                made.pop(name, None)
            elif verb == "ADD":
                made[name] = {"N": str(int(made.get(name, {"N": "0"})["N"]) + int(value["N"]))}
            else:
                made[name] = value
    return made


class Stub:
    """The answers, and the count of what was asked."""

    def __init__(self, fixtures: dict[str, Any]) -> None:
        self.items: dict[str, dict[str, Item]] = fixtures.get("items", {})
        self.keys: dict[str, str] = fixtures.get("keys", {})
        self.secrets: dict[str, str] = fixtures.get("secrets", {})
        self.keeps = bool(fixtures.get("keeps"))
        self.calls: dict[str, int] = {}

    def item(self, table: str, key: Item) -> Item | None:
        """The item at `table` with that hash key. A table may be named by an ARN."""
        value = next(iter(next(iter(key.values())).values()))
        return self.items.get(table.rsplit("/", 1)[-1], {}).get(value)

    def write(self, kind: str, asked: dict[str, Any]) -> Item | None:
        """Put, update or delete, if what is written is kept; the item afterwards."""
        table = asked["TableName"].rsplit("/", 1)[-1]
        key = (
            asked["Key"]
            if "Key" in asked
            else {self.keys[table]: asked["Item"][self.keys[table]]}
            if self.keeps
            else {}
        )
        before = self.item(table, key) if key else None
        after = None if kind == "Delete" else asked["Item"] if kind == "Put" else updated(before or key, asked)
        if self.keeps:
            rows, value = self.items.setdefault(table, {}), next(iter(next(iter(key.values())).values()))
            if after is None:
                rows.pop(value, None)
            else:
                rows[value] = after
        return after

    def dynamodb(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to a DynamoDB call."""
        if operation == "GetItem":
            item = self.item(asked["TableName"], asked["Key"])
            return {"Item": item} if item else {}
        if operation == "Query":
            # The first value of the condition names the row; a table with a sort key keeps the last one written.
            wanted = next(iter(asked["ExpressionAttributeValues"].values()))
            named = self.item(asked["TableName"], {"": wanted})
            found = [named] if named else []
            return {"Items": found, "Count": len(found), "ScannedCount": len(found)}
        if operation == "TransactGetItems":
            gets = [entry["Get"] for entry in asked["TransactItems"]]
            got = [self.item(get["TableName"], get["Key"]) for get in gets]
            return {"Responses": [{"Item": item} if item else {} for item in got]}
        if operation == "TransactWriteItems":
            for entry in asked["TransactItems"]:
                for kind, part in entry.items():
                    if kind != "ConditionCheck":
                        self.write(kind, part)
            return {}
        after = self.write(operation.removesuffix("Item"), asked)
        return {"Attributes": after} if asked.get("ReturnValues", "NONE") == "ALL_NEW" else {}

    def told(self, service: str, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer of a service that speaks JSON."""
        if service.startswith("DynamoDB"):
            return self.dynamodb(operation, asked)
        if service == "secretsmanager":
            return {"Name": asked["SecretId"], "SecretString": self.secrets[asked["SecretId"]]}
        return {"executionArn": ARN, "startDate": 1.7e9} if operation == "StartExecution" else {}

    def answer(self, target: str, path: str, body: bytes) -> tuple[bytes, bytes]:
        """Content type and body for a request: AWS's JSON protocols by `X-Amz-Target`, SNS by form, SES v2 by path."""
        if path == "/calls":
            counted, self.calls = self.calls, {}
            return b"application/json", json.dumps(counted).encode()
        if path == "/items":
            return b"application/json", json.dumps(self.items).encode()
        if target:
            service, _, operation = target.partition(".")
            self.count(f"{service.partition('_')[0]}.{operation}")
            return b"application/x-amz-json-1.0", json.dumps(self.told(service, operation, json.loads(body))).encode()
        if path.startswith("/v2/email"):
            self.count("ses.SendEmail")
            return b"application/json", b'{"MessageId":"measured"}'
        action = parse_qs(body.decode())["Action"][0]
        self.count(f"sns.{action}")
        xml = f"<{action}Response><{action}Result><MessageId>measured</MessageId></{action}Result></{action}Response>"
        return b"text/xml", xml.encode()

    def count(self, call: str) -> None:
        """Count one call."""
        self.calls[call] = self.calls.get(call, 0) + 1


async def serve(stub: Stub, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer requests on one kept-alive connection until the other side closes it."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.split("\r\n")
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
            body = await reader.readexactly(int(fields.get("content-length", 0)))
            kind, told = stub.answer(fields.get("x-amz-target", ""), first.split(" ")[1], body)
            length = str(len(told)).encode()
            head_of_answer = b"HTTP/1.1 200 OK\r\nx-amzn-RequestId: stub\r\nContent-Type: " + kind
            writer.write(head_of_answer + b"\r\nContent-Length: " + length + b"\r\n\r\n" + told)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main(stub: Stub) -> None:
    server = await asyncio.start_server(lambda reader, writer: serve(stub, reader, writer), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Stub(json.loads(Path(sys.argv[1]).read_text()))))
