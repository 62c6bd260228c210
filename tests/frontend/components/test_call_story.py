"""A call told in order."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from frontend.components.call_story import headline, ordinal, short_status, steps
from shared.admin import CallDetail
from shared.precheck import Risk, RiskAction, RiskCategory, RiskLevel
from shared.risks import GuardView
from tests.frontend.invented.calls import call_detail, calls

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECOND, FIRST, FAILED, _, STOPPED, RUNNING, REFUSED = calls(NOW)[:7]


@pytest.mark.parametrize(
    ("call", "sentence", "short"),
    [
        (SECOND, "Answered by gpt-5-mini on the second attempt", "ok on 2nd"),
        (FIRST, "Answered by sonnet", "ok"),
        (FAILED, "Failed after 3 attempts", "failed"),
        (STOPPED, "Stopped by the user while sonnet answered", "cancelled"),
        (RUNNING, "Being answered by opus", "running"),
        (REFUSED, "Failed before a model was called", "failed"),
        (replace(SECOND, attempts=3), "Answered by gpt-5-mini on the third attempt", "ok on 3rd"),
        (replace(SECOND, attempts=9), "Answered by gpt-5-mini on the 9th attempt", "ok on 9th"),
    ],
)
def test_the_outcome_is_one_sentence_and_one_word(call: object, sentence: str, short: str) -> None:
    assert headline(call) == sentence  # type: ignore[arg-type]
    assert short_status(call) == short  # type: ignore[arg-type]


def test_ordinals_are_words_as_long_as_words_are_short() -> None:
    assert [ordinal(number) for number in (1, 6, 7)] == ["first", "sixth", "7th"]


def _told(detail: CallDetail) -> list[str]:
    return [f"{step.time} {step.name} {step.facts} | {step.detail}".strip() for step in steps(detail)]


def test_a_fallback_is_told_from_precheck_to_charge() -> None:
    assert _told(call_detail(SECOND)) == [
        "Precheck coding, standard, no risk | 1,204 tokens, confidence 0.91; a code block; the word exception",
        "Route Code, balanced, 2 candidates | "
        "The prompt looks like code of standard complexity. Auto chose the Code assistant.",
        "0 ms Admission held 1.10 credits | Answer of at most 1,000 tokens",
        "5 ms Attempt 1 sonnet, anthropic: failed | No first token within 8,000 ms. 8.0 s in all. Not charged",
        "8,012 ms Attempt 2 gpt-5-mini, openai: first token | First token after 640 ms. 11.2 s in all",
        "11,240 ms Settled 0.18 credits, 0.92 released | 1,204 read, 486 written, usage from the provider",
    ]


def test_a_failure_without_a_charge_ends_by_saying_so() -> None:
    last = steps(call_detail(FAILED))[-1]
    assert (last.name, last.facts, last.detail, last.tone) == ("Failed", "provider failed", "Not charged", "bad")


def test_nothing_stored_tells_nothing() -> None:
    assert steps(CallDetail(call=RUNNING, precheck=None, route=None, attempts=[], cost=None)) == []


def test_a_failure_without_a_code_says_so() -> None:
    bare = CallDetail(call=replace(FAILED, error_code=None), precheck=None, route=None, attempts=[], cost=None)
    assert [step.facts for step in steps(bare)] == ["no error code"]


@pytest.mark.parametrize(("action", "tone"), [(RiskAction.WARN, "warn"), (RiskAction.BLOCK, "bad")])
def test_a_risk_is_named_and_toned(action: RiskAction, tone: str) -> None:
    detail = call_detail(SECOND)
    assert detail.precheck is not None
    risk = Risk(level=RiskLevel.HIGH, categories=[RiskCategory.SELF_HARM, RiskCategory.SECRET], action=action)
    step = steps(replace(detail, precheck=replace(detail.precheck, risk=risk)))[0]
    assert step.facts == "coding, standard, high risk (self harm, secret)"
    assert step.tone == tone


def test_a_charge_beyond_the_hold_releases_nothing() -> None:
    detail = call_detail(SECOND)
    assert detail.cost is not None
    over = replace(detail.cost, charged=Decimal("1.2"), estimated=True)
    last = steps(replace(detail, cost=over))[-1]
    assert last.facts == "1.20 credits, 0.00 released"
    assert last.detail.endswith("usage estimated")


@pytest.mark.parametrize(
    ("status", "tone"), [("failed", "bad"), ("cancelled", "warn"), ("running", "plain"), ("answered", "ok")]
)
def test_attempts_are_toned_by_how_they_ended(status: str, tone: str) -> None:
    detail = call_detail(FIRST)
    attempt = replace(detail.attempts[0], status=status, latency_ms=None, first_token_ms=None)
    assert steps(replace(detail, precheck=None, route=None, cost=None, attempts=[attempt]))[0].tone == tone


def test_what_the_guard_said_stands_after_the_precheck() -> None:
    detail = call_detail(SECOND)
    assert detail.precheck is not None
    said = GuardView(
        outcome="unsafe", categories=[RiskCategory.HATE], provider="groq", model="llama-guard-4", latency_ms=412
    )
    step = steps(replace(detail, precheck=replace(detail.precheck, guard=said)))[1]
    assert (step.name, step.facts, step.tone) == ("Guard", "unsafe (hate) by llama-guard-4, groq", "bad")


def test_a_call_of_the_guard_is_nobodys_to_pay() -> None:
    detail = call_detail(SECOND)
    found = steps(replace(detail, call=replace(detail.call, purpose="guard")))
    assert "Admission" not in [step.name for step in found]
    assert (found[-1].name, found[-1].facts) == ("Not charged", "the guard is paid for by the operator")
