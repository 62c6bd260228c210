"""Whether a process is alive, ready and well, and who may read its figures."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from backend.database import migrate
from backend.settings import Settings
from tests.fixtures.api import Api, Person, serve
from tests.fixtures.databases import settings_for
from tests.fixtures.streams import ask

TOKEN = "a token of the metrics"


@pytest.fixture
def settings(database_url: str, simulator_url: str) -> Settings:
    return settings_for(database_url, simulator_url=simulator_url, metrics_token=TOKEN)


async def test_it_is_alive(api: Api) -> None:
    told = (await api.client.get("/health")).json()
    assert (told["status"], told["service"]) == ("healthy", "fairlead")
    assert told["version"]
    assert abs(datetime.fromisoformat(told["timestamp"]) - datetime.now(UTC)) < timedelta(minutes=1)


async def test_it_is_ready_with_database_migrations_and_a_model(api: Api) -> None:
    response = await api.client.get("/health/ready")
    told = response.json()
    assert response.status_code == 200
    assert (told["ready"], told["database"], told["migrations"]) == (True, True, True)
    assert told["usable_models"] >= 1


async def test_it_is_not_ready_without_a_usable_model(api: Api) -> None:
    with psycopg.connect(str(api.services.settings.database_url), autocommit=True) as connection:
        connection.execute("UPDATE models SET active = false")
    await api.services.catalogue.refresh()
    response = await api.client.get("/health/ready")
    assert (response.status_code, response.json()["usable_models"]) == (503, 0)


@pytest.mark.parametrize("change", ["UPDATE alembic_version SET version_num = 'older'", "DROP TABLE alembic_version"])
async def test_it_is_not_ready_with_tables_of_another_version(empty_database_url: str, change: str) -> None:
    migrate(empty_database_url)
    async with serve(settings_for(empty_database_url)) as api:
        with psycopg.connect(empty_database_url, autocommit=True) as connection:
            connection.execute(change)  # type: ignore[arg-type]
        response = await api.client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["migrations"] is False


async def test_the_details_are_for_admins(api: Api, admin: Person) -> None:
    told = (await admin.http.get("/health/detailed")).json()
    assert told["catalogue_version"] == api.services.catalogue.current.version
    assert (told["active_requests"], told["unsettled"]) == (0, 0)
    assert told["pool"]["pool_size"] >= 1


class TestMetrics:
    async def test_are_open_on_the_machine_itself(self, api: Api, user: Person) -> None:
        await ask(user, "hello")
        text = (await api.client.get("/metrics")).text
        assert 'model_router_requests_total{assistant="general"' in text
        assert "model_router_request_duration_seconds_bucket" in text
        assert str(user.id) not in text
        assert user.email not in text

    @pytest.mark.parametrize(
        ("authorization", "status"),
        [(None, 403), ("Bearer wrong", 403), ("Bearer é", 403), (f"Basic {TOKEN}", 403), (f"Bearer {TOKEN}", 200)],
    )
    async def test_elsewhere_they_need_the_token(self, api: Api, authorization: str | None, status: int) -> None:
        headers = {"x-forwarded-for": "203.0.113.7"}
        if authorization is not None:
            headers["authorization"] = authorization
        response = await api.client.get(
            "/metrics", headers=[(k.encode(), v.encode("latin-1")) for k, v in headers.items()]
        )
        assert response.status_code == status

    async def test_a_person_of_any_role_is_not_enough_elsewhere(self, admin: Person) -> None:
        response = await admin.http.get("/metrics", headers={"x-forwarded-for": "203.0.113.7"})
        assert response.status_code == 403
