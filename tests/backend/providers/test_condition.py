"""How providers are doing, as everybody is told."""

from uuid import uuid4

import pytest

from backend.catalogue.snapshot import Endpoint
from backend.policy.choose import Health
from backend.providers.circuits import CircuitState
from backend.providers.condition import condition
from tests.fixtures.snapshots import provider

HERE, THERE = Endpoint(uuid4(), "https://canary.example/v1"), Endpoint(uuid4(), "https://canary.example/v2")
ACME = provider("acme", endpoints=(HERE, THERE))
WELL = Health()
TRIED = Health(circuit=CircuitState.HALF_OPEN, reason="canary")
DOWN = Health(uptime=0, circuit=CircuitState.OPEN, reason="canary", retry_in=3.2)
LONGER = Health(uptime=0, circuit=CircuitState.OPEN, reason="canary", retry_in=9.0)


@pytest.mark.parametrize(
    ("here", "there", "state", "retry_after"),
    [
        (DOWN, LONGER, "failing", 4),
        (Health(circuit=CircuitState.OPEN), LONGER, "failing", 1),
        (DOWN, TRIED, "recovering", None),
        (DOWN, WELL, "degraded", None),
        (TRIED, WELL, "degraded", None),
        (WELL, WELL, "working", None),
        (Health(uptime=0.2), WELL, "working", None),
    ],
)
def test_it_is_told_by_its_best_address_without_reasons_and_addresses(
    here: Health, there: Health, state: str, retry_after: int | None
) -> None:
    told = condition(ACME, {HERE.id: here, THERE.id: there})
    assert (told.state, told.retry_after) == (state, retry_after)
    assert told.message.startswith("Acme ")
    assert "canary" not in repr(told)


def test_what_cannot_be_called_says_why_however_its_circuits_are() -> None:
    told = condition(provider("acme", endpoints=(), why="No key is set for Acme."), {})
    assert (told.state, told.message, told.retry_after) == ("unavailable", "No key is set for Acme.", None)
