"""What the admin desk is shown of a request. Pure; nothing here holds prompt text."""

from typing import Any

import msgspec
from msgspec import structs

from backend.admin.calls.repository import Request
from backend.metering.tables import CostRecord, ModelCall
from backend.precheck.tables import PromptCheck
from shared.admin import Attempt, BucketCost, CallRow, CheckView, CostView, Factor, RouteDecision
from shared.precheck import Category, CategoryScore, Complexity, Risk
from shared.risks import GuardView


def call_row(request: Request) -> CallRow:
    """A request as the list shows it."""
    facts = structs.asdict(request)
    del facts["id"]
    return CallRow(**facts)


def attempt_view(row: ModelCall) -> Attempt:
    """One call to one model."""
    return Attempt(
        attempt=row.attempt,
        provider=row.provider,
        model=row.model,
        status=row.status,
        started_ms=row.started_ms,
        latency_ms=row.latency_ms,
        first_token_ms=row.first_token_ms,
        fault=row.fault,
        provider_request_id=row.provider_request_id,
        prompt_tokens=_sum(row.input_tokens, row.cached_input_tokens, row.cache_write_tokens),
        completion_tokens=_sum(row.output_tokens, row.reasoning_tokens, row.image_tokens, row.audio_tokens),
    )


def check_view(row: PromptCheck) -> CheckView:
    """The stored precheck."""
    return CheckView(
        id=row.id,
        category=Category(row.category),
        scores=msgspec.convert(row.scores, list[CategoryScore]),
        complexity=Complexity(row.complexity),
        risk=msgspec.convert(row.risk, Risk),
        guard=None if row.guard is None else msgspec.convert(row.guard, GuardView),
        language=row.language,
        confidence=row.confidence,
        signals=row.signals,
        characters=row.characters,
        prompt_tokens=row.prompt_tokens,
        created_at=row.created_at,
    )


def cost_view(row: CostRecord, *, with_prices: bool) -> CostView:
    """What a request cost, and why; the prices of single buckets only for those who may see prices."""
    return CostView(
        raw_cost=row.raw_cost,
        factors=msgspec.convert(row.factors, list[Factor]),
        multiplier=row.multiplier,
        credits_per_dollar=row.credits_per_dollar,
        display_cost=row.display_cost,
        charged=row.charged,
        absorbed=row.absorbed,
        held=row.held,
        price_version=row.price_version,
        buckets=msgspec.convert(row.buckets, list[BucketCost]) if with_prices else [],
        estimated=row.estimated,
        provider_cost=row.provider_cost,
    )


def route_view(document: Any) -> RouteDecision | None:
    """The decision as it was stored; None where there was none."""
    return msgspec.convert(document, RouteDecision) if document else None


def _sum(*tokens: int | None) -> int | None:
    """None where nothing was counted."""
    counted = [some for some in tokens if some is not None]
    return sum(counted) if counted else None
