"""Whatever is killed when, every request ends once, and what somebody was told is true. `make crash` is longer."""

import asyncio
from pathlib import Path

import pytest

from tests.crash.storm import Plan, storm
from tests.fixtures.site import site

PLAN = Plan(seed=20261121, kills=6, restarts=2, visitors=6, pauses=(1.0, 3.0), absences=(0.0, 1.0))
FEWEST = 20
"""Successes, below which nothing would be proved."""


@pytest.mark.timeout(240)
def test_no_request_is_lost_or_doubled(reachable_dir: Path, simulator_url: str) -> None:
    with site(reachable_dir, simulator_url) as place:
        outcome = asyncio.run(storm(place, PLAN))
    assert outcome.offences == [], outcome.text()
    assert outcome.told > FEWEST, outcome.text()
    assert outcome.interrupted > 0, outcome.text()
