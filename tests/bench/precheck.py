"""What one precheck costs by length: `python -m tests.bench.precheck`. Microseconds of CPU of one thread.

Each run checks another text: words of a kind of prompt in an order of their own, so that nothing stays near the
processor that would not in earnest.
"""

import random
import tracemalloc
from collections.abc import Callable, Iterator
from importlib.resources import files
from time import perf_counter_ns, thread_time_ns

from backend.precheck import learned
from backend.precheck.check import check
from backend.precheck.learned.insight import Eye
from backend.precheck.learned.model import ARTEFACT, parse
from backend.precheck.reading import read
from backend.precheck.risk.suspect import suspect
from backend.precheck.tokens.estimate import estimate_tokens
from tests.bench.report import Figure, say, show

LENGTHS = {100: None, 2_000: 500, 20_000: None, 100_000: 10_000, 1_000_000: None}
"""Characters, and the microseconds that nineteen of twenty checks should keep to."""

CHARACTERS_PER_CASE = 6_000_000
"""Bounds the runs of one case; long texts are run fewer times."""

FEWEST, MOST = 5, 400
ONE_OF = 20
LOADING, MEMORY = 150, 30
"""Milliseconds and megabytes that the loaded models may cost."""

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


Work = Callable[[str], object]

PARTS: dict[str, Work] = {
    "check": check,
    "  reading": read,
    "  risk": lambda text: suspect(text, read(text)),
    "  tokens": estimate_tokens,
}


def variants(pattern: str, length: int) -> Iterator[str]:
    """Texts of this length with the same words."""
    order = random.Random(length)
    words = pattern.split(" ") if " " in pattern.strip() else list(pattern)
    gap = " " if " " in pattern.strip() else ""
    while True:
        text = pattern
        while len(text) < length:
            text += gap + gap.join(order.sample(words, len(words)))
        yield text[:length]


def microseconds(work: Work, pattern: str, length: int) -> list[float]:
    """CPU of each run, the quickest first."""
    runs = max(FEWEST, min(MOST, CHARACTERS_PER_CASE // length))
    each = variants(pattern, length)
    work(next(each))
    spent = []
    for _ in range(runs):
        text = next(each)
        begun = thread_time_ns()
        work(text)
        spent.append((thread_time_ns() - begun) / 1_000)
    return sorted(spent)


def loading() -> Iterator[Figure]:
    """What the learned models cost before the first prompt."""
    artefact = (files(learned) / ARTEFACT).read_bytes()
    begun = perf_counter_ns()
    Eye(parse(artefact))
    taken = (perf_counter_ns() - begun) / 1e6
    tracemalloc.start()
    kept = Eye(parse(artefact))
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    yield Figure("load the model of tasks", "ms", [taken], LOADING)
    yield Figure(f"keep it ({type(kept).__name__})", "MB", [size / 1e6], MEMORY)


def main() -> None:
    """Print the median and what nineteen of twenty runs keep to, for each kind of text and length."""
    show("precheck: loading", list(loading()), judged=True)
    for name, pattern in TEXTS.items():
        figures = []
        for length, limit in LENGTHS.items():
            for part, work in PARTS.items():
                spent = microseconds(work, pattern, length)
                late = spent[len(spent) - 1 - len(spent) // ONE_OF]
                figures.append(
                    Figure(f"{part} {length:,} characters, 95 %", "us", [late], limit if part == "check" else None)
                )
                if part == "check":
                    figures.append(Figure(f"{part} {length:,} characters, median", "us", [spent[len(spent) // 2]]))
        show(f"precheck: {name}", figures, judged=True)
    say("")


if __name__ == "__main__":
    main()
