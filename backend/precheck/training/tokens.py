"""Fits the weights by which tokens are estimated: `python -m backend.precheck.training.tokens FOLDER`.

FOLDER holds JSON Lines of texts that were counted by the real tokenizers: `{"text", "kind", "source", "tokens"}`, where
`kind` is prose, code or cjk and `tokens` has a count for each `Tokenizer`. Every source is left out once to measure how
good the estimate is on texts of another hand; then all are fitted and written beside the code, with what was measured.
The same folder gives the same weights.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from backend.precheck.tokens.tokenizers import Tokenizer
from backend.precheck.training.nonnegative import least_squares
from backend.precheck.training.token_signs import BMP, kinds

FOLDER = Path(__file__).parents[1] / "tokens"
SEEN = 40
"""How often a pair of kinds must occur to have a weight of its own; a rarer one weighs what its sign weighs."""
HOLD = 1e-7
"""How strongly a pair is held to the weight of its sign, where texts say little of it."""
SHORTEST = 150
"""Characters from which a text counts in what is measured."""

Floats = NDArray[np.float32]


class Texts(Struct, frozen=True):
    """Counted texts: how often each has each pair of kinds, and how many tokens it has by tokenizer."""

    pairs: list[tuple[NDArray[np.int64], NDArray[np.int64]]]
    tokens: NDArray[np.float64]
    sources: NDArray[np.str_]
    text_kinds: NDArray[np.str_]
    lengths: NDArray[np.int64]


class Fit(Struct, frozen=True):
    """The kinds of signs and a weight for each pair of kinds, by tokenizer."""

    kinds: NDArray[np.uint8]
    start: int
    weights: Floats


def read(folder: Path) -> list[dict[str, object]]:
    """The counted texts. Raises `ValueError` for a line that lacks something."""
    rows = [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.open(encoding="utf-8")]
    for row in rows:
        if missing := {"text", "kind", "source", "tokens"} - row.keys() | set(Tokenizer) - row["tokens"].keys():
            raise ValueError(f"A text has no {', '.join(sorted(missing))}.")
    if not rows:
        raise ValueError(f"There are no counted texts in {folder}.")
    return rows


def prepare(rows: Sequence[dict[str, object]]) -> tuple[Texts, NDArray[np.uint8], int, int]:
    """The texts with the kinds of signs: how often pairs of kinds occur, the kind that stands first, and how many."""
    table, names = kinds(str(row["text"]) for row in rows)
    start, many = names.index("\n"), len(names)
    found = [pairs_of(str(row["text"]), table, start, many) for row in rows]
    counts = [[row["tokens"][name] for name in Tokenizer] for row in rows]  # type: ignore[index]
    texts = Texts(
        pairs=found,
        tokens=np.array(counts, dtype=np.float64),
        sources=np.array([row["source"] for row in rows]),
        text_kinds=np.array([row["kind"] for row in rows]),
        lengths=np.array([len(str(row["text"])) for row in rows]),
    )
    return texts, table, start, many


def pairs_of(text: str, table: NDArray[np.uint8], start: int, many: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pairs of kinds in a text and how often each occurs."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    found = table[np.minimum(codes, BMP)].astype(np.int64)
    pairs, counts = np.unique(found + many * np.concatenate(([start], found[:-1])), return_counts=True)
    return pairs, counts.astype(np.int64)


def fit(texts: Texts, chosen: NDArray[np.bool_], many: int) -> Floats:
    """Weights by pair and tokenizer that make the squares of the relative errors small; none is negative."""
    rows = np.flatnonzero(chosen)
    seen = np.zeros(many * many, dtype=np.int64)
    for row in rows:
        seen[texts.pairs[row][0]] += texts.pairs[row][1]
    kept = np.flatnonzero(seen >= SEEN)
    place = np.full(many * many, -1)
    place[kept] = np.arange(len(kept))
    signs = np.zeros((len(rows), many), dtype=np.float32)
    rest = np.zeros((len(rows), many), dtype=np.float32)
    own = np.zeros((len(rows), len(kept)), dtype=np.float32)
    for at, row in enumerate(rows):
        pairs, counts = texts.pairs[row]
        rare = place[pairs] < 0
        np.add.at(signs[at], pairs % many, counts)
        np.add.at(rest[at], pairs[rare] % many, counts[rare])
        own[at, place[pairs[~rare]]] = counts[~rare]
    scale = (1 / texts.tokens[rows].mean(axis=1))[:, None].astype(np.float32)
    wanted = (texts.tokens[rows] * scale).astype(np.float32)
    half = np.full((many, len(Tokenizer)), 0.5, dtype=np.float32)
    by_sign = least_squares(signs * scale, wanted, half, hold=HOLD, steps=3000)
    left = wanted - (rest * scale) @ by_sign
    by_pair = least_squares(own * scale, left, by_sign[kept % many], hold=HOLD, steps=400)
    weights = np.tile(by_sign, (many, 1))
    weights[kept] = by_pair
    return weights


def errors(texts: Texts, weights: Floats, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Absolute relative errors by text and tokenizer."""
    estimates = [(weights[pairs] * counts[:, None]).sum(axis=0) for pairs, counts in (texts.pairs[r] for r in rows)]
    found: NDArray[np.float64] = np.abs(np.array(estimates) / texts.tokens[rows] - 1)
    return found


def measured(texts: Texts, many: int) -> str:
    """A table of errors on sources that were left out, as Markdown."""
    long = texts.lengths >= SHORTEST
    found = np.zeros_like(texts.tokens)
    for source in sorted(set(texts.sources)):
        out = texts.sources == source
        rows = np.flatnonzero(out & long)
        if len(rows):
            found[rows] = errors(texts, fit(texts, ~out, many), rows)
    columns = sorted(set(texts.text_kinds))
    lines = ["| tokenizer | " + " | ".join(columns) + " |", "| --- |" + " --- |" * len(columns)]
    for at, tokenizer in enumerate(Tokenizer):
        cells = []
        for kind in columns:
            part = found[long & (texts.text_kinds == kind), at]
            cells.append(f"{np.median(part):.1%}, {np.quantile(part, 0.9):.0%}")
        lines.append(f"| {tokenizer} | " + " | ".join(cells) + " |")
    counts = ", ".join(f"{int((long & (texts.text_kinds == kind)).sum()):,} {kind}" for kind in columns)
    return "\n".join([f"Texts: {counts}; {len(set(texts.sources))} sources.", "", *lines, ""])


def main(arguments: Sequence[str]) -> None:
    """Measures, fits and writes."""
    parser = ArgumentParser(prog="python -m backend.precheck.training.tokens")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--into", type=Path, default=FOLDER)
    given = parser.parse_args(arguments)
    texts, table, start, many = prepare(read(given.folder))
    given.into.joinpath("measured.md").write_text(measured(texts, many), encoding="utf-8")
    weights = fit(texts, np.ones(len(texts.pairs), dtype=np.bool_), many)
    np.savez_compressed(
        given.into / "weights.npz",
        tokenizers=np.array([tokenizer.value for tokenizer in Tokenizer]),
        kinds=table,
        start=np.array(start),
        weights=weights.astype(np.float16),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
