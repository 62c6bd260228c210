"""`fairlead reconcile`."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from backend.metering.reconciliation.command import span
from backend.running.errors import OperatorError
from tests.backend.requests import admitted, attempt, settled
from tests.fixtures.api import Api, Person
from tests.fixtures.databases import SECRET_KEY
from tests.fixtures.processes import clean_environment

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, database_url: str) -> Run:
    """Runs the command with arguments, as a process; gives status and output."""

    def run(*arguments: str) -> tuple[int, str]:
        ended = subprocess.run(
            [sys.executable, "-m", "backend.cli", "reconcile", *arguments],
            cwd=tmp_path,
            env=clean_environment(DATABASE_URL=database_url, FAIRLEAD_SECRET_KEY=SECRET_KEY),
            capture_output=True,
            text=True,
            timeout=60,
        )
        return ended.returncode, ended.stdout

    return run


def change(url: str, query: str, *parameters: Any) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(query, parameters)  # type: ignore[arg-type]


async def test_it_repairs_tells_and_compares_with_the_bill(api: Api, user: Person, run: Run, database_url: str) -> None:
    lost = await admitted(api, user)
    change(database_url, "UPDATE holds SET lease_until = clock_timestamp() - interval '2 hours'")
    request_id = await settled(api, user, raw_cost="0.0123")
    change(database_url, "UPDATE cost_records SET provider_cost = 0.0246 WHERE request_id = %s", request_id)
    failed = attempt(1, "sim-slow", "failed", final=False, may_have_run=True)
    await settled(api, user, attempts=[failed, attempt(2, "sim-fast", "answered", final=True, estimated=True)])
    await settled(api, user, ago=timedelta(days=3))

    status, said = await asyncio.to_thread(run, "--json")
    report = msgspec.json.decode(said)
    assert (status, report["balanced"], report["counts"]) == (0, True, {"orphan": 1})
    assert report["findings"][0]["id"] == str(lost)
    fast, slow = report["bill"]
    assert (fast["model"], fast["calls"], fast["failed"], fast["estimated"]) == ("sim-fast", 3, 1, 1)
    assert (Decimal(fast["difference"]), fast["difference_percent"]) == (Decimal("0.0123"), 100.0)
    assert (slow["failed"], slow["may_have_run"], slow["provider_cost"]) == (1, 1, None)

    status, said = await asyncio.to_thread(run, "--since", "7d")
    assert status == 0
    assert said.startswith("The books balance")
    assert "sim-fast" in said


async def test_books_that_do_not_balance_are_a_status(user: Person, run: Run, database_url: str) -> None:
    change(database_url, "UPDATE credit_accounts SET balance = balance + 1 WHERE user_id = %s", user.id)
    for _ in range(2):
        status, said = await asyncio.to_thread(run)
        assert status == 1
        assert f"{user.id}: the books said 1001, it is 1000" in said
        assert "do NOT balance" in said


@pytest.mark.parametrize("wrong", ["", "0h", "-1h", "24", "h", "1w", "9999999d", "999999d", "1.5h"])
def test_a_wrong_span_is_one_sentence(wrong: str) -> None:
    with pytest.raises(OperatorError, match="--since is a number"):
        span(wrong)


def test_spans() -> None:
    assert [span(text) for text in ("90m", "24h", "7d")] == [
        timedelta(minutes=90),
        timedelta(hours=24),
        timedelta(days=7),
    ]
