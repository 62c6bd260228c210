import pytest

from backend.precheck.recommend import SURE, recommend
from shared.precheck import Category, Complexity

FAMILIES = {"general", "code", "writing", "research", "data", "reasoning", "translation", "images"}


@pytest.mark.parametrize("category", Category)
def test_a_doubtful_task_goes_to_the_general_assistant(category: Category) -> None:
    assert recommend(category, Complexity.COMPLEX, SURE - 0.01) == "general"


def test_every_family_is_reached_and_none_invented() -> None:
    assert {recommend(c, x, 1.0) for c in Category for x in Complexity} == FAMILIES


@pytest.mark.parametrize("category", [Category.RESEARCH, Category.MATH, Category.SUMMARIZATION])
def test_simple_questions_need_no_specialist(category: Category) -> None:
    assert recommend(category, Complexity.SIMPLE, 1.0) == "general"
    assert recommend(category, Complexity.STANDARD, 1.0) != "general"
