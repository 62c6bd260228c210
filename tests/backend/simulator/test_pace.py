from itertools import islice
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.simulator.pace import NO_DELAY, Pace


def delays(pace: Pace, count: int, seed: int = 0) -> list[float]:
    return list(islice(pace.delays(Random(seed)), count))


@pytest.mark.parametrize(
    "text",
    [b'{"first_ms":-1}', b'{"spacing_ms":1e9}', b'{"jitter":2}', b'{"group":0}', b'{"spacing":1}'],
)
def test_senseless_paces_are_refused(text: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=Pace)


def test_without_jitter_the_spacing_is_exact() -> None:
    assert delays(Pace(first_ms=50, spacing_ms=10, jitter=0), 4) == [50, 10, 10, 10]


def test_a_group_comes_at_once_and_keeps_the_mean_rate() -> None:
    pace = Pace(first_ms=5, spacing_ms=10, jitter=0, group=3)
    assert delays(pace, 8) == [5, 0, 0, 30, 0, 0, 30, 0]


@given(seed=st.integers(), jitter=st.floats(0, 1))
def test_jitter_keeps_within_its_fraction(seed: int, jitter: float) -> None:
    found = delays(Pace(first_ms=100, spacing_ms=10, jitter=jitter), 20, seed)
    assert abs(found[0] - 100) <= 100 * jitter + 1e-9
    assert all(abs(delay - 10) <= 10 * jitter + 1e-9 for delay in found[1:])


def test_the_usual_pace_is_that_of_a_commercial_model() -> None:
    found = delays(Pace(), 1_000)
    assert 150 <= found[0] <= 400
    assert 60 <= 1_000 / (sum(found[1:]) / 999) <= 120


def test_no_delay_means_none() -> None:
    assert delays(NO_DELAY, 5) == [0] * 5
    assert NO_DELAY.total(1_000, Random(0)) == 0


def test_the_total_is_the_sum_of_the_delays() -> None:
    pace = Pace(first_ms=40, spacing_ms=10, jitter=0)
    assert pace.total(5, Random(0)) == sum(delays(pace, 5))
    assert pace.total(0, Random(0)) == 40
