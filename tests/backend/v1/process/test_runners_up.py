"""What alternatives may cost."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from backend.v1.process.runners_up import share

CREDITS = st.decimals(min_value="0", max_value="1000000", places=9)


@given(CREDITS, CREDITS, st.integers(1, 3))
def test_shares_together_never_exceed_what_is_left(most: Decimal, spent: Decimal, among: int) -> None:
    each = share(most, spent, among)
    assert each is not None
    assert each >= 0
    assert each * among + min(spent, most) <= most


def test_without_a_limit_there_is_none() -> None:
    assert share(None, Decimal(5), 2) is None
