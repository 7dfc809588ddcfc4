from bench.calls_made import count, kilobytes, stored_bytes, units
from bench.package_size import without_pyc
from bench.store_stub import Stub, updated
from infra.local.calls import Call


def call(operation: str, service: str = "dynamodb", **parameters: object) -> Call:
    return Call(service, operation, "GET /", parameters)


def test_a_transaction_is_one_write_of_several_items() -> None:
    transaction = call("TransactWriteItems", TransactItems=[{"Put": {"Item": {}}}, {"Update": {}}, {"Delete": {}}])
    made = count([transaction, call("PutItem"), call("GetItem"), call("SendTaskSuccess", "states")])
    assert (made.writes, made.transactions, made.items) == (2, 1, 4)
    assert (made.reads, made.wakes, made.starts, made.other) == (1, 1, 0, 0)
    assert made.calls == 4


def test_items_are_measured_as_dynamodb_measures_them() -> None:
    assert stored_bytes({"S": "नमस्ते"}) == 18
    assert stored_bytes({"BOOL": True}) == 1
    assert stored_bytes({"M": {"ab": {"S": "c"}}}) == 3 + 1 + 2 + 1
    assert kilobytes({"a": {"S": "x" * 1023}}) == 1
    assert kilobytes({"a": {"S": "x" * 1024}}) == 2
    assert kilobytes(None) == 1


def test_units_count_begun_kilobytes_and_transactions_twice() -> None:
    large = {"a": {"S": "x" * 1500}}
    transaction = call("TransactWriteItems", TransactItems=[{"Put": {"Item": large}}, {"Update": {}}])
    assert units([transaction, call("GetItem", ConsistentRead=True), call("Publish", "sns")]) == (6.0, 1.0)


def test_a_module_without_its_pyc_is_found() -> None:
    names = ["a.py", "__pycache__/a.cpython-311.pyc", "b/c.py", "b/d.txt"]
    assert without_pyc(names) == ["b/c.py"]


def test_the_stub_keeps_what_is_written_when_told_to() -> None:
    stub = Stub({"keys": {"sessions": "token_hash"}, "keeps": True})
    stub.dynamodb("PutItem", {"TableName": "sessions", "Item": {"token_hash": {"S": "t"}, "n": {"N": "1"}}})
    add = {
        "TableName": "sessions",
        "Key": {"token_hash": {"S": "t"}},
        "UpdateExpression": "ADD #0 :0",
        "ExpressionAttributeNames": {"#0": "n"},
        "ExpressionAttributeValues": {":0": {"N": "2"}},
        "ReturnValues": "ALL_NEW",
    }
    assert stub.dynamodb("UpdateItem", add) == {"Attributes": {"token_hash": {"S": "t"}, "n": {"N": "3"}}}
    stub.dynamodb("DeleteItem", {"TableName": "sessions", "Key": {"token_hash": {"S": "t"}}})
    assert stub.dynamodb("GetItem", {"TableName": "sessions", "Key": {"token_hash": {"S": "t"}}}) == {}


def test_the_stub_applies_plain_updates() -> None:
    asked = {
        "UpdateExpression": "SET #0 = :0, #1 = :1 REMOVE #2",
        "ExpressionAttributeNames": {"#0": "a", "#1": "b", "#2": "c"},
        "ExpressionAttributeValues": {":0": {"S": "x"}, ":1": {"S": "y"}},
    }
    assert updated({"c": {"S": "z"}}, asked) == {"a": {"S": "x"}, "b": {"S": "y"}}
