import pytest

from backend.precheck import cues
from backend.precheck.category import weigh
from backend.precheck.follow_up import SHORT, follows_up
from backend.precheck.reading import read
from backend.precheck.structure import forms


def follows(text: str) -> bool:
    reading = read(text)
    return follows_up(reading, weigh(reading, cues.find(reading), forms(reading.text)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "continue",
        "and in Python?",
        "shorter",
        "why?",
        "weiter",
        "y en español",
        "\u7ee7\u7eed",
        "\u7d9a\u3051\u3066",
    ],
)
def test_short_prompts_without_a_task_follow_up(text: str) -> None:
    assert follows(text)


@pytest.mark.parametrize(
    "text",
    [
        "Translate this to German",
        "What is the capital of Australia?",
        "hello",
        "continue " + "and so on " * SHORT,
        "Write a function that sorts a list",
    ],
)
def test_prompts_with_a_task_of_their_own_do_not(text: str) -> None:
    assert not follows(text)
