"""A world for each test of the registration."""

import pytest

from tests.domain.icegate.world import World


@pytest.fixture
def world() -> World:
    return World()
