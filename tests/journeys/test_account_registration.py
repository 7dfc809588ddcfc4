"""Signing up over HTTP: the straight path, and the same from another browser."""

from infra.local.laptop import Laptop
from tests.journeys.accounts import new_person, signing_up
from tests.journeys.clients import Client


def test_the_straight_path(laptop: Laptop, client: Client) -> None:
    flow = signing_up(laptop, client=client)
    done = flow.verify().demand(200).content
    assert done["status"] == "registered"
