"""Features as a matrix, and the table that says the same as the matrix."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from backend.precheck.learned.concepts import Concepts
from backend.precheck.learned.features import FACTS, Floats, features
from backend.precheck.learned.grams import KINDS, LENGTHY, ROWS
from backend.precheck.learned.verdict import COLUMNS
from backend.precheck.training.design import CONCEPT_WEIGHT, KIND_WEIGHTS, RAREST, design
from backend.precheck.training.examples import Example, Kept
from backend.precheck.training.fit import Bench
from backend.precheck.training.lexicon import Lexicon


def example(text: str, **more: object) -> Example:
    return Example(id=text, text=text, source="fairlead_1", language="en", **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def lexicon(bench: Bench) -> Lexicon:
    return bench.lexicon


@pytest.fixture(scope="module")
def everything(bench: Bench) -> np.ndarray:
    return np.arange(len(bench.examples))


def scored(bench: Bench, rarity: Floats, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The scores of every third example by the matrix, and those by the table."""
    bias = np.random.default_rng(4).normal(size=COLUMNS)
    table = bench.design.table(weights, bias, rarity)
    known = Concepts(bench.lexicon.keys, bench.lexicon.numbers)
    places = [place for place, e in enumerate(bench.examples) if e.kept is None][::3]
    texts = [bench.examples[place].text for place in places]
    by_table = [table.scores(features(text, text.lower(), known)) for text in texts]
    return (bench.design.matrix(rarity) @ weights + bias)[places], np.array(by_table)


def test_the_table_agrees_with_the_matrix_where_bytes_hold_the_weights(bench: Bench) -> None:
    draw, rarity = np.random.default_rng(3), np.ones(ROWS, np.float32)
    weights = draw.normal(size=(bench.design.matrix(rarity).shape[1], COLUMNS))
    weights[:ROWS] = draw.integers(-127, 128, (ROWS, COLUMNS))
    by_matrix, by_table = scored(bench, rarity, weights)
    assert np.allclose(by_table, by_matrix, rtol=1e-4, atol=1e-2)


def test_other_weights_are_rounded_a_little(bench: Bench, everything: np.ndarray) -> None:
    rarity = bench.design.rarity(everything)
    weights = np.random.default_rng(3).normal(size=(bench.design.matrix(rarity).shape[1], COLUMNS))
    by_matrix, by_table = scored(bench, rarity, weights)
    assert np.square(by_table - by_matrix).mean() < 0.001 * np.square(by_matrix).mean()


def test_a_matrix_has_a_row_for_each_example_and_a_column_for_each_feature(
    bench: Bench, everything: np.ndarray
) -> None:
    matrix = bench.design.matrix(bench.design.rarity(everything))
    assert matrix.shape == (len(bench.examples), ROWS + 2 * len(bench.lexicon.names) + len(FACTS))
    assert np.isfinite(matrix.data).all()


@pytest.mark.parametrize("words", [3, 120])
@pytest.mark.parametrize("number", range(len(KINDS)))
def test_each_kind_of_piece_has_the_length_of_its_weight(lexicon: Lexicon, number: int, words: int) -> None:
    text = " ".join(f"word{place}" for place in range(words))
    seen = design([example(text)], lexicon)
    only = structs.replace(
        seen,
        kinds=tuple(kind * (place == number) for place, kind in enumerate(seen.kinds)),
        concepts=seen.concepts * 0,
        facts=seen.facts * 0,
    )
    row = only.matrix(np.ones(ROWS, np.float32)).toarray()[0, :ROWS]
    counted = seen.kinds[number].toarray()[0]
    lengthy = len(text) > LENGTHY
    assert counted.any() == (lengthy or KINDS[number] != "edges")
    weight = KIND_WEIGHTS[number] - (KIND_WEIGHTS[-1] if lengthy and number == 0 else 0)
    assert np.allclose(row, weight * counted / max(1, np.linalg.norm(np.sqrt(counted))), rtol=1e-4)


def test_the_rarer_a_piece_the_more_it_counts_and_one_seen_once_does_not(lexicon: Lexicon) -> None:
    seen = design([example("aaaa"), example("aaaa bbbb"), example("aaaa bbbb cccc")], lexicon)
    rarity = seen.rarity(np.arange(3))
    held = sum(np.asarray((kind > 0).sum(0)).ravel() for kind in seen.kinds[:-1])
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
