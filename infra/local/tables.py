"""The laptop's tables as a whole: what they held after the start, and taking them back to it."""

from typing import Any

from infra.local.provisioning import Provisioning

Item = dict[str, Any]


class Tables:
    """All tables of the template, in the engine that runs."""

    def __init__(self, resources: Provisioning) -> None:
        self._dynamodb = resources.client("dynamodb")
        self._names = list(resources.tables.values())
        self._remembered: dict[str, list[Item]] = {}
        self._keys = {name: self._key_names(name) for name in self._names}

    def remember(self) -> None:
        """Take what the tables hold now for the state to go back to."""
        self._remembered = {name: self._items(name) for name in self._names}

    def restore(self) -> None:
        """Make the tables hold exactly what was remembered."""
        for name in self._names:
            remembered = {self._key(name, item): item for item in self._remembered[name]}
            for item in self._items(name):
                if remembered.get(self._key(name, item)) != item:
                    key = {attribute: item[attribute] for attribute in self._keys[name]}
                    self._dynamodb.delete_item(TableName=name, Key=key)
                else:
                    del remembered[self._key(name, item)]
            for item in remembered.values():
                self._dynamodb.put_item(TableName=name, Item=item)

    def _items(self, name: str) -> list[Item]:
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    def _key_names(self, name: str) -> list[str]:
        return [part["AttributeName"] for part in self._dynamodb.describe_table(TableName=name)["Table"]["KeySchema"]]

    def _key(self, name: str, item: Item) -> str:
        return repr([item[attribute] for attribute in self._keys[name]])
