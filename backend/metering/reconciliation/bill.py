"""Our ledger of what providers cost beside what they say themselves. Pure."""

from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct


class Sums(NamedTuple):
    """What calls to one model come to; dollars. `compared_cost` is ours for the calls with a reported cost."""

    provider: str
    model: str
    calls: int
    raw_cost: Decimal
    reported_calls: int
    compared_cost: Decimal
    provider_cost: Decimal | None
    estimated: int
    failed: int
    may_have_run: int


class BillLine(Struct, frozen=True, kw_only=True):
    """One model at one provider. Costs are dollars; `difference` is the provider's less ours.

    `difference_percent` is of our cost; both are None where the provider reports no cost. `estimated` calls had no
    usage of the provider's; `may_have_run` counts failed attempts that the provider may bill all the same.
    """

    provider: str
    model: str
    calls: int
    raw_cost: Decimal
    reported_calls: int
    provider_cost: Decimal | None
    difference: Decimal | None
    difference_percent: float | None
    estimated: int
    failed: int
    may_have_run: int


def line(sums: Sums) -> BillLine:
    """Compares like with like: only calls for which there are both costs."""
    difference = None if sums.provider_cost is None else sums.provider_cost - sums.compared_cost
    return BillLine(
        provider=sums.provider,
        model=sums.model,
        calls=sums.calls,
        raw_cost=sums.raw_cost,
        reported_calls=sums.reported_calls,
        provider_cost=sums.provider_cost,
        difference=difference,
        difference_percent=_percent(difference, sums.compared_cost),
        estimated=sums.estimated,
        failed=sums.failed,
        may_have_run=sums.may_have_run,
    )


def _percent(difference: Decimal | None, of: Decimal) -> float | None:
    if difference is None:
        return None
    if difference == 0:
        return 0.0
    return float(100 * difference / of) if of else None
