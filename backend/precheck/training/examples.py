"""Labelled prompts from folders of JSON Lines, each source's labels put into Fairlead's words."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec
from msgspec import Struct

from backend.precheck.reading import clean
from shared.precheck import Category, Complexity

HELD_BACK = 12
"""One prompt in so many of Fairlead's own is never trained on: the figures of the model are taken on those."""

OWN = ("fairlead", "marks")
"""Sources whose names begin so carry Fairlead's own labels: its prompts, and what people said at the desk."""


UNKNOWN = "und"
"""The language of a prompt of which it is not known; ISO 639-2."""


FOLLOW_UP = "follow_up"
"""The trait of prompts that take up what came before them."""

BENCHMARKS = frozenset({"llmrouter", "dcrouter"})


class Kept(Struct, frozen=True):
    """What is known of a prompt whose text is not: pieces by their row with how often they occur, names of concepts."""

    pieces: list[tuple[int, int]]
    concepts: list[str] = []


class _Row(Struct, frozen=True):
    id: str
    prompt: str | None = None
    label: str | None = None
    source: str = ""
    meta: dict[str, object] = {}
    scores: dict[str, float] = {}
    features: Kept | None = None


class Example(Struct, frozen=True, kw_only=True):
    """One prompt. What a source does not say is None; `before` are the same person's earlier prompts, oldest first.

    `cheap` is how often small models answered it well, from 0 to 1. Of a mark without its text, `kept` is all there is.
    """

    id: str
    text: str
    source: str
    language: str
    task: Category | None = None
    complexity: Complexity | None = None
    traits: frozenset[str] = frozenset()
    before: tuple[str, ...] = ()
    look_alike: str | None = None
    cheap: float | None = None
    kept: Kept | None = None

    @property
    def own(self) -> bool:
        return self.source.startswith(OWN)

    @property
    def follows(self) -> bool:
        """Whether it takes up what came before it, which of a mark is not kept."""
        return bool(self.before) or FOLLOW_UP in self.traits

    @property
    def benchmark(self) -> bool:
        """Whether its label was given to a whole set of questions."""
        return self.source in BENCHMARKS

    @property
    def held_back(self) -> bool:
        """Told by the text alone, so that a prompt stays on its side however the sets are put together."""
        return self.own and self.kept is None and hashlib.sha256(self.text.encode()).digest()[0] % HELD_BACK == 0


class _Source(Struct, frozen=True, kw_only=True):
    name: str
    language: str = "en"
    labels: dict[str, Category] = {}
    small_models: tuple[str, ...] = ()


def read(folders: Iterable[Path]) -> list[Example]:
    """All examples in a fixed order, each text once. Rows without a task that is known are left out."""
    found: dict[str, Example] = {}
    for path in sorted(path for folder in folders for path in folder.rglob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            for example in _example(msgspec.json.decode(line, type=_Row)):
                found.setdefault("\n".join((*example.before, example.text or example.id)), example)
    return sorted(found.values(), key=lambda e: (e.source, e.id))


def _example(row: _Row) -> Iterator[Example]:
    if not row.prompt and row.features is None:
        return
    if row.source.startswith(OWN):
        meta = msgspec.convert(row.meta, type=_Meta)
        yield Example(
            id=row.id,
            text=clean(row.prompt or ""),
            source=row.source,
            language=meta.language or UNKNOWN,
            task=Category(row.label) if row.label is not None else None,
            complexity=meta.complexity,
            traits=frozenset(meta.traits),
            before=tuple(map(clean, meta.before)),
            look_alike=meta.look_alike,
            kept=None if row.prompt else row.features,
        )
    elif row.prompt and (source := _sources().get(row.source)) is not None:
        task, complexity = _judged(source.name).get(row.id) or (source.labels.get(row.label or ""), None)
        if task is not None:
            small = [row.scores[name] for name in source.small_models if name in row.scores]
            yield Example(
                id=row.id,
                text=clean(row.prompt),
                source=source.name,
                language=source.language,
                task=task,
                complexity=complexity,
                cheap=sum(small) / len(small) if small else None,
            )


class _Meta(Struct, frozen=True):
    language: str | None
    complexity: Complexity | None = None
    traits: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    look_alike: str | None = None


@cache
def _judged(name: str) -> Mapping[str, tuple[Category, Complexity]]:
    """What Fairlead's people read in each prompt of a public set whose own labels are of another kind, by its id."""
    path = files(__package__) / "labels" / f"{name}.tsv"
    if not path.is_file():
        return {}
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    return {prompt: (Category(task), Complexity(complexity)) for prompt, task, complexity in rows}


@cache
def _sources() -> Mapping[str, _Source]:
    text = (files(__package__) / "sources.toml").read_text("utf-8")
    return msgspec.toml.decode(text, type=dict[str, dict[str, _Source]])["sources"]
