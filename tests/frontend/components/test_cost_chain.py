"""The cost as a chain of named factors."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from frontend import format as words
from frontend.components.cost_chain import chain_html, raw_sum, remarks
from shared.admin import BucketCost, Factor
from tests.frontend.invented.calls import call_detail, calls

_found = call_detail(calls(datetime(2026, 11, 21, 12, tzinfo=UTC))[0]).cost
assert _found is not None
COST = _found


def _bucket(name: str, quantity: int, price: str) -> BucketCost:
    return BucketCost(bucket=name, quantity=quantity, price=Decimal(price), cost=Decimal(0))


def test_the_chain_names_every_factor_in_order() -> None:
    html = chain_html(COST)
    places = [html.index(f"<small>{name}</small>") for name in (
        "Raw cost", "Plan starter", "Model", "Family code", "Credits per $", "Shown",
    )]  # fmt: skip
    assert places == sorted(places)
    assert html.count(f"<i>{words.TIMES}</i>") == 4
    assert html.count("<i>=</i>") == 1


def test_a_cost_without_factors_is_still_a_chain() -> None:
    assert chain_html(replace(COST, factors=[])).count("<small>") == 3


@pytest.mark.parametrize(
    ("stored", "shown"), [("plan:pro", "Plan pro"), ("model", "Model"), ("family code", "Family code")]
)
def test_factors_are_named_for_people(stored: str, shown: str) -> None:
    assert f"<small>{shown}</small>" in chain_html(replace(COST, factors=[Factor(name=stored, value=Decimal(1))]))


def test_the_raw_sum_separates_tokens_from_pieces() -> None:
    assert raw_sum(
        [_bucket("input", 1204, "0.25"), _bucket("cached_input", 10, "0.025"), _bucket("picture", 2, "0.04")]
    ) == (
        f"1,204 input {words.TIMES} $0.25 + 10 cached input {words.TIMES} $0.025 per million"
        f" + 2 picture {words.TIMES} $0.04 each"
    )
    assert raw_sum([_bucket("request", 1, "0.005")]) == f"1 request {words.TIMES} $0.005 each"


def test_only_what_is_out_of_the_ordinary_is_remarked() -> None:
    assert len(remarks(COST)) == 1
    assert remarks(replace(COST, buckets=[])) == ["Price version 14."]
    odd = replace(
        COST, charged=Decimal("0.15"), absorbed=Decimal("0.03"), estimated=True, provider_cost=Decimal("0.0013")
    )
    assert remarks(odd)[1:] == [
        "Charged 0.15, the part within the hold; 0.03 credits are absorbed.",
        "The provider reported no usage: tokens are estimated.",
        "The provider reported a cost of $0.0013.",
    ]
