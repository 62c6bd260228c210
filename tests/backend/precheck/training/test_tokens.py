"""Fitting the weights of token estimates."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.precheck.tokens.tokenizers import Tokenizer
from backend.precheck.training.nonnegative import least_squares
from backend.precheck.training.token_signs import BMP, kinds
from backend.precheck.training.tokens import errors, fit, main, prepare, read

WORDS = tuple(f"{start}{end}" for start in ("sh", "c", "qu", "b", "h") for end in ("ip", "ame", "ay", "arrel", "12"))


def invented(count: int = 60) -> list[dict[str, Any]]:
    """Texts of a tokenizer that splits at spaces and has one token for a sign of Chinese."""
    random = np.random.default_rng(5)
    rows = []
    for at in range(count):
        words = list(random.choice(WORDS, size=40 + at))
        text = " ".join(words) + "\u6e2f" * at
        rows.append(
            {
                "text": text,
                "kind": ("prose", "code", "cjk")[at % 3],
                "source": f"source {at % 4}",
                "tokens": dict.fromkeys(Tokenizer, len(words) + at),
            }
        )
    return rows


def write(folder: Path, rows: list[dict[str, Any]]) -> Path:
    folder.mkdir()
    (folder / "texts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return folder


class TestBadFolder:
    def test_an_empty_one_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="no counted texts"):
            read(tmp_path)

    def test_a_text_that_was_not_counted_is_refused(self, tmp_path: Path) -> None:
        [row, *_] = invented(1)
        del row["tokens"][Tokenizer.QWEN]
        with pytest.raises(ValueError, match="has no qwen"):
            read(write(tmp_path / "texts", [row]))
        with pytest.raises(ValueError, match=r"has no .*text"):
            read(write(tmp_path / "more", [{"kind": "prose", "source": "s", "tokens": {}}]))


def test_a_simple_tokenizer_is_learned() -> None:
    texts, _, _, many = prepare(invented())
    even = np.arange(len(texts.pairs)) % 2 == 0
    weights = fit(texts, even, many)
    assert weights.min() >= 0
    assert np.median(errors(texts, weights, np.flatnonzero(~even))) < 0.05


def test_the_same_folder_gives_the_same_weights(tmp_path: Path) -> None:
    folder = write(tmp_path / "texts", invented())
    found = []
    for name in ("first", "second"):
        into = tmp_path / name
        into.mkdir()
        main([str(folder), "--into", str(into)])
        assert "| o200k |" in (into / "measured.md").read_text("utf-8")
        with np.load(into / "weights.npz", allow_pickle=False) as file:
            found.append({key: file[key] for key in file.files})
    assert found[0].keys() == found[1].keys() == {"tokenizers", "kinds", "start", "weights"}
    assert all(np.array_equal(found[0][key], found[1][key]) for key in found[0])


def test_every_sign_has_a_kind_and_frequent_ones_are_told_apart() -> None:
    table, names = kinds(["\u6e2f" * 9, "\u8239"])
    assert len(table) == BMP + 1
    assert table.max() == len(names) - 1 < 255
    assert table[ord("a")] != table[ord("b")] != table[ord("A")]
    assert table[0x6E2F] == table[0x8239] != table[0x9F98]
    assert names[table[BMP]] == "beyond"


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_least_squares_find_weights_that_are_not_negative(seed: int) -> None:
    random = np.random.default_rng(seed)
    given_ = random.random((40, 5)).astype(np.float32)
    true = np.maximum(random.normal(size=(5, 2)), 0).astype(np.float32)
    near = np.full((5, 2), 0.5, dtype=np.float32)
    found = least_squares(given_, given_ @ true, near, hold=1e-7, steps=500)
    assert found.min() >= 0
    assert np.abs(given_ @ found - given_ @ true).max() < 0.1
