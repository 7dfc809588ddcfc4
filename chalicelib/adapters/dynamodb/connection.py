"""PynamoDB on the suite's one botocore session: one DynamoDB client for all tables."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from botocore.session import Session
from pynamodb.connection.base import Connection, MetaTable
from pynamodb.connection.table import TableConnection
from pynamodb.models import MetaModel, Model

from chalicelib.adapters.aws import ATTEMPTS, CONNECT_SECONDS, READ_SECONDS, Aws

Row = TypeVar("Row", bound=Model)


class SharedConnection(Connection):
    """A PynamoDB connection on the suite's one client; PynamoDB's own makes one for each table."""

    def __init__(self, aws: Aws) -> None:
        super().__init__(
            region=aws.region,
            connect_timeout_seconds=CONNECT_SECONDS,
            read_timeout_seconds=READ_SECONDS,
            max_retry_attempts=ATTEMPTS - 1,
        )
        self._aws = aws

    @property
    def session(self) -> Session:
        """The suite's one session."""
        return self._aws.session

    @property
    def client(self) -> Any:  # noqa: ANN401 - botocore makes its clients at run time
        """The suite's one DynamoDB client."""
        return self._aws.client("dynamodb")

    def dispatch(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        """Calls DynamoDB. PynamoDB's own dispatch asks for the consumed capacity each time and signals it to nobody."""
        answer: dict[str, Any] = self._make_api_call(operation_name, operation_kwargs)
        return answer


def bound(row: type[Row], table_name: str, connection: SharedConnection) -> type[Row]:
    """The row class bound to its table.

    A subclass, so that two stores in one process do not share a table by accident.
    """
    meta = type("Meta", (), {"table_name": table_name})
    made = cast("type[Row]", MetaModel(row.__name__, (row,), {"Meta": meta, "__module__": row.__module__}))
    schema = made._get_schema()
    table = TableConnection(table_name, region=connection.region)
    table.connection = connection
    # Two kinds of row may share a table: its keys are the same for both.
    if table_name not in connection._tables:
        connection.add_meta_table(
            MetaTable(
                {
                    "TableName": table_name,
                    "KeySchema": schema["key_schema"],
                    "AttributeDefinitions": schema["attribute_definitions"],
                    # PynamoDB asks nothing of an index that is not told here.
                    "GlobalSecondaryIndexes": [
                        {"IndexName": index["index_name"], "KeySchema": index["key_schema"]}
                        for index in schema["global_secondary_indexes"]
                    ],
                }
            )
        )
    made._connection = table
    return made
