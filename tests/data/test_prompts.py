"""The labelled prompts are well-formed, many, and of every kind that they are said to be."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import pytest
from msgspec import Meta, Struct

from shared.precheck import Category, Complexity, RiskCategory

TRAINING, MEASURE = (Path(__file__).parent / name for name in ("prompts", "measure"))
LANGUAGES = sorted(path.stem for path in TRAINING.glob("*.jsonl"))
SOURCES = {TRAINING: {"fairlead_1", "fairlead_2", "fairlead_3"}, MEASURE: {"fairlead_measure"}}
TRAITS = {
    *("typo", "lower", "voice", "terse", "polite", "long", "mixed", "translit", "exam", "misleading", "follow_up"),
    *("quoted_injection", "mail", "table", "code", "log", "article", "minutes", "image_input", "tools", "json"),
}

Text = Annotated[str, Meta(min_length=1)]


class About(Struct, frozen=True, forbid_unknown_fields=True):
    language: str
    complexity: Complexity
    traits: list[str] = []
    before: list[Text] = []
    look_alike: RiskCategory | None = None


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    prompt: Text
    label: Category
    source: str
    meta: About


def rows(language: str, folder: Path = TRAINING) -> Iterator[Row]:
    for line in (folder / f"{language}.jsonl").read_text(encoding="utf-8").splitlines():
        yield msgspec.json.decode(line, type=Row)


@pytest.fixture(scope="module")
def everything() -> list[Row]:
    return [row for folder in SOURCES for language in LANGUAGES for row in rows(language, folder)]


@pytest.mark.parametrize("folder", SOURCES, ids=lambda folder: folder.name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_is_what_the_readme_says(language: str, folder: Path) -> None:
    for row in rows(language, folder):
        assert row.id == hashlib.sha256("\n".join([*row.meta.before, row.prompt]).encode()).hexdigest()[:12]
        assert row.meta.language == language
        assert row.source in SOURCES[folder]
        assert TRAITS.issuperset(row.meta.traits), row.id
        assert not row.meta.before or "follow_up" in row.meta.traits, row.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_task_complexity_and_look_alike(language: str) -> None:
    found = list(rows(language))
    assert {row.label for row in found} == set(Category)
    assert {row.meta.complexity for row in found} == set(Complexity)
    assert {row.meta.look_alike for row in found} >= set(RiskCategory) - {RiskCategory.SECRET}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_task_is_measured_equally(language: str) -> None:
    counts = Counter(row.label for row in rows(language, MEASURE))
    assert set(counts) == set(Category)
    assert min(counts.values()) >= 5


def test_there_are_many_in_many_languages(everything: list[Row]) -> None:
    look_alikes = Counter(row.meta.look_alike for row in everything if row.meta.look_alike)
    assert len(everything) - look_alikes.total() >= 8_000
    assert look_alikes.total() >= 2_000
    assert len(LANGUAGES) >= 12


def test_none_is_there_twice(everything: list[Row]) -> None:
    def bare(row: Row) -> str:
        text = " | ".join([*row.meta.before, row.prompt])
        return re.sub(r"\W+", " ", text.lower()).strip() or text

    assert Counter(map(bare, everything)).most_common(1)[0][1] == 1


def test_nobody_real_is_named_by_address(everything: list[Row]) -> None:
    for row in everything:
        for domain in re.findall(r"[\w.+-]+@([a-z][\w-]*(?:\.[a-z][\w-]*)*\.[a-z]{2,})", row.prompt):
            assert re.search(r"(^|\.)example(\.[a-z]+)*$", domain), (row.id, domain)
