"""DigiLocker is down for a day amid a backfill, and the import dies in it too: all comes, and nothing twice."""

from __future__ import annotations

import pytest

from tests.domain.departments.outage_day import demand_all_and_each_once, outage


@pytest.mark.parametrize("seed", range(3))
def test_down_for_a_day_in_the_middle_of_a_backfill_nothing_is_lost_and_nothing_comes_twice(seed: int) -> None:
    demand_all_and_each_once(outage(200, seed, pushes_a_minute=2))


def test_thousands_wait_for_digilocker_and_few_of_them_are_tried() -> None:
    # A hundred thousand are run by `python -m bench outage`.
    demand_all_and_each_once(outage(5_000, 7, pushes_a_minute=60))
