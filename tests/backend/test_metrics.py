"""Metrics, of one process and of several that share a folder."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from backend.metrics import Ended, Metrics
from shared.accounts import UserRole
from tests.fixtures.api import Api, Join, Person
from tests.fixtures.streams import ask

ENDED = Ended("m", "p", "code", "complete", "balanced", 1.5, 0.2, 10, 20, Decimal("0.001"), fell_back=True)


def test_counts_are_apart_for_each_instance() -> None:
    first, second = Metrics(), Metrics()
    first.ended(ENDED)
    assert b'model_router_tokens_total{direction="completion",model="m",provider="p"} 20.0' in first.text()
    assert b'model_router_fallbacks_total{model="m",provider="p"} 1.0' in first.text()
    assert b'provider="p"' not in second.text()


def test_processes_that_share_a_folder_count_together(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from tests.backend.test_metrics import ENDED; from backend.metrics import Metrics;"
        f"m = Metrics(Path({str(tmp_path)!r})); m.ended(ENDED); print(m.text().decode())"
    )
    for wanted in ("1.0", "2.0"):
        text = subprocess.run(
            [sys.executable, "-c", program],
            env={"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        line = 'model_router_requests_total{assistant="code",model="m",provider="p",state="complete"} '
        assert line + wanted in text


async def test_a_chat_shows_in_the_metrics_without_naming_anybody(api: Api, user: Person) -> None:
    answer = await ask(user, "hello")
    text = (await api.client.get("/metrics")).text
    assert f'model_router_requests_total{{assistant="general",model="{answer.model}",provider="simulator"' in text
    assert "model_router_request_duration_seconds_bucket" in text
    assert "model_router_model_health_score" in text
    assert "model_router_routing_rule_matches_total" in text
    assert str(user.id) not in text
    assert user.email not in text


@pytest.mark.parametrize(("forwarded", "status"), [({}, 200), ({"x-forwarded-for": "203.0.113.9"}, 403)])
async def test_metrics_are_for_the_operators_network(api: Api, forwarded: dict[str, str], status: int) -> None:
    assert (await api.client.get("/metrics", headers=forwarded)).status_code == status


async def test_health_tells_alive_ready_and_to_admins_more(api: Api, join: Join) -> None:
    alive = (await api.client.get("/health")).json()
    assert alive["status"] == "healthy"
    assert alive["service"] == "fairlead"
    ready = await api.client.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json()["usable_models"] > 0
    assert (await api.client.get("/health/detailed")).status_code == 401
    admin = await join(role=UserRole.ADMIN)
    assert (await admin.http.get("/health/detailed")).json()["active_requests"] == 0
