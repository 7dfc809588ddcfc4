"""An office for each test of the staff."""

import pytest

from tests.domain.staff.world import Office


@pytest.fixture
def office() -> Office:
    return Office()
