"""The artefact says the same before and after, and the one in the package is what it should be."""

from importlib.resources import files
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.precheck import learned
from backend.precheck.learned.concepts import Concepts, numbered, table
from backend.precheck.learned.features import FACTS, Features, Floats, features
from backend.precheck.learned.grams import KINDS, ROWS
from backend.precheck.learned.model import ARTEFACT, FORMAT, Model, Table, dump, parse, shipped
from backend.precheck.learned.verdict import COLUMNS, NEEDS, TASKS
from backend.precheck.training.lexicon import read_lexicon
from tests.backend.precheck.learned.models import FORMS, uneven

CONCEPTS = Path(__file__).parents[3] / "data/concepts"
KNOWN = Concepts(*table(numbered(FORMS)))
LARGEST, MOST_MEMORY = 5_000_000, 30_000_000
WEIGHTS = ("present", "leading", "facts")
TEXTS = [
    "",
    "Hello, please sum up this code: `print(1)`",
    "\ud800 hello \ud800",
    "Fasse den Artikel zusammen. " * 80,
    "\u8bf7\u628a\u8fd9\u6bb5\u8bdd\u7ffb\u8bd1\u6210\u82f1\u6587",
]


@pytest.fixture(scope="module")
def model() -> Model:
    return uneven(7)


@pytest.fixture(scope="module")
def artefact(model: Model) -> bytes:
    return dump(model)


@pytest.fixture(scope="module")
def parsed(artefact: bytes) -> Model:
    return parse(artefact)


def plainly(weights: Table, seen: Features) -> Floats:
    """The scores as they are meant, one number after the other."""
    scores = weights.bias.astype(np.float64).copy()
    begin = 0
    kinds = weights.kinds.astype(np.float64)
    if seen.pieces.lengthy:
        kinds[0] -= kinds[-1]
    for end, kind in zip(seen.pieces.ends, kinds, strict=True):
        rows = [weights.rows[row] * weights.rows_scale.astype(np.float64) for row in seen.pieces.rows[begin:end]]
        norm = sum(row[-1] for row in rows)
        for row in rows:
            scores += kind * row[:-1] / np.sqrt(norm)
        begin = end
    for concept, present, early in zip(seen.concepts, seen.present, seen.early, strict=True):
        scores += present * weights.present[concept] + early * weights.leading[concept]
    for fact, weight in zip(seen.facts, weights.facts, strict=True):
        scores += fact * weight
    return scores.astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(), max_size=120) | st.sampled_from(TEXTS))
def test_scores_are_those_of_a_plain_computation(model: Model, text: str) -> None:
    seen = features(text, text.lower(), KNOWN)
    assert np.allclose(model.table.scores(seen), plainly(model.table, seen), rtol=1e-3, atol=1e-2)


def test_weights_come_back_within_the_rounding_of_a_byte(model: Model, parsed: Model) -> None:
    for name in WEIGHTS:
        before, after = getattr(model.table, name), getattr(parsed.table, name)
        half_a_step = np.abs(before).max(0) / 127 / 2
        assert np.all(np.abs(before - after) <= half_a_step * 1.001), name
        assert after.dtype == np.float32


@pytest.mark.parametrize("text", TEXTS)
def test_scores_come_back_within_the_rounding(model: Model, parsed: Model, text: str) -> None:
    seen = features(text, text.lower(), KNOWN)
    steps = {name: np.abs(getattr(model.table, name)).max(0) / 127 / 2 for name in WEIGHTS}
    allowed = seen.facts.sum() * steps["facts"]
    allowed = allowed + seen.present.sum() * steps["present"] + seen.early.sum() * steps["leading"]
    error = np.abs(parsed.table.scores(seen) - model.table.scores(seen))
    assert np.all(error <= allowed * 1.01 + 1e-3)


def test_what_is_no_weight_comes_back_as_it_was(model: Model, parsed: Model) -> None:
    for name in ("calibration", "calibration_bias", "steps", "keys", "numbers"):
        assert np.array_equal(getattr(model, name), getattr(parsed, name)), name
    assert np.array_equal(model.table.bias, parsed.table.bias)
    assert np.array_equal(model.table.kinds, parsed.table.kinds)
    assert parsed.names == model.names


def test_the_same_model_is_always_the_same_bytes(artefact: bytes, parsed: Model) -> None:
    assert dump(uneven(7)) == artefact
    assert dump(uneven(8)) != artefact


def test_a_second_rounding_changes_nothing() -> None:
    assert dump(shipped()) == (files(learned) / ARTEFACT).read_bytes()


def altered(artefact: bytes, **arrays: object) -> bytes:
    target = BytesIO()
    with np.load(BytesIO(artefact)) as old:
        np.savez(target, allow_pickle=True, **{**old, **{name: np.array(value) for name, value in arrays.items()}})
    return target.getvalue()


@pytest.mark.parametrize("number", [0, FORMAT + 1])
def test_an_artefact_of_another_format_is_refused(artefact: bytes, number: int) -> None:
    with pytest.raises(ValueError, match=f"format {number}, not {FORMAT}"):
        parse(altered(artefact, format=number))


def test_an_artefact_with_objects_in_it_is_refused(artefact: bytes) -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        parse(altered(artefact, calibration=[{"an": "object"}]))


class TestShipped:
    def test_it_is_small_on_disk_and_in_memory(self) -> None:
        assert len((files(learned) / ARTEFACT).read_bytes()) <= LARGEST
        model = shipped()
        arrays = [getattr(model.table, name) for name in Table.__struct_fields__]
        arrays += [value for name in Model.__struct_fields__ if isinstance(value := getattr(model, name), np.ndarray)]
        arrays += [
            value for value in vars(Concepts(model.keys, model.numbers)).values() if isinstance(value, np.ndarray)
        ]
        assert len(arrays) >= 14
        assert sum(array.nbytes for array in {id(array): array for array in arrays}.values()) <= MOST_MEMORY

    def test_it_fits_the_code(self) -> None:
        model, concepts = shipped(), len(shipped().names)
        assert model.table.rows.shape == (ROWS, COLUMNS + 1)
        assert model.table.kinds.shape == (len(KINDS),)
        assert model.table.present.shape == model.table.leading.shape == (concepts, COLUMNS)
        assert model.table.facts.shape == (len(FACTS), COLUMNS)
        assert model.table.bias.shape == (COLUMNS,) == (len(TASKS) + 2 + len(NEEDS),)
        assert model.calibration.shape == (len(TASKS), len(TASKS))
        assert model.calibration_bias.shape == (len(TASKS),)
        assert 0 < model.steps[0] < model.steps[1] < 1

    def test_its_numbers_are_sound(self) -> None:
        model = shipped()
        for name in Table.__struct_fields__:
            assert np.isfinite(getattr(model.table, name)).all(), name
            assert np.abs(getattr(model.table, name)).max() > 0, name
        assert model.table.rows[:, -1].min() >= 0
        assert np.isfinite(model.calibration).all()
        assert np.isfinite(model.calibration_bias).all()

    def test_it_knows_the_concepts_of_the_lists(self) -> None:
        lexicon = read_lexicon(CONCEPTS)
        assert shipped().names == lexicon.names
        assert np.array_equal(shipped().keys, lexicon.keys)
        assert np.array_equal(shipped().numbers, lexicon.numbers)
