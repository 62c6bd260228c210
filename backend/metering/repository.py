"""The hot statements: admission, settlement, leases and rate windows, each one round trip."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from backend.database import Database
from backend.metering.rates import Window, WindowState
from backend.metering.records import (
    AdmissionRecord,
    AdmissionResult,
    CheckRecord,
    GuardRecord,
    Settled,
    SettlementRecord,
    StoredResult,
)
from shared.plans import PlanLimits

_encode = msgspec.json.Encoder().encode
_admission = msgspec.json.Decoder(AdmissionResult)
_stored = msgspec.json.Decoder(StoredResult)

NOTHING = Decimal(0)
_SETTLE = "SELECT * FROM settle_requests(%s::jsonb)"
_SETTLE_AND_RAISE = "SELECT * FROM settle_and_raise(%s::jsonb)"


class RateResult(msgspec.Struct, frozen=True, kw_only=True):
    """What `take_rate` answers: `taken` with the windows, or `rate_limited` with the full one."""

    outcome: str
    windows: list[WindowState] = []
    limit: int = 0
    what: str = ""
    seconds: int = 0
    retry_after: int = 0


_rate = msgspec.json.Decoder(RateResult)

_ADMIT = "SELECT * FROM admit_requests(%s::jsonb)"
_ADMIT_AND_MASK = "SELECT * FROM admit_and_mask(%s::jsonb)"


class Orphan(msgspec.Struct, frozen=True):
    """A hold whose process no longer renews its lease."""

    organisation_id: UUID
    request_id: UUID
    user_id: UUID
    message_id: UUID | None
    route: bytes


async def admit(database: Database, records: list[AdmissionRecord]) -> dict[UUID, AdmissionResult]:
    """Takes hold, slot and rate of each request together, or says why not; repeating it is safe."""
    admitting = _ADMIT_AND_MASK if any(record.names is not None for record in records) else _ADMIT
    rows = await database.call(admitting, (_encode(records).decode(),))
    return {request_id: _admission.decode(result) for request_id, result in rows}


async def versions(database: Database, user_id: UUID) -> tuple[int, int]:
    """The versions in force of the catalogue and of a person; 0 for somebody who is gone."""
    rows = await database.call(
        "SELECT (SELECT version FROM catalogue_version WHERE id = 1), (SELECT version FROM users WHERE id = %s)",
        (user_id,),
    )
    return rows[0][0], rows[0][1] or 0


async def settle(database: Database, records: list[SettlementRecord]) -> dict[UUID, Settled]:
    """Ends requests exactly once each; repeating it is safe."""
    settling = _SETTLE_AND_RAISE if any(record.abuse is not None for record in records) else _SETTLE
    rows = await database.call(settling, (_encode(records).decode(),))
    return {
        request_id: Settled(settled, charged or NOTHING, balance or NOTHING)
        for request_id, settled, charged, balance in rows
    }


async def take_rate(database: Database, windows: list[Window], tokens: int) -> RateResult:
    """Counts one request in its windows, unless one is full."""
    rows = await database.call("SELECT take_rate(%s::jsonb, %s)::text", (_encode(windows).decode(), tokens))
    return _rate.decode(rows[0][0])


async def record_check(database: Database, record: CheckRecord) -> None:
    """Stores a precheck that no request follows."""
    await database.call("SELECT record_prompt_check(%s::jsonb)::text", (_encode(record).decode(),))


async def record_guard_call(database: Database, record: GuardRecord) -> None:
    """Stores a call of the guard, which nobody is charged for."""
    await database.call("SELECT record_guard_call(%s::jsonb)::text", (_encode(record).decode(),))


async def admit_guard(database: Database, record: AdmissionRecord, windows: list[Window]) -> AdmissionResult:
    """What `admit` would say of a request now, counted in the guard's windows but not admitted."""
    rows = await database.call(
        "SELECT admit_guard(%s::jsonb, %s::jsonb)::text", (_encode(record).decode(), _encode(windows).decode())
    )
    return _admission.decode(rows[0][0])


async def spendable(
    database: Database, user_id: UUID, monthly_credits: Decimal, limits: PlanLimits | None = None
) -> Decimal:
    """What the person can spend now: the balance less what running requests hold.

    With `limits`, what one request may cost: no more than the plan's caps of a day and of a request leave either.
    """
    rows = await database.call(
        "SELECT balance - held, day_used FROM open_credit_period(%s, %s)", (user_id, monthly_credits)
    )
    balance, day_used = rows[0]
    left = balance or NOTHING
    if limits is not None and limits.credits_per_day is not None:
        left = min(left, limits.credits_per_day - (day_used or NOTHING))
    if limits is not None and limits.credits_per_request is not None:
        left = min(left, limits.credits_per_request)
    return max(left, NOTHING)


async def renew_leases(
    database: Database, process_id: UUID, request_ids: set[UUID], lease_seconds: int
) -> dict[UUID, bool]:
    """Renews the leases of those of a process's holds in one statement. Says which there are, and which are to stop."""
    rows = await database.call(
        "UPDATE holds SET lease_until = clock_timestamp() + %s"
        " WHERE process_id = %s AND request_id = ANY(%s) RETURNING request_id, stop",
        (timedelta(seconds=lease_seconds), process_id, list(request_ids)),
    )
    return dict(rows)


async def orphans(database: Database, lease_seconds: int, limit: int = 200) -> list[Orphan]:
    """Holds whose lease has run out.

    While PostgreSQL is away nobody can renew: after its start, leases that may have run out meanwhile get a whole one.
    """
    rows = await database.call(
        "SELECT organisation_id, request_id, user_id, message_id, route::text FROM holds"
        " WHERE lease_until < clock_timestamp() AND (pg_postmaster_start_time() + %s < clock_timestamp()"
        " OR lease_until + interval '1 hour' < pg_postmaster_start_time()) ORDER BY lease_until LIMIT %s",
        (timedelta(seconds=lease_seconds), limit),
    )
    return [Orphan(org, request, user, message, route.encode()) for org, request, user, message, route in rows]


async def stored_result(database: Database, caller: UUID, request_id: UUID) -> tuple[StoredResult | None, bool]:
    """The finished result of an earlier request, and whether that request still runs."""
    rows = await database.call(
        "SELECT i.result::text, EXISTS (SELECT 1 FROM holds h WHERE h.request_id = i.request_id)"
        " FROM idempotency_keys i WHERE i.caller = %s AND i.request_id = %s",
        (caller, request_id),
    )
    if not rows:
        return None, False
    text, running = rows[0]
    return (_stored.decode(text) if text is not None else None), bool(running)


async def purge(database: Database) -> None:
    """Forgets idempotency keys after 24 hours and rate windows after two days."""
    await database.call(
        "WITH keys AS (DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours' RETURNING 1),"
        " windows AS (DELETE FROM rate_windows WHERE started_at < now() - interval '2 days' RETURNING 1)"
        " SELECT (SELECT count(*) FROM keys) + (SELECT count(*) FROM windows)",
        (),
    )
