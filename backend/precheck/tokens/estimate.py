"""How many tokens a text is likely to be for every tokenizer at once, without any of them.

What a sign costs depends on its kind and on the kind of the sign before it: each tokenizer has a weight for every pair
of kinds, and a text is as many tokens as its pairs weigh. How the weights were fitted and how good they are stands in
`README.md` beside this file.
"""

from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from backend.precheck.tokens.tokenizers import USUAL, Tokenizer

WEIGHTS = Path(__file__).with_name("weights.npz")
AT_A_TIME = 1 << 16
"""Signs of a long text that are counted in one go, so that it needs little memory."""
SHORT = 3000
"""Signs up to which it is faster to look every pair up than to count the pairs first."""
PIECE = 1000
"""Pairs that are looked up in one go: what is found then fits into a small block of memory, which costs nothing."""

Weighed = NDArray[np.float64]
"""Tokens by tokenizer, in the order of `Tokenizer`; those of several texts add up."""

with np.load(WEIGHTS, allow_pickle=False) as _file:
    if [str(name) for name in _file["tokenizers"]] != list(Tokenizer):
        raise ImportError(f"{WEIGHTS.name} is of other tokenizers. Fit it anew: backend/precheck/training/tokens.py.")
    _KINDS: NDArray[np.intp] = _file["kinds"].astype(np.intp)
    _START = int(_file["start"])
    _WEIGHTS: NDArray[np.float32] = np.ascontiguousarray(_file["weights"].T, dtype=np.float32)
_MANY = int(_KINDS.max()) + 1
_PLACE = {tokenizer: place for place, tokenizer in enumerate(Tokenizer)}


class Size(Struct, frozen=True, kw_only=True, eq=False):
    """How long something is, whichever tokenizer counts it. `fixed` tokens do not depend on the tokenizer."""

    weighed: Weighed
    fixed: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(weighed=self.weighed + other.weighed, fixed=self.fixed + other.fixed)

    def tokens(self, tokenizer: Tokenizer = USUAL, ratio: float = 1.0) -> int:
        """Tokens for a tokenizer that counts `ratio` times what is estimated; at least 1 where there is any text."""
        weight = float(self.weighed[_PLACE[tokenizer]]) * ratio
        return self.fixed + (max(1, round(weight)) if weight else 0)


NOTHING = Size(weighed=np.zeros(len(Tokenizer)))


def weigh(text: str) -> Weighed:
    """Tokens of `text` by tokenizer, unrounded; linear in its length."""
    if not text:
        return np.zeros(len(Tokenizer))
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    total: Weighed = np.zeros(len(Tokenizer))
    if len(codes) <= SHORT:
        pairs = _pairs(codes, _START)
        for at in range(0, len(pairs), PIECE):
            total += _WEIGHTS.take(pairs[at : at + PIECE], axis=1).sum(axis=1)
        return total
    counts = np.zeros(_MANY * _MANY, dtype=np.int64)
    before = _START
    for at in range(0, len(codes), AT_A_TIME):
        pairs = _pairs(codes[at : at + AT_A_TIME], before)
        counts += np.bincount(pairs, minlength=len(counts))
        before = int(pairs[-1]) % _MANY
    total += _WEIGHTS @ counts.astype(np.float32)
    return total


def size_of(text: str, fixed: int = 0) -> Size:
    """The size of a text and so many tokens more."""
    return Size(weighed=weigh(text), fixed=fixed)


def estimate_tokens(text: str, tokenizer: Tokenizer = USUAL, ratio: float = 1.0) -> int:
    """Tokens of `text` for a tokenizer; at least 1 for a text that is not empty."""
    return max(1, round(float(weigh(text)[_PLACE[tokenizer]]) * ratio)) if text else 0


def _pairs(codes: NDArray[np.uint32], before: int) -> NDArray[np.intp]:
    """The number of each sign's pair with the sign before it; `before` is the kind of what stands before all."""
    kinds = _KINDS.take(codes, mode="clip")
    pairs = np.empty_like(kinds)
    pairs[0] = before
    pairs[1:] = kinds[:-1]
    pairs *= _MANY
    pairs += kinds
    return pairs
