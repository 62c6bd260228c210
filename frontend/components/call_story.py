"""One request told in order, from precheck to charge. Pure: facts in, sentences and steps out."""

from frontend import format as words
from frontend.components.tags import Tone
from frontend.components.timeline import Step
from shared.admin import Attempt, CallDetail, CallRow, CheckView, CostView, RouteDecision
from shared.precheck import RiskAction, RiskLevel
from shared.risks import GuardView

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_VERDICTS: dict[str, Tone] = {"safe": "ok", "unsafe": "bad", "failed": "warn"}
_RISKS: dict[RiskAction, Tone] = {RiskAction.ALLOW: "ok", RiskAction.WARN: "warn", RiskAction.BLOCK: "bad"}
_ENDINGS: dict[str, Tone] = {"failed": "bad", "cancelled": "warn", "running": "plain"}
_OUTCOMES = {"answered": "first token", "failed": "failed", "cancelled": "stopped", "running": "answering"}


def headline(call: CallRow) -> str:
    """The outcome in one sentence."""
    match call.status:
        case "answered" if call.attempts > 1:
            return f"Answered by {call.model} on the {ordinal(call.attempts)} attempt"
        case "answered":
            return f"Answered by {call.model}"
        case "cancelled":
            return f"Stopped by the user while {call.model} answered"
        case "running":
            return f"Being answered by {call.model}"
        case _ if call.attempts == 0:
            return "Failed before a model was called"
        case _:
            return f"Failed after {words.plural(call.attempts, 'attempt')}"


def ordinal(number: int) -> str:
    """`second`; beyond the sixth `7th`."""
    return _ORDINALS[number - 1] if 1 <= number <= len(_ORDINALS) else f"{number}th"


def short_status(call: CallRow) -> str:
    """The status in a table: `ok on 2nd`."""
    if call.status != "answered":
        return call.status
    return "ok" if call.attempts < 2 else f"ok on {call.attempts}{({2: 'nd', 3: 'rd'}).get(call.attempts, 'th')}"


def steps(detail: CallDetail) -> list[Step]:
    """Every step that was stored; times count from admission."""
    found: list[Step] = []
    if detail.precheck is not None:
        found.append(_precheck(detail.precheck))
        if detail.precheck.guard is not None:
            found.append(_guard(detail.precheck.guard))
    if detail.route is not None:
        found.append(_route(detail.route))
    of_guard = detail.call.purpose == "guard"
    if detail.cost is not None and not of_guard:
        found.append(_admission(detail.cost, detail.route))
    found.extend(_attempt(attempt) for attempt in detail.attempts)
    if of_guard:
        found.append(Step("", "Not charged", "the guard is paid for by the operator", "", "plain"))
    elif detail.cost is not None:
        found.append(_settled(detail.call, detail.cost))
    elif detail.call.status == "failed":
        found.append(_unsettled(detail.call))
    return found


def _precheck(check: CheckView) -> Step:
    risk = check.risk
    level = "no risk" if risk.level is RiskLevel.NONE else f"{risk.level} risk"
    if risk.categories:
        level += f" ({', '.join(category.replace('_', ' ') for category in risk.categories)})"
    sizes = f"{words.count(check.prompt_tokens)} tokens, confidence {check.confidence:.2f}"
    return Step(
        "",
        "Precheck",
        f"{check.category.replace('_', ' ')}, {check.complexity}, {level}",
        "; ".join([sizes, *check.signals]),
        _RISKS[risk.action],
    )


def _guard(said: GuardView) -> Step:
    found = ", ".join(category.replace("_", " ") for category in said.categories)
    who = f" by {said.model}, {said.provider}" if said.model else ""
    return Step(
        "",
        "Guard",
        f"{said.outcome}{f' ({found})' if found else ''}{who}",
        said.why or words.duration(said.latency_ms),
        _VERDICTS[said.outcome],
    )


def _route(route: RouteDecision) -> Step:
    facts = f"{words.family(route.assistant)}, {route.strategy}, {words.plural(len(route.chain), 'candidate')}"
    return Step("", "Route", facts, " ".join(route.reasons), "ok" if route.chain else "bad")


def _admission(cost: CostView, route: RouteDecision | None) -> Step:
    detail = "" if route is None else f"Answer of at most {words.plural(route.max_tokens, 'token')}"
    return Step("0 ms", "Admission", f"held {words.credits(cost.held)} credits", detail)


def _attempt(attempt: Attempt) -> Step:
    facts = f"{attempt.model}, {attempt.provider}: {_OUTCOMES.get(attempt.status, attempt.status)}"
    details = [attempt.fault] if attempt.fault else []
    if attempt.first_token_ms is not None:
        details.append(f"First token after {words.duration(attempt.first_token_ms)}")
    if attempt.latency_ms is not None:
        details.append(f"{words.duration(attempt.latency_ms)} in all")
    if attempt.status == "failed":
        details.append("Not charged")
    return Step(
        words.milliseconds(attempt.started_ms),
        f"Attempt {attempt.attempt}",
        facts,
        ". ".join(detail.rstrip(".") for detail in details),
        _ENDINGS.get(attempt.status, "ok"),
    )


def _settled(call: CallRow, cost: CostView) -> Step:
    released = max(cost.held - cost.charged, cost.held * 0)
    return Step(
        words.milliseconds(call.latency_ms),
        "Settled",
        f"{words.credits(cost.charged)} credits, {words.credits(released)} released",
        f"{words.count(call.prompt_tokens)} read, {words.count(call.completion_tokens)} written, "
        + ("usage estimated" if cost.estimated else "usage from the provider"),
    )


def _unsettled(call: CallRow) -> Step:
    code = (call.error_code or "no error code").replace("_", " ")
    return Step(words.milliseconds(call.latency_ms), "Failed", code, "Not charged", "bad")
