"""An IEC for each test of its users."""

import pytest

from tests.domain.iec.world import IecWorld


@pytest.fixture
def world() -> IecWorld:
    return IecWorld()
