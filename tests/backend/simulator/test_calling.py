from typing import Any

import msgspec
import pytest

from backend.simulator.ask import Ask, Speaker, Tool, ToolChoice, Turn
from backend.simulator.calling import calls
from backend.simulator.personas import find
from backend.simulator.refusal import Refusal
from backend.simulator.reply import Finish, compose

ADD, SUB = Tool("add", {"type": "object", "properties": {"x": {"type": "integer"}}}), Tool("sub", {})


def ask(prompt: str, *, result: str | None = None, **fields: Any) -> Ask:
    turns = [Turn(Speaker.USER, prompt)]
    if result is not None:
        turns += [Turn(Speaker.ASSISTANT, "", uses="add{}"), Turn(Speaker.TOOL, result)]
    return Ask(model="sim-instant", turns=tuple(turns), **{"tools": (ADD, SUB), **fields})


@pytest.mark.parametrize(
    ("asked", "called"),
    [
        (ask("hello"), []),
        (ask("adder and subtle and pre_add"), []),
        (ask("please add 1"), ["add"]),
        (ask("(sub), then add."), ["add", "sub"]),
        (ask("sub, then add", parallel_calls=False), ["add"]),
        (ask("add", tools=()), []),
        (ask("add", tool_choice=ToolChoice("none")), []),
        (ask("hello", tool_choice=ToolChoice("required")), ["add"]),
        (ask("sub", tool_choice=ToolChoice("required")), ["sub"]),
        (ask("add", tool_choice=ToolChoice("required", ("sub",))), ["sub"]),
        (ask("add", tool_choice=ToolChoice("auto", ("sub",))), []),
        (ask("add", result="3"), []),
        (ask("add", result="3", tool_choice=ToolChoice("required")), ["add"]),
    ],
)
def test_which_tools_are_called(asked: Ask, called: list[str]) -> None:
    assert [call.name for call in calls(asked)] == called


@pytest.mark.parametrize(
    "asked",
    [
        ask("hello", tool_choice=ToolChoice("required", ("mul",))),
        ask("never", tools=(Tool("never", {"type": "object", "properties": {"x": False}, "required": ["x"]}),)),
    ],
)
def test_what_cannot_be_called_is_refused(asked: Ask) -> None:
    with pytest.raises(Refusal):
        calls(asked)


def test_calls_are_counted_and_cut_like_words() -> None:
    persona = find("sim-instant")
    assert persona is not None
    whole = compose(ask("add"), persona, None)
    assert (whole.finish, whole.text) == (Finish.CALLS, "")
    assert msgspec.json.decode(whole.calls[0].arguments) == {"x": 0}
    assert whole.usage is not None
    assert whole.usage.completion == len(whole.calls[0].pieces)
    cut = compose(ask("add", max_tokens=2), persona, None)
    assert (cut.finish, len(cut.calls[0].pieces)) == (Finish.LENGTH, 2)


def test_a_result_is_used_in_the_answer() -> None:
    persona = find("sim-instant")
    assert persona is not None
    assert "forty-two" in compose(ask("add", result="forty-two"), persona, None).text


def test_offered_tools_cost_tokens() -> None:
    persona = find("sim-instant")
    assert persona is not None
    usages = [compose(ask("hello", tools=tools), persona, None).usage for tools in ((), (ADD,))]
    assert usages[0] is not None
    assert usages[1] is not None
    assert usages[0].prompt < usages[1].prompt
