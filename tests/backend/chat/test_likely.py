"""What an answer is likely to cost, and how long an answer can be paid."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from backend.chat.likely import Likely, estimate, likely
from tests.fixtures.orders import route
from tests.fixtures.snapshots import model, price

DEAR = route(model("dear", price=price("1000", "2000")))
CHEAP = route(model("cheap", price=price("1", "2"), max_output_tokens=300))
"""A credit costs a cent, a prompt has a thousand tokens: 100 credits for the dear one's, with a margin 120."""

credits = st.decimals(0, 2000, places=6)
spans = st.tuples(st.integers(1, 500), st.integers(500, 5000))


def of(dear: bool = True, span: tuple[int, int] = (100, 1000), wanted: int = 2048) -> Likely:
    return likely(DEAR if dear else CHEAP, span, wanted)


class TestRange:
    def test_the_low_end_has_no_margin_and_the_high_end_has(self) -> None:
        found = of()
        assert (found.low, found.needed, found.high) == (Decimal(120), Decimal(140), Decimal(320))

    def test_no_more_is_counted_than_is_wanted_or_the_model_writes(self) -> None:
        assert of(wanted=10).high == of(span=(1, 10)).high
        assert of(dear=False).wanted == 300
        assert of(dear=False).high == of(dear=False, span=(100, 300)).high

    @given(spans, st.integers(1, 10_000), st.booleans())
    def test_it_is_in_order(self, span: tuple[int, int], wanted: int, dear: bool) -> None:
        found = of(dear, span, wanted)
        assert 0 < found.low <= found.needed <= found.high


class TestAffordable:
    def test_nothing_can_be_paid(self) -> None:
        assert estimate(of(), None, Decimal(119)).affordable_max_tokens == 0
        assert estimate(of(), None, Decimal(-5)).spendable == 0

    def test_a_shorter_answer_can_be_paid(self) -> None:
        assert estimate(of(), None, Decimal(150)).affordable_max_tokens == 150

    def test_where_a_long_answer_can_be_paid_nothing_needs_to_be_shorter(self) -> None:
        assert estimate(of(), None, Decimal(320)).affordable_max_tokens is None

    @given(credits, spans, st.integers(1, 10_000))
    def test_the_largest_that_can_be_paid_is_told(self, left: Decimal, span: tuple[int, int], wanted: int) -> None:
        first = of(True, span, wanted)
        most = estimate(first, None, left).affordable_max_tokens
        if most is None:
            assert first.high <= left
        else:
            assert most <= first.wanted
            assert most == 0 or DEAR.tariff.cost(most) <= left
            assert most == first.wanted or DEAR.tariff.cost(most + 1) > left


class TestRunnerUp:
    def test_without_another_model_there_is_none(self) -> None:
        assert estimate(of(), None, Decimal(1)).runner_up is None

    def test_it_is_named_with_its_range_and_no_price(self) -> None:
        found = estimate(of(), of(dear=False), Decimal(1))
        assert found.model == "Dear"
        assert found.runner_up is not None
        assert (found.runner_up.model, found.runner_up.affordable) == ("Cheap", True)
        assert found.runner_up.credits_low < found.runner_up.credits_high < 1
        assert estimate(of(dear=False), of(), Decimal(1)).runner_up == estimate(of(), of(), Decimal(1)).runner_up
