"""Figures of models whose answers are known."""

import msgspec
import numpy as np
import pytest
from msgspec import structs

from backend.precheck.learned.model import Model
from backend.precheck.learned.verdict import COLUMNS, EFFORT, FOLLOWS, TASKS
from backend.precheck.training.examples import Example, read
from backend.precheck.training.figures import SURE, Report, figures, report
from backend.precheck.training.fit import Bench
from shared.precheck import Category, Complexity
from tests.backend.precheck.learned.models import flat
from tests.backend.precheck.training.tiny import Folders

MATH = TASKS.index(Category.MATH)


def always(share: float, *, effort: float = 0.0) -> Model:
    """A model that takes everything for mathematics, with this probability."""
    bias = np.zeros(COLUMNS, np.float32)
    bias[MATH] = np.log(share * (len(TASKS) - 1) / (1 - share))
    bias[EFFORT], bias[FOLLOWS] = effort, -20
    return flat(bias)


def example(id: str, task: Category, language: str = "en", complexity: Complexity = Complexity.SIMPLE) -> Example:
    return Example(id=id, text=id, source="fairlead_1", language=language, task=task, complexity=complexity)


EXAMPLES = [
    *(example(f"sum {number}", Category.MATH) for number in range(6)),
    *(example(f"code {number}", Category.CODING, "de", Complexity.REASONING) for number in range(2)),
]


def test_shares_are_those_counted_by_hand() -> None:
    found = figures(always(0.9, effort=0.3), EXAMPLES)
    f1_of_math = 2 * 6 / (2 * 6 + 2)
    assert found.prompts == 8
    assert found.accuracy == 0.75
    assert found.f1 == pytest.approx(f1_of_math / 2, abs=1e-4)
    assert found.calibration_error == pytest.approx(0.15, abs=1e-4)
    assert (found.sure, found.right_when_sure) == (1.0, 0.75)
    assert found.by_language == {"de": 0.0, "en": 1.0}
    assert found.by_task[Category.MATH] == pytest.approx(f1_of_math, abs=1e-4)
    assert found.by_task[Category.CODING] == 0
    assert found.levels_f1 == 0


@pytest.mark.parametrize(("share", "sure"), [(SURE + 0.01, 1.0), (SURE - 0.01, 0.0)])
def test_sure_is_what_is_told_with_so_much_confidence(share: float, sure: float) -> None:
    found = figures(always(share), EXAMPLES)
    assert (found.sure, found.right_when_sure) == (sure, 0.75 * sure)


@pytest.mark.parametrize(
    ("effort", "right"), [(0.1, [Complexity.SIMPLE]), (0.6, [Complexity.COMPLEX, Complexity.REASONING])]
)
def test_levels_are_told_by_the_steps_of_the_model(effort: float, right: list[Complexity]) -> None:
    examples = [example(str(level), Category.MATH, complexity=level) for level in right]
    assert figures(always(0.9, effort=effort), examples).levels_f1 == 1


def test_a_follow_up_is_judged_in_its_conversation() -> None:
    after = structs.replace(example("and now", Category.MATH), before=("sum",))
    bias = np.zeros(COLUMNS, np.float32)
    bias[FOLLOWS] = 20
    assert figures(flat(bias), [after]).prompts == 1
    assert figures(always(0.9), [after]).accuracy == 1


@pytest.fixture(scope="module")
def reported(bench: Bench, fitted: Model, folders: Folders) -> Report:
    return report(bench, fitted, read([folders.measure]))


def test_a_report_is_of_all_that_was_not_trained_on(bench: Bench, reported: Report, folders: Folders) -> None:
    held = [e for e in bench.examples if e.held_back]
    assert reported.held_back.prompts == sum(not e.follows for e in held) > 0
    assert reported.follow_ups.prompts == sum(e.follows for e in held) > 0
    assert reported.measure.prompts == len(read([folders.measure])) > 0
    assert sum(reported.examples.values()) == len(bench.examples)
    assert reported.measure.f1 > 0.5


def test_each_source_is_left_out_once(bench: Bench, reported: Report) -> None:
    trained = [e for e in bench.examples if not e.held_back and not e.follows]
    assert {left.name: left.prompts for left in reported.sources} == {
        source: sum(e.source == source for e in trained) for source in {e.source for e in trained}
    }
    assert all(0 <= left.f1 <= 1 and 0 <= left.accuracy <= 1 for left in reported.sources)


def test_a_language_without_which_nothing_is_left_is_not_left_out(reported: Report) -> None:
    assert reported.languages == []


def test_it_says_whether_effort_is_where_small_models_fail(bench: Bench, fitted: Model, reported: Report) -> None:
    assert reported.small_models_fail is not None
    assert 0 <= reported.small_models_fail <= 1
    own = Bench([e for e in bench.examples if e.cheap is None], bench.lexicon)
    assert report(own, fitted, EXAMPLES).small_models_fail is None


def test_a_report_can_be_written_and_read(reported: Report) -> None:
    assert msgspec.json.decode(msgspec.json.encode(reported), type=Report) == reported
