from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.simulator import prose
from backend.simulator.prose.length import Length, wanted
from backend.simulator.prose.task import Task, recognise
from backend.simulator.prose.topic import find


def written(prompt: str, *, json: bool = False, seed: int = 1) -> str:
    return prose.write(prompt, json=json, wordiness=1.0, random=Random(seed))


@given(st.text(max_size=300), st.booleans())
def test_any_prompt_gets_an_answer_that_says_it_is_simulated(prompt: str, json: bool) -> None:
    assert "imulat" in written(prompt, json=json)


@given(st.text(max_size=300))
def test_the_same_prompt_and_seed_get_the_same_answer(prompt: str) -> None:
    assert written(prompt) == written(prompt)


@pytest.mark.parametrize("words", [50, 120, 500, 2_000, 10_000])
def test_a_number_of_words_is_kept(words: int) -> None:
    count = len(written(f"Explain how glaciers shape valleys in {words} words").split())
    assert abs(count - words) <= 12


@pytest.mark.parametrize(
    ("prompt", "length"),
    [
        ("in 500 words", Length(500, exact=True)),
        ("a 1,200-word essay", Length(1_200, exact=True)),
        ("in two sentences", Length(32, exact=True)),
        ("3 paragraphs on rivers", Length(180, exact=True)),
        ("999999999999999 words", Length(20_000, exact=True)),
        ("0 words", Length(1, exact=True)),
        ("briefly: rivers", Length(40, exact=False)),
        ("in detail: rivers", Length(500, exact=False)),
    ],
)
def test_lengths_are_understood(prompt: str, length: Length) -> None:
    assert wanted(prompt) == length


def test_a_longer_prompt_gets_a_longer_answer() -> None:
    assert len(written("Why do rivers bend as they do here " * 20)) > len(written("Why do rivers bend as they do"))


@pytest.mark.parametrize(
    ("prompt", "task"),
    [
        ("hi", Task.CHAT),
        ("Thanks a lot!", Task.CHAT),
        ("Write a Python function that parses dates", Task.CODE),
        ("Why does ```x = 1``` not work", Task.CODE),
        ("Make a table of rivers by length", Task.TABLE),
        ("Translate to German: the house is old", Task.TRANSLATION),
        ("Why is the sky blue and not green?", Task.ARTICLE),
    ],
)
def test_tasks_are_recognised(prompt: str, task: Task) -> None:
    assert recognise(prompt) is task


@pytest.mark.parametrize(
    ("prompt", "language"),
    [
        ("write code", "python"),
        ("a SQL query for orders", "sql"),
        ("a TypeScript function", "typescript"),
        ("a JavaScript function", "javascript"),
        ("a bash script", "bash"),
        ("a Rust function", "rust"),
        ("a golang function", "go"),
    ],
)
def test_code_comes_in_the_language_asked_for(prompt: str, language: str) -> None:
    assert f"```{language}\n" in written(prompt)


def test_python_code_compiles() -> None:
    code = written("Write a Python function to sort numbers").partition("```python\n")[2].partition("```")[0]
    compile(code, "answer", "exec")


@pytest.mark.parametrize("rows", [3, 12, 40])
def test_the_total_of_a_table_is_the_sum_of_its_rows(rows: int) -> None:
    lines = [line.split("|") for line in written(f"a table with {rows} rows").splitlines() if line.startswith("| ")]
    amounts = [int(line[2].replace(",", "").replace("*", "")) for line in lines[2:]]
    assert len(amounts) == rows + 1
    assert sum(amounts[:-1]) == amounts[-1]


def test_a_table_asked_for_as_csv_comes_as_csv_too() -> None:
    assert "```csv\nregion,amount" in written("sales figures as CSV")


@pytest.mark.parametrize(
    ("prompt", "start"),
    [
        ("Translate into French: the house", "**French**"),
        ("Übersetze ins Englische bitte: das Haus (englisch)", "**English**"),
        ("Please translate this text to Japanese", "**Japanese**"),
        ("translate", "**German**"),
    ],
)
def test_translations_are_in_the_target_language(prompt: str, start: str) -> None:
    assert written(prompt).startswith(start)


def test_a_translation_is_about_as_long_as_its_source() -> None:
    words = len(written('Translate to Spanish: "' + "many words stand here " * 50 + '"').split())
    assert 170 < words < 240


def test_an_answer_for_programs_is_one_json_object() -> None:
    assert msgspec.json.decode(written("rivers", json=True))["topic"] == "rivers"


@pytest.mark.parametrize(
    ("prompt", "topic"),
    [
        ("Explain how TCP works in 200 words", "TCP works"),
        ("", "your question"),
        ("??? !!!", "your question"),
        ("What is the *meaning* of <b>life</b>?", "meaning of b life /b"),
    ],
)
def test_topics_are_short_and_carry_no_markup(prompt: str, topic: str) -> None:
    assert find(prompt) == topic
