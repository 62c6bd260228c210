import pytest

from backend.precheck.signals import explain
from backend.precheck.structure import Form
from shared.precheck import Category, Complexity


def signals(category: Category, *, asked: bool, follows: bool = False, long: bool = False) -> list[str]:
    return list(
        explain(
            category,
            frozenset({category} if asked else ()),
            frozenset({Form.TABLE}),
            Complexity.STANDARD,
            follows=follows,
            long=long,
        )
    )


@pytest.mark.parametrize("category", [c for c in Category if c is not Category.OTHER])
def test_asking_for_a_task_reads_differently_from_speaking_of_it(category: Category) -> None:
    asked, spoken = signals(category, asked=True), signals(category, asked=False)
    assert asked[0] != spoken[0]
    assert asked[1:] == spoken[1:] == ["Contains a table"]


def test_no_task_a_follow_up_and_great_length_are_said() -> None:
    assert signals(Category.OTHER, asked=False)[0] == "No task to be seen"
    assert "Continues the conversation" in signals(Category.CODING, asked=True, follows=True)
    assert "Very long" in signals(Category.CODING, asked=True, long=True)
