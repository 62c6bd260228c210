"""Which words so many prompts have that they tell nothing of the one they stand in.

`common_words.txt` is made from the project's own labelled prompts, which are nobody's:
`python -m backend.precheck.marks.common_words tests/data/prompts`.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec
from msgspec import Struct

from backend.precheck.learned.grams import spaced

FILE = Path(__file__).with_name("common_words.txt")

ENOUGH = 10
"""A word is common when so many labelled prompts have it."""

_SIGNS = "\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af"
_MARKS = "\u0300-\u036f\u064b-\u065f\u0900-\u0903\u093a-\u094f"
_WORD = re.compile(rf"[{_SIGNS}]+|(?:[^\W_{_SIGNS}]|[{_MARKS}])+")
_SIGN = re.compile(rf"[{_SIGNS}]")


class _Row(Struct):
    prompt: str


def only_common(text: str) -> list[str]:
    """The stretches of a `spaced` text that are made of common words; the rest is left out.

    Of Chinese, Japanese and Korean, which are not parted into words here, pairs of signs count for words.
    """
    known = _known()
    kept: list[str] = []
    end, stretch = 0, ""
    for found in _WORD.finditer(text):
        gap = text[end : found.start()]
        end = found.end()
        for number, part in enumerate(_common_parts(found.group(), known)):
            joined = number == 0 and part and stretch and not gap.strip()
            stretch = f"{stretch}{gap}{part}" if joined else _closed(kept, stretch, part)
    _closed(kept, stretch, "")
    return kept


def _closed(kept: list[str], stretch: str, following: str) -> str:
    if stretch:
        kept.append(stretch)
    return following


def _common_parts(word: str, known: frozenset[str]) -> Iterator[str]:
    """The word, or "" for a rare one; of signs the runs in which each pair is common, "" where one ends."""
    if not _SIGN.match(word):
        yield word if word in known else ""
        return
    run = ""
    for first, second in pairwise(word):
        if first + second in known:
            run = f"{run}{second}" if run else first + second
        else:
            yield run
            run = ""
    yield run


def words(text: str) -> Iterator[str]:
    """The words of a `spaced` text, and the pairs of signs that stand for words."""
    for word in _WORD.findall(text):
        if _SIGN.match(word):
            yield from (first + second for first, second in pairwise(word))
        elif not any(map(str.isnumeric, word)):
            yield word


def common(prompts: Iterable[str]) -> list[str]:
    """The words that `ENOUGH` of these prompts have, none with a digit, in order."""
    counts = Counter(word for prompt in prompts for word in set(words(spaced(prompt.lower()))))
    return sorted(word for word, count in counts.items() if count >= ENOUGH)


def labelled(folder: Path) -> Iterator[str]:
    """The prompts of a folder of labelled JSON Lines."""
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_bytes().splitlines():
            yield msgspec.json.decode(line, type=_Row).prompt


@cache
def _known() -> frozenset[str]:
    return frozenset(FILE.read_text(encoding="utf-8").split())


if __name__ == "__main__":
    found = common(prompt for folder in sys.argv[1:] for prompt in labelled(Path(folder)))
    FILE.write_text("\n".join(found) + "\n", encoding="utf-8")
