"""One line of a provider's model list against the catalogue: which model, what would change, what to look at twice."""

from collections.abc import Iterable
from decimal import Decimal

from markupsafe import Markup

from frontend import format as words
from frontend.components.rows import Field, named, row_html
from frontend.components.tags import tag
from shared.imports import ImportFact, ImportLine, ImportView, LineKind

FIELDS = (Field("Model", "minmax(0, 2fr)"), Field("Change", "minmax(0, 3fr)", "quiet"))
GROUPS = {
    LineKind.PRICES: "Prices",
    LineKind.DETAILS: "Details",
    LineKind.NEW: "New",
    LineKind.GONE: "Gone",
}
_PRICED = {
    "input": "Input", "output": "Output", "cached_input": "Cached input", "cache_write": "Cache write",
    "reasoning": "Reasoning", "audio": "Audio", "image": "Each image", "request": "Each call",
}  # fmt: skip
_FACTS = Markup('<ul class="fl-facts-list">{}</ul>')
_FACT = Markup("<li>{}</li>")
_REMARK = Markup("<small>{}</small>")


def line_html(line: ImportLine) -> Markup:
    """The line without its box."""
    facts = Markup().join(_FACT.format(said(fact)) for fact in line.facts)
    state = Markup()
    if line.applied:
        state = tag("Applied", "ok")
    elif line.suspicious:
        state = tag(line.suspicious.removesuffix("."), "warn")
    elif line.kind is LineKind.GONE:
        state = tag("On, would be turned off" if line.active else "Off", "plain")
    remarks = Markup().join(_REMARK.format(remark) for remark in line.remarks)
    return row_html(FIELDS, [named(line.display_name, line.model), _FACTS.format(facts) + state + remarks])


def said(fact: ImportFact) -> str:
    """`Input 3.00 → 6.00`, with its factor; `Context 128k`."""
    name = _PRICED.get(fact.field)
    if name is not None:
        old, new = (words.price(None if value is None else Decimal(value)) for value in (fact.old, fact.new))
        moved = f", {words.times(fact.factor)}" if fact.factor else ""
        return f"{name} {new}" if fact.old is None else f"{name} {old} → {new}{moved}"
    if fact.field in ("context_window", "max_output_tokens"):
        name = "Context" if fact.field == "context_window" else "Longest answer"
        old, new = (words.NONE if value is None else words.size(int(value)) for value in (fact.old, fact.new))
        return f"{name} {new}" if fact.old is None else f"{name} {old} → {new}"
    if fact.field == "tags":
        return "Listed again"
    changed = fact.new or "nothing beside text"
    return f"Can {changed}" if fact.old is None else f"Can {fact.old or 'nothing beside text'} → {changed}"


def matching(lines: Iterable[ImportLine], kind: LineKind, term: str) -> list[ImportLine]:
    """The lines of a group whose model is called like that."""
    wanted = term.strip().lower()
    return [line for line in lines if line.kind is kind and wanted in f"{line.display_name} {line.model}".lower()]


def summary(found: ImportView) -> str:
    """What the list says, in one sentence."""
    counts = found.counts
    parts = [
        (counts.prices, "with other prices"),
        (counts.details, "with other details"),
        (counts.new, "new"),
        (counts.gone, "no longer listed"),
        (counts.unchanged, "unchanged"),
    ]
    told = ", ".join(f"{words.count(number)} {what}" for number, what in parts if number)
    return f"{told or 'No models'}. Prices in dollars per million tokens. Nothing is changed until you apply it."


def turned_down(found: ImportView) -> str:
    """What of the list cannot be taken, as markdown's plain words; empty when all can."""
    parts = [f"{each.upstream_name}: {each.reason}" for each in found.refused[:20]]
    if len(found.refused) > len(parts):
        parts.append(f"And {words.count(len(found.refused) - len(parts))} more.")
    if found.left_out:
        parts.append(f"{words.plural(len(found.left_out), 'model')} left out: they neither chat nor embed nor draw.")
    return "\n".join(parts)
