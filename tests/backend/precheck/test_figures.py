"""The model in the package is as good as its figures say, on prompts that it never saw, and good enough."""

from importlib.resources import files
from pathlib import Path

import msgspec
import pytest
from sklearn.metrics import f1_score

from backend.precheck import learned
from backend.precheck.check import check
from backend.precheck.learned.model import shipped
from backend.precheck.learned.verdict import TASKS
from backend.precheck.training.examples import Example, read
from backend.precheck.training.figures import Figures, Report, figures

DATA = Path(__file__).parents[2] / "data"
WITHIN = 0.002
LEAST_F1, MOST_CALIBRATION_ERROR = 0.90, 0.05


@pytest.fixture(scope="module")
def written() -> Report:
    return msgspec.json.decode((files(learned) / "figures.json").read_bytes(), type=Report)


@pytest.fixture(scope="module")
def held_back() -> list[Example]:
    return [e for e in read([DATA / "prompts"]) if e.held_back]


@pytest.fixture(scope="module")
def measure() -> list[Example]:
    return read([DATA / "measure"])


@pytest.fixture(scope="module")
def measured(measure: list[Example]) -> Figures:
    return figures(shipped(), measure)


def compare(found: Figures, expected: Figures) -> None:
    assert found.prompts == expected.prompts
    told, said = (msgspec.to_builtins(each) for each in (found, expected))
    for name, figure in said.items():
        assert told[name] == pytest.approx(figure, abs=WITHIN), name


def test_prompts_kept_back_are_told_as_well_as_is_said(written: Report, held_back: list[Example]) -> None:
    compare(figures(shipped(), [e for e in held_back if not e.follows]), written.held_back)


def test_follow_ups_are_told_as_well_as_is_said(written: Report, held_back: list[Example]) -> None:
    compare(figures(shipped(), [e for e in held_back if e.follows]), written.follow_ups)


def test_a_third_hands_prompts_are_told_as_well_as_is_said(written: Report, measured: Figures) -> None:
    compare(measured, written.measure)


def test_they_are_told_well_enough(measured: Figures) -> None:
    assert measured.f1 >= LEAST_F1
    assert measured.calibration_error <= MOST_CALIBRATION_ERROR


def test_the_whole_check_tells_them_as_well(measure: list[Example], measured: Figures) -> None:
    found = [TASKS.index(check(e.text, history=e.before).category) for e in measure]
    labels = [TASKS.index(e.task) for e in measure if e.task is not None]
    assert f1_score(labels, found, average="macro") == pytest.approx(measured.f1, abs=WITHIN)


def words(example: Example) -> str:
    return "\n".join((*example.before, example.text)).casefold()


def test_no_words_of_theirs_were_trained_on(measure: list[Example]) -> None:
    trained = {words(e) for e in read([DATA / "prompts"]) if not e.held_back}
    assert not [e.id for e in measure if words(e) in trained and any(map(str.isalpha, e.text))]


def test_the_card_tells_the_same(written: Report) -> None:
    page = (files(learned) / "MODEL_CARD.md").read_text("utf-8")
    for found in (written.held_back, written.measure, written.follow_ups):
        assert f"| {found.prompts:,} | {found.f1:.3f} | {found.accuracy:.3f} | {found.calibration_error:.3f} |" in page
    assert all(f"| {source} | {count:,} |" in page for source, count in written.examples.items())
