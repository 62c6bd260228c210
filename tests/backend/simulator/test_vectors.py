from array import array
from base64 import b64decode
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.simulator.vectors import embed, packed


@given(text=st.text(max_size=200), dimensions=st.integers(1, 300))
def test_every_vector_is_a_unit_and_the_same_again(text: str, dimensions: int) -> None:
    vector = embed(text, dimensions)
    assert len(vector) == dimensions
    assert sqrt(sum(value * value for value in vector)) == pytest.approx(1, abs=1e-4)
    assert embed(text, dimensions) == vector


def test_texts_that_share_words_are_near() -> None:
    def nearness(one: str, other: str) -> float:
        return sum(a * b for a, b in zip(embed(one, 512), embed(other, 512), strict=True))

    assert nearness("The red boat sails", "the RED ship sails") > 0.5 > nearness("The red boat sails", "pay your tax")


def test_a_packed_vector_is_unpacked_as_it_was() -> None:
    values = array("f")
    values.frombytes(b64decode(packed([0.5, -0.25])))
    assert values.tolist() == [0.5, -0.25]
