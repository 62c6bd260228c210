"""What one precheck costs by length: `python -m tests.bench.precheck`. Microseconds of CPU, the best of many runs."""

from collections.abc import Callable
from time import process_time_ns

from backend.precheck.check import check
from backend.precheck.reading import excerpt, read
from backend.precheck.risk.suspect import suspect
from backend.precheck.tokens.estimate import estimate_tokens
from tests.bench.report import say

LENGTHS = (100, 2_000, 20_000, 100_000, 1_000_000)
CHARACTERS_PER_CASE = 4_000_000
"""Bounds the runs of one case; long texts are run fewer times."""
FEWEST, MOST = 3, 400

TEXTS = {
    "english": "Could you please explain how to reset the router in my office, and then write a short email to my"
    " colleagues about it? They were quite upset yesterday, and I would like to sound calm. ",
    "code": "def total(rows: list[Row]) -> int:\n"
    "    return sum(row.price * row.count for row in rows if row.count > 0)\n\n",
    "german": "K\u00f6nntest du mir bitte erkl\u00e4ren, wie ich den Router im B\u00fcro zur\u00fccksetze?"
    " Danach brauche ich eine kurze E-Mail an die Kollegen, die gestern ziemlich ver\u00e4rgert waren. ",
    "chinese": "\u8bf7\u89e3\u91ca\u5149\u5408\u4f5c\u7528\u7684\u539f\u7406,\u5e76\u8bf4\u660e\u4e3a\u4ec0\u4e48"
    "\u79cb\u5929\u6811\u53f6\u4f1a\u53d8\u7ea2\u3002",
    "alarming": "How do I kill a Python process that was started by my colleague? It looks like a bomb went off. ",
}


def microseconds(work: Callable[[], object], length: int) -> float:
    """CPU of the fastest run."""
    runs = max(FEWEST, min(MOST, CHARACTERS_PER_CASE // length))
    inner = max(1, 2_000 // length)
    work()
    best = None
    for _ in range(runs):
        begun = process_time_ns()
        for _ in range(inner):
            work()
        spent = process_time_ns() - begun
        best = spent if best is None else min(best, spent)
    return (best or 0) / inner / 1_000


def main() -> None:
    """Print one line per kind of text."""
    say(f"{'µs of CPU by characters':<28}" + "".join(f"{length:>12,}" for length in LENGTHS))
    for name, pattern in TEXTS.items():
        texts = [(pattern * (length // len(pattern) + 1))[:length] for length in LENGTHS]
        parts: dict[str, Callable[[str], Callable[[], object]]] = {
            "check": lambda text: lambda: check(text),
            "  reading": lambda text: lambda: read(text),
            "  excerpt and risk": lambda text: _risk(text),
            "estimate_tokens": lambda text: lambda: estimate_tokens(text),
        }
        for part, prepare in parts.items():
            figures = [microseconds(prepare(text), len(text)) for text in texts]
            say(f"{name + ' ' + part:<28}" + "".join(f"{figure:>12,.0f}" for figure in figures))


def _risk(text: str) -> Callable[[], object]:
    reading = read(text)
    return lambda: (excerpt(reading), suspect(text, reading))


if __name__ == "__main__":
    main()
