"""The card says what the model was made of and how good it is."""

import re

import pytest

from backend.precheck.training.card import card
from backend.precheck.training.examples import Example
from backend.precheck.training.figures import Figures, LeftOut, Report
from shared.precheck import Category


def figures(f1: float) -> Figures:
    return Figures(
        prompts=1234,
        f1=f1,
        accuracy=0.9,
        calibration_error=0.02,
        sure=0.8,
        right_when_sure=0.97,
        levels_f1=0.7,
        by_language={"de": 0.91, "en": f1},
        by_task={task.value: 0.5 for task in Category},
    )


def report(small_models_fail: float | None = 0.66) -> Report:
    return Report(
        held_back=figures(0.811),
        measure=figures(0.922),
        follow_ups=figures(0.733),
        sources=[LeftOut(name="vicuna", prompts=77, f1=0.644, accuracy=0.655)],
        languages=[LeftOut(name="tr", prompts=1070, f1=0.688, accuracy=0.699)],
        small_models_fail=small_models_fail,
        examples={},
    )


EXAMPLES = [
    Example(id=f"{source}{language}{number}", text="", source=source, language=language)
    for source, language, count in (
        ("fairlead_1", "en", 3),
        ("fairlead_1", "de", 2),
        ("fairlead_2", "tr", 1),
        ("vicuna", "en", 1200),
        ("marks", "und", 4),
    )
    for number in range(count)
]
PAGE = card(report(), EXAMPLES, 2_400_000)


@pytest.mark.parametrize(
    "line",
    [
        "| fairlead_1 | 5 | de 2, en 3 |",
        "| fairlead_2 | 1 | tr 1 |",
        "| marks | 4 | und 4 |",
        "| vicuna | 1,200 | en 1,200 |",
        "| prompts kept back | 1,234 | 0.811 | 0.900 | 0.020 | 0.800 | 0.970 | 0.700 |",
        "| everyday prompts by a third hand | 1,234 | 0.922 | 0.900 | 0.020 | 0.800 | 0.970 | 0.700 |",
        "| follow-ups, in their conversation | 1,234 | 0.733 | 0.900 | 0.020 | 0.800 | 0.970 | 0.700 |",
        "| vicuna | 77 | 0.644 | 0.655 |",
        "| tr | 1,070 | 0.688 | 0.699 |",
        "Everyday prompts by language: de 0.91, en 0.92.",
        "## Limits",
    ],
)
def test_every_source_and_figure_has_its_line(line: str) -> None:
    assert line in PAGE.splitlines()


def test_it_says_how_large_the_model_is() -> None:
    assert "\n2.4 MB; " in PAGE


def test_every_task_is_listed() -> None:
    assert "By task: " + ", ".join(f"{task} 0.50" for task in Category) + "." in PAGE


def test_small_models_are_spoken_of_where_they_were_tried() -> None:
    assert "area under the curve 0.66." in PAGE
    assert "area under the curve" not in card(report(None), EXAMPLES, 1)


def test_tables_have_as_many_cells_in_every_row() -> None:
    tables = re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE)
    assert len(tables) == 3
    for table in tables:
        assert len({line.count("|") for line in table.splitlines()}) == 1
