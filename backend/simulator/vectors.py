"""Embeddings without a model: texts that share words are near to each other."""

from array import array
from base64 import b64encode
from hashlib import blake2b
from math import sqrt

from backend.simulator import tokens

_PLACES = 4
"""How many dimensions a word adds to or takes from."""


def embed(text: str, dimensions: int) -> list[float]:
    """The unit vector of a text, by hashing its words (Weinberger et al., 2009, "Feature hashing")."""
    vector = [0.0] * dimensions
    for token in tokens.split(text):
        digest = blake2b(token.strip().lower().encode("utf-8", "surrogatepass"), digest_size=4 * _PLACES).digest()
        for start in range(0, len(digest), 4):
            number = int.from_bytes(digest[start : start + 4], "big")
            vector[(number >> 1) % dimensions] += 1.0 if number & 1 else -1.0
    length = sqrt(sum(value * value for value in vector))
    if not length:
        return [1.0, *vector[1:]]
    return [round(value / length, 7) for value in vector]


def packed(vector: list[float]) -> str:
    """The vector as base64 of little-endian 32-bit floats."""
    return b64encode(array("f", vector).tobytes()).decode()
