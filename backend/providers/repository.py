"""Circuits as all processes share them, and the figures of endpoints."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.admin.audit import record
from backend.catalogue.tables import EndpointCircuit, ModelProvider, ProviderEndpoint
from backend.database import Database
from backend.notifications import CHANNEL
from backend.providers.circuits import CLOSED, Circuit, CircuitState, Finding, step
from backend.providers.score import Figures

PROBE_LEASE = 10
"""Seconds for which a process that probes an endpoint keeps the others from it."""
MOST_CALLS = 20_000
"""Calls that figures are made of at most, the newest ones: the query's cost stays small."""


class Change(NamedTuple):
    """What a finding did to the shared circuit. `provider` is a name."""

    before: Circuit
    after: Circuit
    provider: str
    base_url: str


async def all_circuits(database: Database) -> dict[UUID, Circuit]:
    """Every circuit that is not as new."""
    async with database.reading() as session:
        rows = (await session.exec(select(EndpointCircuit))).all()
    return {row.endpoint_id: circuit for row in rows if (circuit := _circuit(row)) != CLOSED}


async def one_circuit(database: Database, endpoint_id: UUID) -> Circuit:
    """One endpoint's circuit."""
    async with database.reading() as session:
        return _circuit(await session.get(EndpointCircuit, endpoint_id))


async def circuit_rows(session: AsyncSession) -> dict[UUID, EndpointCircuit]:
    """Circuits with their last probes."""
    return {row.endpoint_id: row for row in await session.exec(select(EndpointCircuit))}


async def apply(database: Database, endpoint_id: UUID, finding: Finding) -> Change | None:
    """Takes a finding to the shared circuit and tells all processes if it changed; None when there is no endpoint.

    A fault of the configuration that opens a closed circuit is also an event of the audit log.
    """
    async with database.unit_of_work() as session:
        owner = (
            await session.exec(
                select(ModelProvider, ProviderEndpoint.base_url)
                .join(ProviderEndpoint, col(ProviderEndpoint.provider_id) == col(ModelProvider.id))
                .where(ProviderEndpoint.id == endpoint_id)
                .with_for_update(read=True, of=ProviderEndpoint)
            )
        ).first()
        if owner is None:
            return None
        provider, base_url = owner
        new = insert(EndpointCircuit).values(endpoint_id=endpoint_id, state=CircuitState.CLOSED.value, reason="")
        await session.exec(new.on_conflict_do_nothing())
        row = await session.get(EndpointCircuit, endpoint_id, with_for_update=True, populate_existing=True)
        assert row is not None
        now = (await session.exec(select(func.clock_timestamp()))).one()
        before = _circuit(row)
        after = step(before, finding, now)
        if after != before:
            row.state, row.reason, row.trips = after.state.value, after.reason, after.trips
            row.opened_at, row.retry_at, row.changed_at = after.opened_at, after.retry_at, now
            session.add(row)
            await _tell(session, endpoint_id)
        if finding.configuration and before.state is CircuitState.CLOSED and after.state is CircuitState.OPEN:
            record(
                session,
                actor=None,
                actor_name="fairlead",
                action="provider.circuit_opened",
                subject_kind="provider",
                subject_id=provider.id,
                subject=provider.name,
                reason=finding.reason,
                after={"base_url": base_url, "circuit": after.state.value},
            )
    return Change(before, after, provider.name, base_url)


async def forget_circuits(session: AsyncSession, provider_id: UUID) -> None:
    """Closes the circuits of a provider whose key or address was changed, in the change's own unit of work."""
    own = select(ProviderEndpoint.id).where(ProviderEndpoint.provider_id == provider_id)
    gone = delete(EndpointCircuit).where(col(EndpointCircuit.endpoint_id).in_(own))
    for (endpoint_id,) in (await session.exec(gone.returning(col(EndpointCircuit.endpoint_id)))).all():
        await _tell(session, endpoint_id)


