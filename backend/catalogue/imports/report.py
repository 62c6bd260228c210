"""An import as text for a terminal. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from shared.imports import ImportFact, ImportLine, ImportView, LineKind

_TITLES = {
    LineKind.NEW: "New models, to be added turned off",
    LineKind.PRICES: "Prices, in dollars per million tokens",
    LineKind.DETAILS: "Details",
    LineKind.GONE: "No longer listed",
}
_NAMES = {"context_window": "context", "max_output_tokens": "longest answer"}
MOST_NAMES = 60


def text(view: ImportView) -> str:
    """What differs, one line for each difference, and what needs a second look."""
    counts = view.counts
    parts = [
        f"{view.provider_name}: {counts.new} new, {counts.prices} with other prices,"
        f" {counts.details} with other details, {counts.gone} gone, {counts.unchanged} unchanged."
    ]
    for kind, title in _TITLES.items():
        lines = [line for line in view.lines if line.kind is kind]
        if lines:
            parts += ["", f"{title}:", *_table([row for line in lines for row in _rows(line)])]
    if view.refused:
        parts += ["", "Refused:", *_table([(each.upstream_name, each.reason) for each in view.refused])]
    if view.left_out:
        parts += ["", f"{len(view.left_out)} left out: they neither chat nor embed nor make pictures."]
    return "\n".join(parts)


def _rows(line: ImportLine) -> Iterable[tuple[str, ...]]:
    mark = f"! {line.suspicious}" if line.suspicious else "applied" if line.applied else ""
    if line.kind is LineKind.NEW:
        yield line.model, "  ".join(f"{_name(fact)} {fact.new}" for fact in line.facts), mark
    elif line.kind is LineKind.GONE:
        yield line.model, "on, would be turned off" if line.active else "off", mark
    else:
        for number, fact in enumerate(line.facts):
            yield (
                "" if number else line.model,
                f"{_name(fact)} {fact.old or '-'} -> {fact.new or '-'}{_times(fact)}",
                ("" if number else mark),
            )


def _name(fact: ImportFact) -> str:
    return _NAMES.get(fact.field, fact.field.replace("_", " "))


def _times(fact: ImportFact) -> str:
    return "" if fact.factor is None or fact.factor == Decimal(0) else f" (x {fact.factor:f})"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [min(MOST_NAMES, max(len(row[place]) for row in rows)) for place in range(len(rows[0]))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
