"""Nothing is left over after mixed load with faults. (`make soak` goes on long enough to see whether memory grows.)"""

import asyncio
from pathlib import Path

import pytest

from tests.fixtures.simulator import simulating
from tests.fixtures.site import site
from tests.soak.soak import Plan, soak

PLAN = Plan(seed=20261121, seconds=25, settling=10, growth=0.25, visitors=5)
"""Within a minute caches still fill: only a gross leak shows in memory, but whatever is left open does."""
FEWEST = 50


@pytest.mark.timeout(300)
def test_nothing_is_left_over(reachable_dir: Path) -> None:
    with simulating() as simulator_url, site(reachable_dir, simulator_url) as place:
        outcome = asyncio.run(soak(place, PLAN))
    assert outcome.offences == [], outcome.text()
    assert outcome.answered > FEWEST, outcome.text()