async def claim_tries(database: Database, endpoint_ids: Iterable[UUID]) -> list[UUID]:
    """Of these endpoints, the ones whose cool-down is over: they are the caller's to probe, and nobody else's."""
    rows = await database.call(
        """
        UPDATE endpoint_circuits SET retry_at = clock_timestamp() + make_interval(secs => %s)
        WHERE endpoint_id IN (
            SELECT endpoint_id FROM endpoint_circuits
            WHERE endpoint_id = ANY(%s) AND state <> 'closed' AND retry_at <= clock_timestamp()
            FOR UPDATE SKIP LOCKED)
        RETURNING endpoint_id
        """,
        (PROBE_LEASE, list(endpoint_ids)),
    )
    return [row[0] for row in rows]


async def claim_checks(database: Database, endpoint_ids: Iterable[UUID], interval: float) -> list[UUID]:
    """Of these endpoints, the closed ones that nobody has checked for about `interval` seconds: now the caller does."""
    rows = await database.call(
        """
        INSERT INTO endpoint_circuits AS known (endpoint_id, state, reason, changed_at, probed_at)
        SELECT id, 'closed', '', created_at, clock_timestamp() FROM provider_endpoints WHERE id = ANY(%s) ORDER BY id
        ON CONFLICT (endpoint_id) DO UPDATE SET probed_at = excluded.probed_at
            WHERE known.state = 'closed' AND (known.probed_at IS NULL
                OR known.probed_at <= excluded.probed_at - make_interval(secs => %s))
        RETURNING endpoint_id
        """,
        (list(endpoint_ids), 0.9 * interval),
    )
    return [row[0] for row in rows]


async def note_probe(database: Database, endpoint_id: UUID, ms: int, fault: str | None) -> None:
    """Remembers how a probe ended."""
    await database.call(
        """
        UPDATE endpoint_circuits SET probed_at = clock_timestamp(), probe_ms = %s, probe_fault = %s
        WHERE endpoint_id = %s RETURNING 1
        """,
        (ms, fault, endpoint_id),
    )


async def endpoint_figures(database: Database, seconds: float) -> dict[UUID, Figures]:
    """The attempts of the last `seconds`, by endpoint; endpoints without any are left out.

    Those from before the circuit last closed are of an outage that is over: they would keep traffic from returning. A
    prompt that is too long or filtered, and our own interruptions, are no failures here.
    """
    rows = await database.call(_FIGURES, {"seconds": seconds, "most": MOST_CALLS})
    return {row[0]: Figures(**dict(zip(_FIGURE_NAMES, row[1:], strict=True))) for row in rows}


_FIGURE_NAMES = (
    "calls",
    "failed",
    "requests",
    "fallbacks",
    "latency_p50",
    "latency_p95",
    "first_token_p50",
    "first_token_p95",
    "last_answered",
)
_FIGURES = """
WITH recent AS (
    SELECT endpoint_id, request_id, attempt, status = 'answered' AS answered, latency_ms, created_at,
        status = 'failed' AND error_code IN ('provider_failed', 'provider_timeout') AS failed,
        first_token_ms - started_ms AS first_token
    FROM model_calls LEFT JOIN endpoint_circuits circuit USING (endpoint_id)
    WHERE created_at > now() - make_interval(secs => %(seconds)s) AND endpoint_id IS NOT NULL
        AND (circuit.state IS DISTINCT FROM 'closed' OR created_at > circuit.changed_at)
    ORDER BY created_at DESC LIMIT %(most)s
), placed AS (
    SELECT *, first_value(endpoint_id) OVER (PARTITION BY request_id ORDER BY attempt DESC) AS last_endpoint
    FROM recent
)
SELECT endpoint_id, count(*), count(*) FILTER (WHERE failed), count(DISTINCT request_id),
    count(DISTINCT request_id) FILTER (WHERE last_endpoint <> endpoint_id),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY latency_ms) FILTER (WHERE answered),
    percentile_cont(0.95) WITHIN GROUP (ORDER BY latency_ms) FILTER (WHERE answered),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY first_token) FILTER (WHERE answered),
    percentile_cont(0.95) WITHIN GROUP (ORDER BY first_token) FILTER (WHERE answered),
    max(created_at) FILTER (WHERE answered)
FROM placed GROUP BY endpoint_id
"""


async def _tell(session: AsyncSession, endpoint_id: UUID) -> None:
    await session.exec(select(func.pg_notify(CHANNEL, f"circuit {endpoint_id}")))


def _circuit(row: EndpointCircuit | None) -> Circuit:
    return CLOSED if row is None else msgspec.convert(row, Circuit, from_attributes=True)
