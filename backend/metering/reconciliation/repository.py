"""The books read against each other, and the repairs.

Each statement sees the books at one moment, in which they agree unless something is wrong: whoever changes holds
changes account, organisation, conversation and message in the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import CursorResult, text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.metering.reconciliation.bill import Sums
from backend.metering.reconciliation.compare import Account, Money, Observed, Organisation, Stuck
from backend.metering.reconciliation.tables import ReconciliationRun
from shared.reconciliation import By, Finding, FindingKind

TURN = 7_310_042
"""The advisory lock of reconciliation: runs take turns."""
KEPT_FINDINGS = 200
"""Of one run, with their ids; beyond that they are only counted."""
MOST = 1_000
"""Of one kind in one run; the next run goes on."""
REPEATED = timedelta(hours=1)
DAY = timedelta(hours=24)

_ACCOUNTS = """
SELECT a.user_id, a.held, a.active, h.amount, h.number FROM credit_accounts a
CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount), 0) AS amount, count(*) AS number FROM holds WHERE user_id = a.user_id
) h
WHERE (a.held <> 0 OR a.active <> 0 OR a.user_id IN (SELECT user_id FROM holds))
    AND (a.held <> h.amount OR a.active <> h.number)
ORDER BY a.user_id LIMIT :most
"""
_ORGANISATIONS = """
SELECT o.organisation_id, o.active, h.number FROM organisation_limits o
CROSS JOIN LATERAL (SELECT count(*) AS number FROM holds WHERE organisation_id = o.organisation_id) h
WHERE o.active <> h.number ORDER BY o.organisation_id LIMIT :most
"""
_CONVERSATIONS = """
SELECT c.organisation_id, c.id, c.user_id, c.active_request FROM conversations c
WHERE c.active_request IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM holds h WHERE h.organisation_id = c.organisation_id AND h.request_id = c.active_request
) ORDER BY c.id LIMIT :most
"""
_MESSAGES = """
SELECT m.organisation_id, m.id, c.user_id, m.request_id FROM messages m
JOIN conversations c ON c.organisation_id = m.organisation_id AND c.id = m.conversation_id
WHERE m.state = 'streaming' AND NOT EXISTS (
    SELECT 1 FROM holds h WHERE h.organisation_id = m.organisation_id AND h.request_id = m.request_id
) ORDER BY m.id LIMIT :most
"""
_BALANCES = """
SELECT a.user_id, a.balance, coalesce(l.amount, 0) FROM credit_accounts a
LEFT JOIN (SELECT user_id, sum(amount) AS amount FROM ledger_entries GROUP BY user_id) l USING (user_id)
WHERE a.balance <> coalesce(l.amount, 0) ORDER BY a.user_id LIMIT :most
"""
_CHARGES = """
SELECT c.request_id, c.charged,
    CASE WHEN c.charged <> coalesce(-l.amount, 0) THEN coalesce(-l.amount, 0) ELSE coalesce(u.display_units, 0) END
FROM cost_records c
LEFT JOIN ledger_entries l
    ON l.organisation_id = c.organisation_id AND l.request_id = c.request_id AND l.kind = 'charge'
LEFT JOIN usage_records u ON u.organisation_id = c.organisation_id AND u.request_id = c.request_id
WHERE c.created_at > :since AND (c.charged <> coalesce(-l.amount, 0)
    OR (u.display_units IS DISTINCT FROM c.charged AND (c.purpose = 'answer' OR c.charged <> 0)))
ORDER BY c.request_id LIMIT :most
"""
_BILL = """
SELECT m.provider, m.model, count(*), coalesce(sum(c.raw_cost), 0), count(c.provider_cost),
    coalesce(sum(c.raw_cost) FILTER (WHERE c.provider_cost IS NOT NULL), 0), sum(c.provider_cost),
    count(*) FILTER (WHERE m.estimated), count(*) FILTER (WHERE m.status = 'failed'),
    count(*) FILTER (WHERE m.may_have_run)
FROM model_calls m
LEFT JOIN cost_records c ON c.organisation_id = m.organisation_id AND c.model_call_id = m.id
WHERE m.created_at > :since GROUP BY m.provider, m.model ORDER BY m.provider, m.model
"""


_SET_ACCOUNT = "UPDATE credit_accounts SET held = :held, active = :active WHERE user_id = :id"
_SET_ORGANISATION = "UPDATE organisation_limits SET active = :active WHERE organisation_id = :id"
_FREE_CONVERSATION = """
UPDATE conversations SET active_request = NULL, revision = revision + 1
WHERE organisation_id = :organisation AND id = :id
"""
_END_MESSAGE = """
UPDATE messages SET state = 'interrupted', failure = 'interrupted' WHERE organisation_id = :organisation AND id = :id
"""
_LAST_DAY = """
SELECT coalesce(sum((SELECT sum(value::int) FROM jsonb_each_text(counts)) - "left"), 0)::int,
    coalesce((array_agg("left" ORDER BY id DESC))[1], 0)
