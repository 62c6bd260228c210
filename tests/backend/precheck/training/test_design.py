"""Features as a matrix, and the table that says the same as the matrix."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.precheck.learned.concepts import Concepts
from backend.precheck.learned.features import FACTS, features
from backend.precheck.learned.grams import KINDS, ROWS
from backend.precheck.learned.verdict import COLUMNS
from backend.precheck.training.design import CONCEPT_WEIGHT, RAREST, Design, design
from backend.precheck.training.examples import Example, Kept
from backend.precheck.training.fit import Bench
from backend.precheck.training.lexicon import Lexicon

ROUNDING = 0.15
"""What weights of the size 1 may differ by when each is one byte."""


def example(text: str, **more: object) -> Example:
    return Example(id=text, text=text, source="fairlead_1", language="en", **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def lexicon(bench: Bench) -> Lexicon:
    return bench.lexicon


@pytest.fixture(scope="module")
def everything(bench: Bench) -> np.ndarray:
    return np.arange(len(bench.examples))


def test_the_table_agrees_with_the_matrix_within_the_rounding_of_a_byte(bench: Bench, everything: np.ndarray) -> None:
    draw = np.random.default_rng(3)
    rarity = bench.design.rarity(everything)
    matrix = bench.design.matrix(rarity)
    weights, bias = draw.normal(size=(matrix.shape[1], COLUMNS)), draw.normal(size=COLUMNS)
    expected = matrix @ weights + bias
    table = bench.design.table(weights, bias, rarity)
    known = Concepts(bench.lexicon.keys, bench.lexicon.numbers)
    for place in range(0, len(bench.examples), 3):
        text = bench.examples[place].text
        if bench.examples[place].kept is None:
            scores = table.scores(features(text, text.lower(), known))
            assert np.allclose(scores, expected[place], rtol=1e-3, atol=ROUNDING), text


def test_a_matrix_has_a_row_for_each_example_and_a_column_for_each_feature(
    bench: Bench, everything: np.ndarray
) -> None:
    matrix = bench.design.matrix(bench.design.rarity(everything))
    assert matrix.shape == (len(bench.examples), ROWS + 2 * len(bench.lexicon.names) + len(FACTS))
    assert np.isfinite(matrix.data).all()


def test_each_kind_of_piece_has_the_length_of_its_weight(bench: Bench) -> None:
    rarity = np.ones(ROWS, np.float32)
    texts = [e for e in bench.examples if e.kept is None][:40]
    seen = design(texts, bench.lexicon)
    for place, kind in enumerate(seen.kinds):
        only = Design(
            kinds=tuple(each if each is kind else each * 0 for each in seen.kinds),
            weights=seen.weights,
            concepts=seen.concepts * 0,
            facts=seen.facts * 0,
            count=seen.count,
        )
        row = only.matrix(rarity)[0].toarray()[0, :ROWS]
        counted = kind[0].toarray()[0]
        length = np.sqrt(max(1, counted.sum()))
        assert np.allclose(row, seen.weights[0, place] * counted / length, rtol=1e-4)


def test_the_rarer_a_piece_the_more_it_counts_and_one_seen_once_does_not(lexicon: Lexicon) -> None:
    seen = design([example("aaaa"), example("aaaa bbbb"), example("aaaa bbbb cccc")], lexicon)
    rarity = seen.rarity(np.arange(3))
    held = sum(np.asarray((kind > 0).sum(0)).ravel() for kind in seen.kinds)
    assert RAREST == 2
    assert np.all(rarity[held < RAREST] == 0)
    twice, thrice = rarity[held == 2], rarity[held == 3]
    assert len(twice)
    assert len(thrice)
    assert twice.min() > thrice.max() > 0


def test_rarity_is_of_what_is_trained_on_alone(lexicon: Lexicon) -> None:
    texts = [example("aaaa"), example("aaaa bbbb"), example("dddd"), example("dddd eeee")]
    whole, part = design(texts, lexicon), design(texts[:2], lexicon)
    assert np.array_equal(whole.rarity(np.array([0, 1])), part.rarity(np.arange(2)))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=60), min_size=1, max_size=5))
def test_any_texts_make_a_matrix(lexicon: Lexicon, texts: list[str]) -> None:
    seen = design([example(text) for text in texts], lexicon)
    matrix = seen.matrix(seen.rarity(np.arange(len(texts))))
    assert matrix.shape[0] == len(texts)
    assert np.isfinite(matrix.data).all()
    assert len(seen.kinds) == len(KINDS)


def test_concepts_have_a_column_and_those_that_come_early_another(lexicon: Lexicon) -> None:
    known = Concepts(lexicon.keys, lexicon.numbers)
    text = "please translate this, show me how, and write a poem"
    found = features(text, text, known)
    row = design([example(text)], lexicon).concepts.toarray()[0]
    count = len(lexicon.names)
    assert len(found.concepts) > 0
    assert np.flatnonzero(row[:count]).tolist() == found.concepts.tolist()
    assert row[count:][found.concepts].tolist() == found.early.tolist()


def test_of_a_text_that_was_not_kept_its_features_count(lexicon: Lexicon) -> None:
    kept = Kept(pieces=[(5, 3), (9, 1), (ROWS + 2, 2)], concepts=[lexicon.names[4], "unheard_of"])
    seen = design([example("", kept=kept), example("", kept=Kept(pieces=[]))], lexicon)
    runs, *others = (kind.toarray() for kind in seen.kinds)
    assert {place: runs[0, place] for place in np.flatnonzero(runs[0]).tolist()} == {2: 2, 5: 3, 9: 1}
    assert np.flatnonzero(seen.concepts.toarray()[0]).tolist() == [4]
    assert not any(other.any() for other in others)
    assert not runs[1].any()
    assert not seen.facts.toarray().any()
    table = seen.matrix(np.ones(ROWS, np.float32)).toarray()
    assert np.isfinite(table).all()
    assert table[0, ROWS + 4] == pytest.approx(CONCEPT_WEIGHT)
