"""How people's ratings move the catalogue's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.v1.process.quality import overall


@given(st.floats(0, 1), st.integers(0, 500), st.integers(0, 500))
def test_a_rating_moves_towards_what_people_say(rating: float, good: int, bad: int) -> None:
    found = overall(rating, good, good + bad)
    assert 0 <= found <= 1
    assert overall(rating, 0, 0) == pytest.approx(rating, abs=1e-4)
    assert overall(rating, good + 1, good + 1 + bad) >= found
