import pytest

from backend.precheck.complexity import level
from shared.precheck import Category, Complexity

STEPS = (0.3, 0.5)


@pytest.mark.parametrize(
    ("effort", "category", "told"),
    [
        (0.0, Category.MATH, Complexity.SIMPLE),
        (0.29, Category.CODING, Complexity.SIMPLE),
        (0.3, Category.CODING, Complexity.STANDARD),
        (0.49, Category.REASONING, Complexity.STANDARD),
        (0.5, Category.CODING, Complexity.COMPLEX),
        (0.5, Category.MATH, Complexity.REASONING),
        (1.0, Category.REASONING, Complexity.REASONING),
    ],
)
def test_levels_begin_at_their_steps_and_thinking_has_one_of_its_own(
    effort: float, category: Category, told: Complexity
) -> None:
    assert level(effort, STEPS, category) is told
