"""Words and phrases of a prompt that tell its task and the effort it asks for, found in one pass."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from msgspec import Struct

from backend.precheck import lexicon
from backend.precheck.phrases import Hit, Phrases
from backend.precheck.reading import Reading
from shared.precheck import Category


class Kind(StrEnum):
    """What a cue says. The kinds of tasks come with a category, the others stand for themselves."""

    ASK = "ask"
    TOPIC = "topic"
    NAME = "name"
    MAKE = "make"
    QUESTION = "question"
    AMOUNT = "amount"
    DEEP = "deep"
    PLAIN = "plain"
    DEMAND = "demand"


class Cue:
    """One meaning; cues are few, made once, and compared by identity."""

    __slots__ = ("category", "kind")

    def __init__(self, kind: Kind, category: Category = Category.OTHER) -> None:
        self.kind = kind
        self.category = category


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


def find(reading: Reading) -> Sequence[Hit[Cue]]:
    """The cues of a prompt in order."""
    return _phrases().find(reading.tokens)


@cache
def _phrases() -> Phrases[Cue]:
    tasks, effort = lexicon.load("tasks", _Tasks), lexicon.load("effort", _Effort)
    of_tasks = {Kind.ASK: tasks.asks, Kind.TOPIC: tasks.topics, Kind.NAME: tasks.names, Kind.MAKE: tasks.makes}
    lists = {Cue(kind, category): text for kind, texts in of_tasks.items() for category, text in texts.items()}
    lists |= {
        Cue(Kind.QUESTION): tasks.questions["plain"],
        Cue(Kind.AMOUNT): tasks.questions["amount"],
        Cue(Kind.DEEP): effort.deep,
        Cue(Kind.PLAIN): effort.plain,
        Cue(Kind.DEMAND): effort.demands,
    }
    return Phrases({cue: lexicon.entries(text) for cue, text in lists.items()})
