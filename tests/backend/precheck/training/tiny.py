"""Folders to train on in a second or two: some hundred English prompts, a few concepts, a few rows of other kinds."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

DATA = Path(__file__).parents[3] / "data"
PER_TASK = {"fairlead_1": 22, "fairlead_2": 10}
FOLLOW_UPS, NEEDING = 40, 14
MEASURED, EVERY_CONCEPT = 3, 8
NEEDS = ("image_input", "tools", "json")

Row = dict[str, Any]


class Folders(NamedTuple):
    data: Path
    measure: Path
    concepts: Path


def row(id: str, prompt: str | None = None, **more: Any) -> Row:
    """A row of Fairlead's own, but for what is said otherwise."""
    base: Row = {"id": id, "source": "fairlead_1", "label": "chat", "meta": {"language": "en", "complexity": "simple"}}
    return base | ({} if prompt is None else {"prompt": prompt}) | more


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(each)}\n" for each in rows), "utf-8")
    return path


def tiny(folder: Path) -> Folders:
    """Writes them, always the same ones."""
    found = Folders(folder / "data", folder / "measure", folder / "concepts")
    write(found.data / "own/en.jsonl", chosen(rows("prompts")))
    write(found.data / "public/router.jsonl", public())
    write(found.data / "marks.jsonl", marks())
    write(found.measure / "en.jsonl", first(rows("measure"), MEASURED))
    found.concepts.mkdir(parents=True)
    for language in ("de", "en"):
        lines = (DATA / f"concepts/{language}.txt").read_text("utf-8").splitlines()
        entries = [line for line in lines if ":" in line and not line.startswith("#")][::EVERY_CONCEPT]
        (found.concepts / f"{language}.txt").write_text("\n".join(["# ways of asking", *entries]), "utf-8")
    return found


def rows(folder: str) -> list[Row]:
    return [json.loads(line) for line in (DATA / folder / "en.jsonl").read_text("utf-8").splitlines()]


def first(all_of_them: Iterable[Row], count: int) -> Iterator[Row]:
    """The first so many of each task."""
    seen: dict[str, int] = defaultdict(int)
    for each in all_of_them:
        seen[each["label"]] += 1
        if seen[each["label"]] <= count:
            yield each


def chosen(all_of_them: list[Row]) -> list[Row]:
    alone = [each for each in all_of_them if not each["meta"].get("before")]
    after = [each for each in all_of_them if each["meta"].get("before")]
    found = [
        each for name, count in PER_TASK.items() for each in first((r for r in alone if r["source"] == name), count)
    ]
    for need in NEEDS:
        needing = [each for each in alone if need in each["meta"].get("traits", ()) and each not in found]
        found += needing[:NEEDING]
    return [*found, *after[:FOLLOW_UPS]]


def public() -> Iterator[Row]:
    """Sums as a public set has them, with how two small models did on each."""
    for number in range(12):
        failed = number % 3 == 0
        yield {
            "id": f"dc-{number}",
            "prompt": f"A train has {number + 3} cars of {number + 40} seats, {number} are taken. How many are free?",
            "label": "gsm8k",
            "source": "ulab-uiuc/LLMRouter dcrouter",
            "scores": {"gemma-2-9b-it": 0.0 if failed else 1.0, "qwen2.5-7b-instruct": 0.0, "gpt-4": 1.0},
        }


def marks() -> Iterator[Row]:
    """What people said at the desk, without their texts."""
    for number in range(4):
        yield {
            "id": f"mark-{number}",
            "source": "marks",
            "label": "coding",
            "meta": {"language": "en", "complexity": "standard", "said": ["category"], "was": "math"},
            "features": {"pieces": [[7, 2], [90_000 + number, 1]], "concepts": ["unheard_of"]},
        }
