"""The migrations, up and down, and what the tables that they make have in common."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from backend.database import alembic_config, downgrade, migrate
from tests.fixtures.databases import create_database, drop_database

MONEY = {
    *("balance", "granted", "held", "day_used", "amount", "credits", "monthly_credits", "factor", "multiplier"),
    *("raw_cost", "display_cost", "charged", "absorbed", "provider_cost", "credits_per_dollar", "display_units"),
    *("input", "cached_input", "cache_write", "output", "reasoning", "audio", "image", "request"),
}
FLOATS = {
    *(("models", "quality"), ("prompt_checks", "confidence")),
    *(("abuse_subjects", column) for column in ("score", "half_life", "slow_from", "pause_from")),
    *(("abuse_events", column) for column in ("points", "person_points")),
    ("token_ratios", "log_ratio"),
}
"""Ratings, a statistic, and scores that decay: nothing is paid with them."""
KEYED_BY_CALLER = {"idempotency_keys": "a caller's key is looked up before anything is known of the request"}


@pytest.fixture(scope="module")
def migrated(postgres_url: str) -> Iterator[str]:
    """A database that the migrations built, to be looked at only."""
    name = f"migrated_{uuid4().hex}"
    url = create_database(postgres_url, name)
    migrate(url)
    yield url
    drop_database(postgres_url, name)


def rows(url: str, query: str) -> list[tuple[str, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def left(url: str) -> set[tuple[str, ...]]:
    """Everything in the schema that is not Alembic's own."""
    return set(
        rows(
            url,
            "SELECT 'relation', relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace"
            " AND relname NOT LIKE 'alembic_version%'"
            " UNION ALL SELECT 'function', proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " UNION ALL SELECT 'type', typname FROM pg_type WHERE typnamespace = 'public'::regnamespace"
            " AND typname NOT IN ('alembic_version', '_alembic_version')"
            " UNION ALL SELECT 'schema', nspname FROM pg_namespace WHERE nspname !~ '^pg_'"
            " AND nspname NOT IN ('public', 'information_schema')"
            " UNION ALL SELECT 'extension', extname FROM pg_extension WHERE extname <> 'plpgsql'",
        )
    )


def shape(url: str) -> set[tuple[str, ...]]:
    """Columns, constraints, indexes, functions and triggers, as PostgreSQL words them."""
    return set(
        rows(
            url,
            "SELECT 'column', table_name::text, column_name::text, data_type::text, is_nullable::text,"
            " coalesce(column_default, '') FROM information_schema.columns WHERE table_schema = 'public'"
            " UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''"
            " FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
            " UNION ALL SELECT 'index', tablename, indexname, indexdef, '', '' FROM pg_indexes"
            " WHERE schemaname = 'public'"
            " UNION ALL SELECT 'function', proname, pg_get_functiondef(oid), '', '', '' FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace"
            " UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', ''"
            " FROM pg_trigger WHERE NOT tgisinternal",
        )
    )


class TestUpAndDown:
    def test_there_is_one_line_of_descent(self) -> None:
        scripts = ScriptDirectory.from_config(alembic_config("postgresql://nowhere"))
        assert len(scripts.get_heads()) == 1
        assert len(scripts.get_bases()) == 1

    def test_down_leaves_nothing_and_up_again_makes_the_same(self, empty_database_url: str) -> None:
        migrate(empty_database_url)
        first = shape(empty_database_url)
        assert len(first) > 300
        downgrade(empty_database_url)
        assert left(empty_database_url) == set()
        migrate(empty_database_url)
        assert shape(empty_database_url) == first

    def test_each_step_can_be_taken_back_by_itself(self, empty_database_url: str) -> None:
        scripts = ScriptDirectory.from_config(alembic_config(empty_database_url))
        for script in reversed(list(scripts.walk_revisions())):
            before = shape(empty_database_url)
            migrate(empty_database_url, script.revision)
            after = shape(empty_database_url)
            downgrade(empty_database_url, str(script.down_revision or "base"))
            back = {row for row in shape(empty_database_url) if row[1] != "alembic_version"}
            assert back == {row for row in before if row[1] != "alembic_version"}, script.revision
            migrate(empty_database_url, script.revision)
            assert shape(empty_database_url) == after, script.revision

    def test_what_is_up_to_date_stays_as_it_is(self, migrated: str) -> None:
        before = shape(migrated)
        migrate(migrated)
        assert shape(migrated) == before

    def test_a_database_of_a_newer_version_is_refused_untouched(self, empty_database_url: str) -> None:
        migrate(empty_database_url)
        with psycopg.connect(empty_database_url, autocommit=True) as connection:
            connection.execute("UPDATE alembic_version SET version_num = 'of_the_future'")
        before = shape(empty_database_url)
        with pytest.raises(CommandError):
            migrate(empty_database_url)
        assert shape(empty_database_url) == before

    def test_the_tables_are_those_of_the_models(self, migrated: str) -> None:
        command.check(alembic_config(migrated))


