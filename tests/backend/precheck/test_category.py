import pytest

from backend.precheck import cues
from backend.precheck.category import rank, weigh
from backend.precheck.reading import read
from backend.precheck.structure import forms
from shared.precheck import Category


def scores(text: str) -> dict[Category, float]:
    reading = read(text)
    return dict(rank(weigh(reading, cues.find(reading), forms(reading.text)).evidence))


def test_no_evidence_gives_no_scores() -> None:
    assert scores("") == {}
    assert scores("https://example.com/translate?q=python") == {}


def test_more_evidence_gives_more_certainty() -> None:
    vague = scores("function")[Category.CODING]
    clear = scores("Write a function in Python and fix this bug")[Category.CODING]
    assert 0 < vague < clear < 1


def test_scores_sum_to_less_than_one() -> None:
    assert sum(scores("Translate this Python code, summarize it, and draw a chart of the data").values()) < 1


def test_what_is_asked_for_at_the_ends_counts_more_than_what_is_quoted_between() -> None:
    quoted = "He said: translate this. " + "Nothing else happened on that long and quiet day. " * 3
    asked = scores("Summarize the following text. " + "It rained. " * 8 + quoted + "It rained. " * 8)
    assert asked[Category.SUMMARIZATION] > asked[Category.TRANSLATION] > 0


@pytest.mark.parametrize(
    ("prompt", "asked"),
    [("Translate this", Category.TRANSLATION), ("Write me something", Category.WRITING), ("hello", Category.CHAT)],
)
def test_the_task_asked_for_is_named(prompt: str, asked: Category) -> None:
    reading = read(prompt)
    assert asked in weigh(reading, cues.find(reading), forms(reading.text)).asked
