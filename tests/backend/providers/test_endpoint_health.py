"""How policy and metrics learn of endpoints."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from backend.catalogue.cache import CatalogueCache
from backend.database import Database
from backend.metrics import Metrics
from backend.policy.health import HealthBook
from backend.providers import repository
from backend.providers.circuit_book import CircuitBook
from backend.providers.circuits import CLOSED, CircuitState, Finding, What, step
from backend.providers.endpoint_health import EndpointHealth
from backend.providers.score import Figures
from backend.secrets import load_secrets
from backend.settings import Settings


class House:
    """One process's parts."""

    def __init__(self, settings: Settings) -> None:
        self.database = Database(str(settings.database_url))
        self.catalogue = CatalogueCache(self.database, load_secrets(settings), settings)
        self.circuits, self.health, self.metrics = CircuitBook(), HealthBook(), Metrics()
        self.endpoints = EndpointHealth(self.database, self.catalogue, self.circuits, self.health, self.metrics)

    def shown(self, name: str, provider: str = "simulator") -> list[float]:
        """A gauge's values for a provider's endpoints."""
        start = f'model_router_endpoint_{name}{{endpoint="'
        lines = [line for line in self.metrics.text().decode().splitlines() if line.startswith(start)]
        return [float(line.split()[-1]) for line in lines if f'provider="{provider}"' in line]


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    made = House(settings)
    await made.database.open()
    await made.catalogue.refresh()
    yield made
    await made.database.close()


async def test_an_open_circuit_is_known_to_policy_and_metrics_at_once(house: House) -> None:
    await house.endpoints.measure()
    assert (house.shown("circuit_state"), house.shown("health_score")) == ([0], [1])
    simulator = next(p for p in house.catalogue.current.providers if p.name == "simulator")
    endpoint_id = simulator.endpoints[0].id
    opened = step(CLOSED, Finding(What.FAILING, "because"), datetime.now(UTC))
    house.circuits.adopt(endpoint_id, opened)
    known = house.health[endpoint_id]
    assert (known.uptime, known.circuit, known.reason) == (0, CircuitState.OPEN, "because")
    assert 0 < known.retry_in <= 2
    assert (house.shown("circuit_state"), house.shown("health_score")) == ([2], [0])
    house.circuits.adopt(endpoint_id, CLOSED)
    assert endpoint_id not in house.health
    assert house.shown("circuit_state") == [0]


async def test_the_time_until_the_next_try_counts_down(house: House) -> None:
    endpoint_id = house.catalogue.current.providers[0].endpoints[0].id
    opened = step(CLOSED, Finding(What.FAILING, "because"), datetime.now(UTC) - timedelta(seconds=1))
    house.circuits.adopt(endpoint_id, opened)
    before = house.health[endpoint_id].retry_in
    house.endpoints.count_down()
    assert house.health[endpoint_id].retry_in < before <= 1


async def test_figures_become_scores_and_say_who_is_busy(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    failing, busy = (p.endpoints[0].id for p in house.catalogue.current.providers[:2])

    async def figures(*_: object) -> dict[object, Figures]:
        lately = datetime.now(UTC) - timedelta(seconds=30)
        return {
            failing: Figures(calls=10, failed=5, requests=10, fallbacks=4, last_answered=lately - timedelta(minutes=2)),
            busy: Figures(calls=10, requests=10, last_answered=lately),
        }

    monkeypatch.setattr(repository, "endpoint_figures", figures)
    await house.endpoints.measure()
    assert house.health[failing].uptime == 0.5
    assert house.shown("fallback_rate", house.catalogue.current.providers[0].name) == [0.4]
    assert (house.endpoints.busy(failing), house.endpoints.busy(busy)) == (False, True)


async def test_a_model_that_failed_and_was_left_alone_is_healthy_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.policy.health.MEMORY", 0.0)
    house.health.record("m", answered=False)
    house.metrics.health.labels("m").set(0)
    await house.endpoints.measure()
    assert "m" not in house.health
    assert 'model_router_model_health_score{model="m"} 1.0' in house.metrics.text().decode()


async def test_an_endpoint_out_of_use_has_no_figures(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.endpoints.measure()
    assert house.shown("health_score", "openai") == [1]
    async with house.database.unit_of_work() as session:
        provider = next(p for p in house.catalogue.current.providers if p.name == "openai")
        row = await session.get(repository.ProviderEndpoint, provider.endpoints[0].id)
        assert row is not None
        row.enabled = False
        session.add(row)
    await house.catalogue.refresh()
    await house.endpoints.measure()
    assert house.shown("health_score", "openai") == []
