import pytest

from backend.precheck import cues
from backend.precheck.complexity import COMPLEX_FROM, STANDARD_FROM, effort, level
from backend.precheck.reading import read
from shared.precheck import Category, Complexity


def points(text: str, category: Category = Category.WRITING) -> float:
    reading = read(text)
    return effort(reading, cues.find(reading), category, frozenset())


@pytest.mark.parametrize(
    ("score", "category", "expected"),
    [
        (0.0, Category.CODING, Complexity.SIMPLE),
        (STANDARD_FROM, Category.CODING, Complexity.STANDARD),
        (COMPLEX_FROM, Category.CODING, Complexity.COMPLEX),
        (COMPLEX_FROM, Category.MATH, Complexity.REASONING),
        (1.0, Category.REASONING, Complexity.REASONING),
    ],
)
def test_levels_begin_at_their_scores(score: float, category: Category, expected: Complexity) -> None:
    assert level(score, category) is expected


def test_demands_and_depth_raise_effort_and_brevity_lowers_it() -> None:
    plain = points("Write a text about trains")
    assert points("Write a comprehensive, rigorous text about trains") > plain
    assert points("Write a text about trains. It must be exactly ten lines and must not mention steam.") > plain
    assert points("Briefly, write a text about trains in one sentence") < plain


def test_pasted_material_hardly_counts_for_translations() -> None:
    long = "Translate this: " + "the sun was low over the hills " * 100
    assert level(points(long, Category.TRANSLATION), Category.TRANSLATION) is Complexity.SIMPLE
    assert points(long, Category.WRITING) > points(long, Category.TRANSLATION)


def test_effort_stays_between_zero_and_one() -> None:
    assert points("briefly, simply, hello", Category.CHAT) == 0.0
    everything = "prove rigorous theorem derive architecture must exactly at least without " * 500
    assert 0.9 < points(everything, Category.MATH) <= 1.0
