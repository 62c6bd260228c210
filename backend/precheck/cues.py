"""Words and phrases of a prompt that tell its task and the effort it asks for, found in one pass."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from msgspec import Struct

from backend.precheck import lexicon
from backend.precheck.phrases import Phrases
from backend.precheck.reading import Reading
from shared.precheck import Category

LEAD = 14
"""Tokens at either end of a prompt where people say what they want."""


class Cue:
    """One meaning of words; cues are few, made once, and compared by identity."""

    __slots__ = ("category", "kind")

    def __init__(self, kind: str, category: Category = Category.OTHER) -> None:
        """`kind` is "ask", "topic", "name" or "make" for the cues of a task, and empty for those below."""
        self.kind = kind
        self.category = category


QUESTION, AMOUNT = Cue(""), Cue("")
"""A question word at either end of a prompt, and a question for a number."""

DEEP, PLAIN, DEMAND = Cue(""), Cue(""), Cue("")
"""Words that ask for thought, for brevity, and that set a condition."""


class Ask(NamedTuple):
    """A task asked for in so many words: how many, after how many others, and whether at either end."""

    category: Category
    length: int
    start: int
    leads: bool


class Cues(Struct, frozen=True):
    """What was found: the tasks asked for in order, and how often each other cue occurs."""

    asks: Sequence[Ask]
    counts: Mapping[Cue, int]


class _Tasks(Struct, frozen=True):
    asks: dict[Category, str]
    topics: dict[Category, str]
    names: dict[Category, str]
    makes: dict[Category, str]
    questions: dict[str, str]


class _Effort(Struct, frozen=True):
    deep: str
    plain: str
    demands: str


def find(reading: Reading) -> Cues:
    """The cues of a prompt."""
    asks: list[Ask] = []
    counts: dict[Cue, int] = {}
    tail = len(reading.tokens) - LEAD
    for start, length, found in _phrases().find(reading.tokens):
        leads = start < LEAD or start >= tail
        for cue in found:
            if cue.kind == "ask":
                asks.append(Ask(cue.category, length, start, leads))
            elif leads or cue is not QUESTION:
                counts[cue] = counts.get(cue, 0) + 1
    return Cues(asks, counts)


@cache
def _phrases() -> Phrases[Cue]:
    tasks, effort = lexicon.load("tasks", _Tasks), lexicon.load("effort", _Effort)
    of_tasks = {"ask": tasks.asks, "topic": tasks.topics, "name": tasks.names, "make": tasks.makes}
    lists = {Cue(kind, category): text for kind, texts in of_tasks.items() for category, text in texts.items()}
    lists |= {QUESTION: tasks.questions["plain"], AMOUNT: tasks.questions["amount"]}
    lists |= {DEEP: effort.deep, PLAIN: effort.plain, DEMAND: effort.demands}
    return Phrases({cue: lexicon.entries(text) for cue, text in lists.items()})
