"""The invented organisation's model calls."""

from datetime import datetime, timedelta

from shared.admin import (
    Attempt,
    BucketCost,
    CallDetail,
    CallRow,
    Candidate,
    CheckView,
    CostView,
    Factor,
    Rejected,
    RouteDecision,
)
from shared.precheck import Category, CategoryScore, Complexity, Risk
from tests.frontend.invented import credits, uid


def calls(now: datetime) -> list[CallRow]:
    """Forty calls of every outcome, newest first."""
    people = ["m.lindqvist", "d.ferreira", "support-macro", "j.okafor", "s.amundsen"]
    shapes = [
        ("gpt-5-mini", "openai", "answered", 2, 11_240, "0.18"),
        ("sonnet", "anthropic", "answered", 1, 9_300, "1.02"),
        ("gemini-flash", "google", "failed", 3, 30_000, None),
        ("llama-3.3-70b", "groq", "answered", 1, 640, "0.06"),
        ("sonnet", "anthropic", "cancelled", 1, 4_000, "0.31"),
        ("opus", "anthropic", "running", 1, None, None),
        ("", "", "failed", 0, 12, None),
    ]
    return [
        CallRow(
            request_id=uid(1000 + number),
            created_at=now - timedelta(seconds=97 * number),
            user_id=uid(50 + number % 5),
            user_email=f"{people[number % 5]}@harbourworks.example",
            provider=provider,
            model=model,
            assistant="code",
            status=status,
            attempts=attempts,
            latency_ms=latency,
            first_token_ms=None if latency is None or not attempts else 640,
            prompt_tokens=None if status == "failed" else 1204,
            completion_tokens=None if status == "failed" else 486,
            raw_cost=None if charge is None else credits("0.001273"),
            credits=None if charge is None else credits(charge),
            error_code="provider_failed" if status == "failed" else None,
        )
        for number in range(40)
        for model, provider, status, attempts, latency, charge in [shapes[number % len(shapes)]]
    ]


def call_detail(row: CallRow) -> CallDetail:
    """Everything that is stored of a call."""
    failed = Attempt(
        attempt=1, provider="anthropic", model="sonnet", status="failed", started_ms=5, latency_ms=8000,
        first_token_ms=None, fault="No first token within 8,000 ms", provider_request_id="req_01",
        prompt_tokens=None, completion_tokens=None,
    )  # fmt: skip
    last = Attempt(
        attempt=max(row.attempts, 1), provider=row.provider, model=row.model, status=row.status,
        started_ms=8012 if row.attempts > 1 else 5, latency_ms=row.latency_ms, first_token_ms=row.first_token_ms,
        fault=None if row.status != "failed" else "The provider answered 503", provider_request_id=None,
        prompt_tokens=row.prompt_tokens, completion_tokens=row.completion_tokens,
    )  # fmt: skip
    attempts = [failed, last] if row.attempts > 1 else [last] if row.attempts else []
    cost = None
    if row.credits is not None:
        cost = CostView(
            raw_cost=credits("0.001273"),
            factors=[
                Factor(name="plan starter", value=credits(1)),
                Factor(name="model", value=credits("1.5")),
                Factor(name="family code", value=credits("0.95")),
            ],
            multiplier=credits("1.425"),
            credits_per_dollar=credits(100),
            display_cost=row.credits,
            charged=row.credits,
            absorbed=credits(0),
            held=credits("1.10"),
            price_version=14,
            buckets=[
                BucketCost(bucket="input", quantity=1204, price=credits("0.25"), cost=credits("0.000301")),
                BucketCost(bucket="output", quantity=486, price=credits("2.00"), cost=credits("0.000972")),
            ],
            estimated=False,
            provider_cost=None,
        )
    check = CheckView(
        id=uid(3),
        category=Category.CODING,
        scores=[CategoryScore(name=Category.CODING, score=0.91)],
        complexity=Complexity.STANDARD,
        risk=Risk(),
        language="en",
        confidence=0.91,
        signals=["a code block", "the word exception"],
        characters=4816,
        prompt_tokens=1204,
        created_at=row.created_at,
    )
    route = RouteDecision(
        strategy="balanced",
        assistant="code",
        assistant_chosen=False,
        model_chosen=False,
        complexity="standard",
        chain=[
            Candidate(model=name, provider=provider, score=score, cost_score=0.7, latency_score=0.6,
                      quality_score=0.8, uptime_score=0.9)
            for name, provider, score in (("sonnet", "anthropic", 0.81), ("gpt-5-mini", "openai", 0.74))
        ],
        rejected=[Rejected(model="opus", reason="The plan does not include it.")],
        reasons=["The prompt looks like code of standard complexity.", "Auto chose the Code assistant."],
        max_tokens=1000,
        prompt_tokens=1204,
    )  # fmt: skip
    return CallDetail(call=row, precheck=check, route=route if row.attempts else None, attempts=attempts, cost=cost)
