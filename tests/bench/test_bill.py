import pytest

from bench import bill

USAGE = bill.Usage(
    state_transitions=6, write_units=40, read_units=20, lambda_requests=10, lambda_gb_seconds=0.5, gateway_requests=6
)


def test_a_bill_is_units_times_prices_dearest_first() -> None:
    prices = dict.fromkeys(bill.Usage.__dataclass_fields__, 0.0) | {
        "state_transitions": 0.00003,
        "write_units": 0.000001,
    }
    lines = bill.bill(USAGE, 1000, prices)
    assert [line.what for line in lines[:2]] == ["state_transitions", "write_units"]
    assert lines[0].units == 6000
    assert lines[0].dollars == pytest.approx(0.18)
    assert lines[1].dollars == pytest.approx(0.04)


def test_the_price_list_has_a_price_for_all_that_is_billed() -> None:
    prices = bill.price_list()
    assert prices.keys() == bill.Usage.__dataclass_fields__.keys()
    assert all(price > 0 for price in prices.values())


def test_a_price_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        bill.bill(USAGE, 1, {})


def test_an_item_in_a_transaction_costs_twice() -> None:
    assert bill.write_units("PutItem", 1) == 1
    assert bill.write_units("TransactWriteItems", 3) == 6
    assert bill.read_units("TransactGetItems", 2, consistent=True) == 4


def test_an_eventually_consistent_read_costs_half() -> None:
    assert bill.read_units("GetItem", 1, consistent=True) == 1
    assert bill.read_units("GetItem", 1, consistent=False) == 0.5
