"""Our costs beside the provider's."""

from decimal import Decimal

import pytest

from backend.metering.reconciliation.bill import Sums, line


def sums(compared: str, reported: str | None, calls: int = 10) -> Sums:
    theirs = None if reported is None else Decimal(reported)
    return Sums("openrouter", "m", calls, Decimal(9), 4, Decimal(compared), theirs, 1, 2, 3)


@pytest.mark.parametrize(
    ("compared", "reported", "difference", "percent"),
    [
        ("2", "2.5", "0.5", 25.0),
        ("2", "1.5", "-0.5", -25.0),
        ("2", "2.000", "0", 0.0),
        ("0", "0", "0", 0.0),
        ("0", "0.01", "0.01", None),
    ],
)
def test_only_calls_with_both_costs_are_compared(
    compared: str, reported: str, difference: str, percent: float | None
) -> None:
    shown = line(sums(compared, reported))
    assert (shown.difference, shown.difference_percent) == (Decimal(difference), percent)
    assert (shown.raw_cost, shown.estimated, shown.failed, shown.may_have_run) == (9, 1, 2, 3)


def test_without_a_reported_cost_nothing_is_claimed() -> None:
    shown = line(sums("0", None))
    assert (shown.provider_cost, shown.difference, shown.difference_percent) == (None, None, None)