class TestTables:
    def test_what_a_request_writes_can_be_distributed_by_organisation(self, migrated: str) -> None:
        of_requests = {
            table
            for (table,) in rows(
                migrated, "SELECT table_name FROM information_schema.columns WHERE column_name = 'request_id'"
            )
        } - set(KEYED_BY_CALLER)
        assert {"messages", "holds", "model_calls", "cost_records", "usage_records", "ledger_entries"} <= of_requests
        keys = rows(
            migrated,
            "SELECT conrelid::regclass::text, (SELECT attname FROM pg_attribute WHERE attrelid = conrelid"
            " AND attnum = conkey[1]) FROM pg_constraint WHERE contype = 'p' AND connamespace = 'public'::regnamespace",
        )
        first = dict(keys)
        wrong = [table for table in {*of_requests, "conversations"} if first[table] != "organisation_id"]
        assert not wrong, f"the primary key of {wrong} must begin with organisation_id, or no server can hold a part"

    def test_unique_indexes_of_hot_tables_hold_the_organisation(self, migrated: str) -> None:
        found = rows(
            migrated,
            "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE"
            " 'CREATE UNIQUE%' AND tablename IN (SELECT table_name FROM information_schema.columns WHERE column_name ="
            " 'organisation_id') AND tablename IN ('messages', 'holds', 'model_calls', 'cost_records', 'usage_records',"
            " 'ledger_entries', 'conversations', 'prompt_checks', 'feedback')",
        )
        assert len(found) > 9
        assert not [name for _, name, definition in found if "(organisation_id" not in definition]

    def test_every_time_is_aware(self, migrated: str) -> None:
        kinds = rows(
            migrated,
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
            " AND (data_type LIKE 'timestamp%' OR data_type LIKE 'time %' OR column_name LIKE '%\\_at')",
        )
        assert len(kinds) > 30
        assert not [row for row in kinds if row[2] != "timestamp with time zone"]

    def test_money_is_exact(self, migrated: str) -> None:
        columns = rows(
            migrated,
            "SELECT table_name, column_name, data_type, numeric_scale FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name <> 'alembic_version'",
        )
        money = [row for row in columns if row[1] in MONEY]
        assert len(money) > 25
        assert not [row for row in money if row[2] != "numeric"]
        numeric = [row for row in columns if row[2] == "numeric"]
        assert not [row for row in numeric if row[1] not in MONEY], "add it to MONEY if it is an amount"
        assert not [row for row in numeric if row[3] is not None], "a scale would round what is not on a screen yet"
        floats = {(table, column) for table, column, kind, _ in columns if kind in {"real", "double precision"}}
        assert floats == FLOATS

    def test_ids_are_made_in_order_of_time(self, migrated: str) -> None:
        defaults = rows(
            migrated,
            "SELECT table_name, column_default FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'id' AND data_type = 'uuid'",
        )
        assert len(defaults) > 15
        assert not [row for row in defaults if row[1] != "uuidv7()"]

    def test_whatever_leads_to_a_person_has_an_index(self, migrated: str) -> None:
        """Deleting an account must not read whole tables."""
        missing = rows(
            migrated,
            "SELECT conrelid::regclass::text, pg_get_constraintdef(c.oid) FROM pg_constraint c WHERE contype = 'f'"
            " AND connamespace = 'public'::regnamespace AND confdeltype = 'c' AND NOT EXISTS (SELECT 1 FROM pg_index i"
            " WHERE i.indrelid = c.conrelid AND i.indpred IS NULL AND i.indkey[0] = ANY (c.conkey))",
        )
        assert not missing
