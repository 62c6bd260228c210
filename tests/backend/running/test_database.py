"""The database a command works on."""

from pathlib import Path

import psycopg
import pytest

from backend.embedded_postgres import EmbeddedPostgres
from backend.running import database
from backend.running.database import DatabaseUnreachable, check, check_migrated, reachable_database, up_to_date
from backend.settings import Settings


def settings(data_dir: Path, **given: object) -> Settings:
    return Settings(_env_file=None, data_dir=data_dir, **given)  # type: ignore[call-arg,arg-type]


@pytest.fixture(autouse=True)
def no_database_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_a_server_that_is_too_old_is_refused(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "MAJOR", 99)
    with pytest.raises(DatabaseUnreachable, match=r"is PostgreSQL \d+; Fairlead needs 99 or later\."):
        check(postgres_url)


def test_a_wrong_password_is_told_without_it(postgres_url: str) -> None:
    with pytest.raises(DatabaseUnreachable) as refused:
        check(postgres_url.replace("fairlead@localhost", "somebody:hush@localhost"))
    assert "hush" not in str(refused.value)


def test_the_embedded_server_runs_for_as_long_as_it_is_needed(reachable_dir: Path) -> None:
    with reachable_database(settings(reachable_dir / "data")) as complete:
        url = str(complete.database_url)
        assert complete.secret_key is not None
        with psycopg.connect(url) as connection:
            assert connection.info.dbname == "fairlead"
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_a_server_that_runs_already_is_used_and_left_running(reachable_dir: Path) -> None:
    with EmbeddedPostgres(reachable_dir / "data" / "postgres", fast_unsafe=True) as running:
        with reachable_database(settings(reachable_dir / "data")) as complete:
            assert str(complete.database_url) == running.url
        assert running.is_running()


def test_a_database_of_a_newer_version_is_told(reachable_dir: Path) -> None:
    with EmbeddedPostgres(reachable_dir / "data", fast_unsafe=True) as server:
        up_to_date(server.url)
        up_to_date(server.url)
        check_migrated(server.url)
        with psycopg.connect(server.url) as connection:
            connection.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
        with pytest.raises(DatabaseUnreachable, match="made by a newer Fairlead"):
            up_to_date(server.url)
        with pytest.raises(DatabaseUnreachable, match="run `fairlead migrate`"):
            check_migrated(server.url)


def test_a_migration_that_fails_changes_nothing_and_is_told(reachable_dir: Path) -> None:
    with EmbeddedPostgres(reachable_dir / "data", fast_unsafe=True) as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE users (in_the_way int)")
        with pytest.raises(DatabaseUnreachable, match="The migrations failed and changed nothing"):
            up_to_date(server.url)
        with psycopg.connect(server.url) as connection:
            tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert tables == (1,)