FROM reconciliation_runs WHERE created_at > now() - :day
"""


async def take_turn(session: AsyncSession, *, wait: bool) -> bool:
    """The turn to reconcile, until the end of the transaction; False when somebody else has it."""
    if wait:
        await _run(session, "SELECT pg_advisory_xact_lock(:turn)", turn=TURN)
        return True
    return bool((await _run(session, "SELECT pg_try_advisory_xact_lock(:turn)", turn=TURN)).scalar())


async def observe(session: AsyncSession) -> Observed:
    """What differs from the holds."""
    return Observed(
        [Account(*row) for row in await _rows(session, _ACCOUNTS)],
        [Organisation(*row) for row in await _rows(session, _ORGANISATIONS)],
        [Stuck(*row) for row in await _rows(session, _CONVERSATIONS)],
        [Stuck(*row) for row in await _rows(session, _MESSAGES)],
    )


async def lock(session: AsyncSession, users: set[UUID], organisations: set[UUID]) -> None:
    """Nobody admits or settles anything of theirs until the end of the transaction."""
    for table, column, ids in (
        ("credit_accounts", "user_id", users),
        ("organisation_limits", "organisation_id", organisations),
    ):
        statement = f"SELECT 1 FROM {table} WHERE {column} = ANY(:ids) ORDER BY {column} FOR UPDATE"  # noqa: S608
        await _run(session, statement, ids=sorted(ids))


async def repair(session: AsyncSession, observed: Observed) -> None:
    """Makes everything that was observed under `lock` agree with the holds."""
    for account in observed.accounts:
        await _run(session, _SET_ACCOUNT, held=account.holds, active=account.requests, id=account.user_id)
    for organisation in observed.organisations:
        await _run(session, _SET_ORGANISATION, active=organisation.requests, id=organisation.organisation_id)
    for statement, rows in ((_FREE_CONVERSATION, observed.conversations), (_END_MESSAGE, observed.messages)):
        for stuck in rows:
            await _run(session, statement, organisation=stuck.organisation_id, id=stuck.id)


async def money(session: AsyncSession, since: datetime) -> list[Money]:
    """Every balance that is not the sum of its ledger, and every request since then whose amounts do not agree."""
    return [
        *(Money(FindingKind.BALANCE, *row) for row in await _rows(session, _BALANCES)),
        *(Money(FindingKind.CHARGE, *row) for row in await _rows(session, _CHARGES, since=since)),
    ]


async def bill(session: AsyncSession, since: datetime) -> list[Sums]:
    """What was asked of providers since then, by provider and model."""
    return [Sums(*row) for row in await _run(session, _BILL, since=since)]


async def keep(session: AsyncSession, by: By, findings: list[Finding], counts: dict[str, int], left: int) -> None:
    """Remembers a run, unless the last one of this hour found the very same."""
    kept = msgspec.to_builtins(findings[:KEPT_FINDINGS])
    last = (
        await session.exec(
            select(ReconciliationRun)
            .where(col(ReconciliationRun.created_at) > func.now() - REPEATED)
            .order_by(col(ReconciliationRun.id).desc())
            .limit(1)
        )
    ).first()
    if last is None or by != "job" or (last.counts, last.findings) != (counts, kept):
        session.add(ReconciliationRun(by=by, counts=counts, left=left, findings=kept))


async def runs(session: AsyncSession, seen: UUID | None, limit: int) -> Sequence[ReconciliationRun]:
    """Runs that found something, newest first, after the one seen last."""
    query = select(ReconciliationRun).order_by(col(ReconciliationRun.id).desc()).limit(limit)
    if seen is not None:
        query = query.where(col(ReconciliationRun.id) < seen)
    return (await session.exec(query)).all()


async def last_day(session: AsyncSession) -> tuple[int, int]:
    """How many differences the runs of the last 24 hours repaired, and how many the last of them left."""
    repaired, left = (await _run(session, _LAST_DAY, day=DAY)).one()
    return repaired, left


async def now(session: AsyncSession) -> datetime:
    """The database's clock."""
    return (await session.exec(select(func.now()))).one()


async def _rows(session: AsyncSession, query: str, **parameters: object) -> Sequence[Any]:
    return (await _run(session, query, most=MOST, **parameters)).all()


async def _run(session: AsyncSession, query: str, **parameters: object) -> CursorResult[*tuple[Any, ...]]:
    return await (await session.connection()).execute(text(query), parameters)
