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

OWN = "fairlead"
"""Sources whose names begin so carry Fairlead's own labels."""


class _Row(Struct, frozen=True):
    id: str
    prompt: str | None = None
    label: str | None = None
    source: str = ""
    meta: dict[str, object] = {}
    scores: dict[str, float] = {}


class Example(Struct, frozen=True, kw_only=True):
    """One prompt. What a source does not say is None; `before` are the same person's earlier prompts, oldest first.

    `cheap` is how often small models answered it well, from 0 to 1.
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

    @property
    def own(self) -> bool:
        return self.source.startswith(OWN)

    @property
    def held_back(self) -> bool:
        """Told by the text alone, so that a prompt stays on its side however the sets are put together."""
        return self.own and hashlib.sha256(self.text.encode()).digest()[0] % HELD_BACK == 0


class _Source(Struct, frozen=True, kw_only=True):
    name: str
    language: str = "en"
    labels: dict[str, Category] = {}
    prompts: dict[str, Category] = {}
    small_models: tuple[str, ...] = ()


def read(folders: Iterable[Path]) -> list[Example]:
    """All examples in a fixed order, each text once. Rows without a task that is known are left out."""
    found: dict[str, Example] = {}
    for path in sorted(path for folder in folders for path in folder.rglob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            for example in _example(msgspec.json.decode(line, type=_Row)):
                found.setdefault("\n".join((*example.before, example.text)), example)
    return sorted(found.values(), key=lambda e: (e.source, e.id))


def _example(row: _Row) -> Iterator[Example]:
    if not row.prompt:
        return
    if row.source.startswith(OWN):
        meta = msgspec.convert(row.meta, type=_Meta)
        yield Example(
            id=row.id,
            text=clean(row.prompt),
            source=row.source,
            language=meta.language,
            task=Category(row.label) if row.label is not None else None,
            complexity=meta.complexity,
            traits=frozenset(meta.traits),
            before=tuple(map(clean, meta.before)),
            look_alike=meta.look_alike,
        )
    elif (source := _sources().get(row.source)) is not None:
        task = source.prompts.get(row.id) or source.labels.get(row.label or "")
        if task is not None:
            small = [row.scores[name] for name in source.small_models if name in row.scores]
            yield Example(
                id=row.id,
                text=clean(row.prompt),
                source=f"{source.name}:{row.label}" if source.labels else source.name,
                language=source.language,
                task=task,
                cheap=sum(small) / len(small) if small else None,
            )


class _Meta(Struct, frozen=True):
    language: str
    complexity: Complexity | None = None
    traits: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    look_alike: str | None = None


@cache
def _sources() -> Mapping[str, _Source]:
    text = (files(__package__) / "sources.toml").read_text("utf-8")
    return msgspec.toml.decode(text, type=dict[str, dict[str, _Source]])["sources"]
