"""Requests that went through admission and settlement, as the pipeline leaves them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from backend.columns import new_id
from backend.metering import repository
from backend.metering.records import (
    AdmissionRecord,
    AttemptRecord,
    CheckRecord,
    CostDocument,
    SettlementRecord,
    UsageDocument,
)
from shared.admin import BucketCost, Candidate, Factor, RouteDecision
from shared.plans import PlanLimits
from shared.precheck import Category, CategoryScore, Risk
from tests.fixtures.api import Api, Person

RATE = Decimal(100)
PROMPT, ANSWER = 120, 480
SECRET_WORDS = "the words nobody else may read"


def candidate(model: str, provider: str) -> Candidate:
    """A model of the chain."""
    return Candidate(
        model=model,
        provider=provider,
        score=0.9,
        cost_score=0.8,
        latency_score=0.7,
        quality_score=0.6,
        uptime_score=1.0,
    )


def route(assistant: str, *models: str, provider: str = "simulator") -> RouteDecision:
    """A decision for these models, best first."""
    return RouteDecision(
        strategy="balanced",
        assistant=assistant,
        assistant_chosen=False,
        model_chosen=False,
        complexity="standard",
        chain=[candidate(model, provider) for model in models],
        rejected=[],
        reasons=["Auto picked the assistant."],
        max_tokens=1000,
        prompt_tokens=PROMPT,
    )


async def admitted(
    api: Api, person: Person, *, assistant: str = "code", models: tuple[str, ...] = ("sim-fast",), hold: Decimal = RATE
) -> UUID:
    """A request that runs now; its id."""
    request_id = new_id()
    with psycopg.connect(str(api.services.settings.database_url)) as connection:
        row = connection.execute("SELECT organisation_id, version FROM users WHERE id = %s", (person.id,)).fetchone()
    assert row is not None
    organisation_id, version = row
    record = AdmissionRecord(
        request_id=request_id,
        organisation_id=organisation_id,
        user_id=person.id,
        caller=person.id,
        key_chats=None,
        process_id=api.services.process_id,
        lease_seconds=60,
        catalogue_version=(await api.services.catalogue.refresh()).version,
        identity_version=version,
        monthly_credits=Decimal(1000),
        limits=PlanLimits(),
        windows=[],
        prompt_tokens=PROMPT,
        fixed_credits=hold,
        credits_per_token=Decimal(0),
        wanted_tokens=1000,
        min_tokens=1,
        conversation=None,
        check=CheckRecord(
            organisation_id=organisation_id,
            id=new_id(),
            user_id=person.id,
            request_id=request_id,
            conversation_id=None,
            category=Category.CODING.value,
            scores=[CategoryScore(name=Category.CODING, score=0.9)],
            complexity="standard",
            risk=Risk(),
            risk_action="allow",
            language="en",
            confidence=0.9,
            recommended_assistant=None,
            signals=["a code block"],
            characters=len(SECRET_WORDS),
            prompt_tokens=PROMPT,
            prompt_hash=api.services.secrets.digest("prompt", SECRET_WORDS).hex(),
        ),
        idempotency=None,
        route=route(assistant, *models),
    )
    result = await repository.admit(api.services.database, [record])
    assert result[request_id].outcome == "admitted", result
    return request_id


def attempt(number: int, model: str, status: str, *, final: bool, **facts: Any) -> AttemptRecord:
    """One call to one model."""
    given = {"provider": "simulator", "started_ms": 0, "latency_ms": 900, "first_token_ms": 200, **facts}
    failed = status == "failed"
    return AttemptRecord(
        id=new_id(),
        attempt=number,
        model=model,
        model_id=new_id(),
        status=status,  # type: ignore[arg-type]
        final=final,
        error_code="provider_failed" if failed else None,
        fault="HTTP 503" if failed else None,
        input_tokens=None if failed else PROMPT - 20,
        cached_input_tokens=None if failed else 20,
        output_tokens=None if failed else ANSWER,
        **given,
    )


async def settled(
    api: Api,
    person: Person,
    *,
    raw_cost: Decimal | str | None = "0.0123",
    assistant: str = "code",
    attempts: list[AttemptRecord] | None = None,
    ago: timedelta = timedelta(0),
) -> UUID:
    """A request that ended; without `raw_cost` it costs nothing. `ago` moves its rows back in time."""
    calls = attempts or [attempt(1, "sim-fast", "answered", final=True)]
    last = calls[-1]
    request_id = await admitted(api, person, assistant=assistant, models=tuple(call.model for call in calls))
    cost = usage = None
    if raw_cost is not None:
        raw = Decimal(raw_cost)
        cost = CostDocument(
            model_call_id=last.id,
            raw_cost=raw,
            multiplier=Decimal("1.5"),
            factors=(Factor(name="plan starter", value=Decimal("1.5")),),
            credits_per_dollar=RATE,
            display_cost=raw * Decimal("1.5") * RATE,
            price_version=1,
            buckets=[BucketCost(bucket="output", quantity=ANSWER, price=Decimal("0.8"), cost=raw)],
            estimated=False,
            provider_cost=None,
        )
        usage = UsageDocument(last.model, PROMPT, ANSWER)
    database_url = str(api.services.settings.database_url)
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT organisation_id FROM users WHERE id = %s", (person.id,)).fetchone()
    assert row is not None
    done = await repository.settle(
        api.services.database,
        [
            SettlementRecord(
                request_id=request_id,
                organisation_id=row[0],
                user_id=person.id,
                assistant=assistant,
                attempts=calls,
                cost=cost,
                usage=usage,
                message=None,
                result=None,
            )
        ],
    )
    assert done[request_id].settled
    if ago:
        with psycopg.connect(database_url, autocommit=True) as connection:
            for table in ("model_calls", "cost_records", "usage_records", "ledger_entries", "prompt_checks"):
                connection.execute(
                    f"UPDATE {table} SET created_at = created_at - %s WHERE request_id = %s", (ago, request_id)
                )
    return request_id
