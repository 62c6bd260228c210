"""Reconciliation in a real database: repairs what is no money, reports what is, disturbs nobody who works."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from backend.columns import new_id
from backend.metering.reconciliation.jobs import check_money, repair_books
from backend.metering.reconciliation.service import Run, reconcile
from shared.reconciliation import FindingKind
from tests.backend.requests import admitted, settled
from tests.fixtures.api import Api, Person, serve
from tests.fixtures.books import books_balance, holds
from tests.fixtures.streams import CHAT, ask


def look(api: Api, query: str, *parameters: object) -> Any:
    with psycopg.connect(str(api.services.settings.database_url), autocommit=True) as connection:
        found = connection.execute(query, parameters)  # type: ignore[arg-type]
        return found.fetchall() if found.description else None


def found(run: Run) -> dict[FindingKind, list[UUID]]:
    kinds: dict[FindingKind, list[UUID]] = {}
    for finding in run.findings:
        kinds.setdefault(finding.kind, []).append(finding.id)
    return kinds


async def everything(api: Api) -> Run:
    return await reconcile(api.services, "hand", datetime.now(UTC) - timedelta(days=1))


async def test_books_in_order_are_left_alone_and_leave_no_trace(api: Api, user: Person) -> None:
    await settled(api, user)
    await settled(api, user, raw_cost=None)
    running = await admitted(api, user)
    assert (await everything(api)).findings == []
    assert look(api, "SELECT request_id FROM holds") == [(running,)]
    assert look(api, "SELECT count(*) FROM reconciliation_runs") == [(0,)]


async def test_what_a_dead_process_left_is_ended_and_told(api: Api, user: Person) -> None:
    requests = {await admitted(api, user, hold=Decimal(10)) for _ in range(3)}
    look(api, "UPDATE holds SET lease_until = clock_timestamp() - interval '2 hours'")
    await repair_books(api.services)
    assert await holds(api) == 0
    [(by, counts, left, findings)] = look(api, 'SELECT by, counts, "left", findings FROM reconciliation_runs')
    assert (by, counts, left) == ("job", {"orphan": 3}, 0)
    assert {UUID(finding["id"]) for finding in findings} == requests
    await books_balance(api)


async def test_counters_that_disagree_with_the_holds_are_put_right(api: Api, user: Person) -> None:
    await admitted(api, user, hold=Decimal(25))
    [(organisation,)] = look(api, "SELECT organisation_id FROM users WHERE id = %s", user.id)
    look(api, "INSERT INTO organisation_limits VALUES (%s, 10, 7)", organisation)
    look(api, "UPDATE credit_accounts SET held = 400, active = 9 WHERE user_id = %s", user.id)
    run = await everything(api)
    assert found(run) == {
        FindingKind.HELD: [user.id],
        FindingKind.ACTIVE: [user.id],
        FindingKind.ORGANISATION_ACTIVE: [organisation],
    }
    assert [(finding.recorded, finding.actual) for finding in run.findings] == [(400, 25), (9, 1), (7, 1)]
    assert run.left == 0
    assert look(api, "SELECT held, active FROM credit_accounts WHERE user_id = %s", user.id) == [(25, 1)]
    assert look(api, "SELECT active FROM organisation_limits") == [(1,)]
    assert (await everything(api)).findings == []


async def test_an_account_that_counts_nothing_while_it_holds_is_found_too(api: Api, user: Person) -> None:
    await admitted(api, user, hold=Decimal(25))
    look(api, "UPDATE credit_accounts SET held = 0, active = 0 WHERE user_id = %s", user.id)
    assert (await everything(api)).counts == {"held": 1, "active": 1}
    assert look(api, "SELECT held, active FROM credit_accounts WHERE user_id = %s", user.id) == [(25, 1)]


async def test_a_conversation_and_an_answer_without_a_request_are_freed(api: Api, user: Person) -> None:
    first = await ask(user, "hello")
    gone = new_id()
    look(api, "UPDATE conversations SET active_request = %s", gone)
    look(api, "UPDATE messages SET state = 'streaming', request_id = %s WHERE id = %s", gone, first.message_id)
    run = await everything(api)
    assert found(run) == {
        FindingKind.CONVERSATION: [first.conversation_id],
        FindingKind.MESSAGE: [first.message_id],
    }
    page = (await user.http.get(f"/api/conversations/{first.conversation_id}/messages")).json()["items"]
    assert (page[1]["state"], page[1]["content"]) == ("interrupted", first.text)
    answer = await user.http.post(
        CHAT,
        json={"message": {"content": "go on"}, "conversation_id": str(first.conversation_id), "stream": False},
    )
    assert answer.status_code == 200, answer.text


async def test_money_is_reported_loudly_and_never_touched(api: Api, user: Person) -> None:
    request_id = await settled(api, user, raw_cost="0.1")
    look(api, "UPDATE credit_accounts SET balance = balance + 5 WHERE user_id = %s", user.id)
    look(api, "UPDATE ledger_entries SET amount = amount + 1 WHERE request_id = %s", request_id)
    run = await everything(api)
    assert found(run) == {FindingKind.BALANCE: [user.id], FindingKind.CHARGE: [request_id]}
    balance, charge = run.findings
    assert (balance.recorded, balance.actual) == (990, 986)
    assert (charge.recorded, charge.actual) == (15, 14)
    assert (run.left, balance.repaired, charge.repaired) == (2, False, False)
    assert look(api, "SELECT balance FROM credit_accounts WHERE user_id = %s", user.id) == [(990,)]


async def test_usage_that_was_shown_otherwise_than_charged_is_reported(api: Api, user: Person) -> None:
    request_id = await settled(api, user, raw_cost="0.1")
    look(api, "UPDATE usage_records SET display_units = 1")
    assert found(await everything(api)) == {FindingKind.CHARGE: [request_id]}


async def test_the_same_trouble_is_remembered_once_an_hour(api: Api, user: Person) -> None:
    look(api, "UPDATE credit_accounts SET balance = 5 WHERE user_id = %s", user.id)
    for _ in range(3):
        await check_money(api.services)
    assert look(api, 'SELECT by, "left" FROM reconciliation_runs') == [("job", 1)]
    look(api, "UPDATE reconciliation_runs SET created_at = now() - interval '2 hours'")
    await check_money(api.services)
    assert look(api, "SELECT count(*) FROM reconciliation_runs") == [(2,)]


async def test_runs_at_once_among_requests_find_nothing_that_is_not_there(api: Api, user: Person) -> None:
    """A run that looked without locks would take a request half on its way for a difference."""
    [(organisation,)] = look(api, "SELECT organisation_id FROM users WHERE id = %s", user.id)
    look(api, "INSERT INTO organisation_limits VALUES (%s, 100, 0)", organisation)

    async def work(each: Api) -> None:
        for _ in range(8):
            await settled(each, user, raw_cost="0.001")

    async def check(each: Api) -> list[Run]:
        return [await everything(each) for _ in range(12)]

    async with serve(api.services.settings) as other:
        *_, first, second = await asyncio.gather(work(api), work(other), work(api), check(api), check(other))
    assert [run.findings for run in (*first, *second)] == [[]] * 24
    await books_balance(api)


async def test_a_repair_waits_for_whoever_works_on_the_account(api: Api, user: Person) -> None:
    await admitted(api, user, hold=Decimal(25))
    look(api, "UPDATE credit_accounts SET held = 30 WHERE user_id = %s", user.id)
    async with await psycopg.AsyncConnection.connect(str(api.services.settings.database_url)) as working:
        await working.execute("SELECT 1 FROM credit_accounts WHERE user_id = %s FOR UPDATE", (user.id,))
        run = asyncio.create_task(everything(api))
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%FOR UPDATE%%'"
        while await asyncio.to_thread(look, api, waiting) == [(0,)]:
            assert not run.done()
        await working.execute("UPDATE credit_accounts SET held = 25 WHERE user_id = %s", (user.id,))
    assert (await run).findings == []
