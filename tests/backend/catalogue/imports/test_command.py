"""`fairlead catalogue refresh`."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.rows import dict_row

from tests.backend.catalogue.imports.listing import AUTO, CLAUDE, LLAMA, Lister, add_provider, entry, listing
from tests.fixtures.databases import SECRET_KEY
from tests.fixtures.processes import clean_environment

Run = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
async def router(database_url: str) -> AsyncIterator[Lister]:
    async with listing({"data": [CLAUDE, LLAMA, AUTO]}) as it:
        add_provider(database_url, it.base_url)
        yield it


@pytest.fixture
def run(tmp_path: Path, database_url: str) -> Run:
    """Runs the command with arguments, as a process; gives status, output and errors."""

    async def run(*arguments: str) -> tuple[int, str, str]:
        ended = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "backend.cli", "catalogue", "refresh", *arguments],
            cwd=tmp_path,
            env=clean_environment(DATABASE_URL=database_url, FAIRLEAD_SECRET_KEY=SECRET_KEY),
            capture_output=True,
            text=True,
            timeout=60,
        )
        return ended.returncode, ended.stdout, ended.stderr

    return run


def rows(url: str, query: str) -> list[dict[str, Any]]:
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


async def test_a_provider_that_is_not_there_or_not_usable_is_one_sentence(run: Run) -> None:
    status, said, error = await run("--provider", "nobody")
    assert (status, said) == (1, "")
    assert error.startswith("fairlead: There is no provider named nobody; there are anthropic, ")
    status, _, error = await run("--provider", "openai")
    assert (status, error) == (1, "fairlead: The model list cannot be read: No key is set for OpenAI.\n")


async def test_without_a_yes_the_difference_is_shown_and_nothing_changed(
    run: Run, router: Lister, database_url: str
) -> None:
    status, said, error = await run("--provider", "router")
    assert (status, error) == (0, "")
    assert "Router: 3 new" in said
    assert CLAUDE["id"] in said
    assert said.rstrip().endswith("Nothing was changed.")
    assert rows(database_url, "SELECT 1 FROM models WHERE name LIKE '%claude-sonnet-4.5'") == []


async def test_applied_it_is_said_audited_and_done_once(run: Run, router: Lister, database_url: str) -> None:
    status, said, _ = await run("--provider", "router", "--apply", "--reason", "Monday")
    assert (status, said.rstrip().splitlines()[-1]) == (0, "Applied 3.")
    (event,) = rows(database_url, "SELECT * FROM audit_events WHERE action = 'models.imported'")
    assert (event["actor"], event["actor_id"], event["reason"]) == ("command line", None, "Monday")
    (model,) = rows(database_url, f"SELECT * FROM models WHERE name = '{CLAUDE['id']}'")
    assert not model["active"]
    status, said, _ = await run("--provider", "router", "--apply")
    assert (status, said.rstrip().splitlines()[-1]) == (0, "Nothing was changed.")


async def test_json_is_for_programs_and_a_doubt_needs_its_own_flag(run: Run, router: Lister, database_url: str) -> None:
    await run("--provider", "router", "--apply")
    router.pages = [{"data": [entry(pricing={"prompt": "0.0003"}), AUTO]}]
    status, said, _ = await run("--provider", "router", "--apply", "--json")
    (found,) = msgspec.json.decode(said)
    assert (status, [line["applied"] for line in found["lines"]]) == (0, [False, False])
    status, said, _ = await run("--provider", "router", "--apply", "--json", "--suspicious", "--gone")
    (found,) = msgspec.json.decode(said)
    assert [line["applied"] for line in found["lines"]] == [True, True]
    (price,) = rows(
        database_url,
        "SELECT p.* FROM model_prices p JOIN models m ON m.id = model_id"
        f" WHERE m.name = '{CLAUDE['id']}' AND p.version = 2",
    )
    assert str(price["input"]) == "300"


async def test_all_providers_are_asked_and_one_that_fails_does_not_keep_the_others(
    run: Run, router: Lister, database_url: str
) -> None:
    async with listing({"error": {"message": "Out of order."}}) as broken:
        broken.status = 500
        add_provider(database_url, broken.base_url, "broken")
        status, said, error = await run("--apply")
    assert status == 1
    assert error == "fairlead: The model list of Broken could not be read: HTTP 500 Out of order.\n"
    assert "Router: 3 new" in said
    assert "Applied 3." in said


async def test_help_names_every_option(run: Run) -> None:
    status, said, _ = await run("--help")
    assert status == 0
    for option in ("--provider", "--apply", "--suspicious", "--gone", "--reason", "--json", "--data-dir"):
        assert option in said
