"""One prompt tried in the test bench: what was found, and what was decided when it was sent. Pure."""

from collections.abc import Iterator
from datetime import tzinfo

from markupsafe import Markup

from frontend import format as words
from frontend.components.facts import facts_html
from frontend.components.judging import complexity_name, task_name
from frontend.components.tables import Cell, Column, table_html
from frontend.components.tags import Tone, tag
from shared.bench import BenchResult, StoredDecision
from shared.precheck import PersonalData, RiskAction

SEPARATOR = "---"
_SHOWN = 90
_TONES: dict[RiskAction, Tone] = {RiskAction.ALLOW: "ok", RiskAction.WARN: "warn", RiskAction.BLOCK: "bad"}
_DONE = {RiskAction.ALLOW: "allowed", RiskAction.WARN: "warned of", RiskAction.BLOCK: "blocked"}
_PERSONAL = {
    PersonalData.ALLOW: "nothing is done",
    PersonalData.WARN: "warns of it",
    PersonalData.MASK: "masks it",
    PersonalData.REFUSE: "refuses it",
}
_HEAD = Markup('<div class="fl-panel"><h3>{}</h3></div><p class="fl-tags">{} {} {}</p>')
_STORED = (
    Column("When"),
    Column("Task"),
    Column("Complexity"),
    Column("Confidence", number=True),
    Column("Risk"),
    Column("Differs now", wide=True),
)


def prompts_in(text: str) -> list[str]:
    """The prompts of a text in which a line `---` parts one from the next; blank ones are left out."""
    found: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip() == SEPARATOR:
            found.append([])
        else:
            found[-1].append(line)
    return [prompt for lines in found if (prompt := "\n".join(lines).strip("\n")).strip()]


def card_html(prompt: str, result: BenchResult, zone: tzinfo) -> Markup:
    """The card of one prompt."""
    head = _HEAD.format(
        _excerpt(prompt),
        tag(f"{task_name(result.category)}, {result.confidence:.2f}", "accent"),
        tag(complexity_name(result.complexity)),
        tag(_DONE[result.risk.action], _TONES[result.risk.action]),
    )
    return head + facts_html(_facts(result)) + _stored_html(result.stored, zone)


def _excerpt(prompt: str) -> str:
    line = " ".join(prompt.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


def _facts(result: BenchResult) -> Iterator[tuple[str, Cell]]:
    yield "Scores", ", ".join(f"{task_name(each.name)} {each.score:.2f}" for each in result.categories) or words.NONE
    yield "Complexity", f"{complexity_name(result.complexity)}, score {result.complexity_score:.2f}"
    yield "Language", result.language or "not told"
    yield "Needs", ", ".join(need.replace("_", " ") for need in result.needs) or "nothing special"
    yield "Assistant", words.family(result.family) if result.family else words.NONE
    yield (
        "Suspected",
        "; ".join(
            f"{each.category.replace('_', ' ')}, {each.level}, {each.score:.2f} ({each.signal})"
            for each in result.suspicions
        )
        or "nothing",
    )
    if result.risk.message:
        yield "People read", result.risk.message
    yield "Personal data", _personal(result)
    yield "Signals", "; ".join(result.signals) or words.NONE
    yield "Estimate", _estimate(result)
    yield "Took", f"{words.count(result.microseconds)} µs for {words.plural(result.characters, 'character')}"


def _personal(result: BenchResult) -> str:
    if not result.personal:
        return "none"
    found = ", ".join(f"{each.kind.replace('_', ' ')} at {each.start} to {each.end}" for each in result.personal)
    return f"{found}; this plan: {_PERSONAL[result.personal_data]}"


def _estimate(result: BenchResult) -> str:
    if result.estimate is None:
        return result.obstacle or words.NONE
    low, high = words.credits(result.estimate.credits_low), words.credits(result.estimate.credits_high)
    return f"{words.plural(result.estimate.prompt_tokens, 'token')}, {low} to {high} credits"


def _stored_html(stored: list[StoredDecision], zone: tzinfo) -> Markup:
    if not stored:
        return Markup('<p class="fl-fine">This text has not been sent in your organisation.</p>')
    rows: list[list[Cell]] = [
        [
            words.short_moment(each.checked_at, zone),
            task_name(each.category),
            complexity_name(each.complexity),
            f"{each.confidence:.2f}",
            tag(_DONE[each.risk_action], _TONES[each.risk_action]),
            ", ".join(name.replace("_", " ") for name in each.differs) or "nothing",
        ]
        for each in stored
    ]
    return Markup('<p class="fl-fine">Sent before, by itself or within a conversation:</p>') + table_html(
        _STORED, rows, "Decisions when the text was sent"
    )
