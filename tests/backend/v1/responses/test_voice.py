"""The events of the Responses API, held to the types of OpenAI's own package."""

from typing import Any

import pytest
from hypothesis import given, settings
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from backend.v1.responses.request import FunctionTool, ResponsesRequest, TextOptions
from backend.v1.responses.voice import ResponsesVoice
from shared.chat import TokenLikelihood, ToolCall
from shared.events import Done, ErrorBody, Logprobs, Restart, ToolCalls
from shared.messages import FinishReason
from tests.backend.v1.told import (
    ACCEPTED,
    REQUEST,
    ROUTE,
    Step,
    answers,
    done,
    failed,
    figures,
    frames,
    heard,
    late_frames,
    told_text,
)

ASKED = ResponsesRequest(
    input="hi",
    tools=[FunctionTool(type="function", name="look", parameters={"type": "object"})],
    text=TextOptions(verbosity="low"),
    metadata={"a": "b"},
)
EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
LOOK = ToolCall(id="call_1", name="look", arguments='{"at": 1}')
ENDS = {"response.completed", "response.incomplete", "response.failed"}


def say(*steps: Step) -> list[tuple[str, dict[str, Any]]]:
    return heard(frames(ResponsesVoice(ASKED, REQUEST), list(steps)))


def kinds(told: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [name.removeprefix("response.") for name, _ in told]


class TestFailures:
    @pytest.mark.parametrize("end", [failed(), Restart(reason="again"), done(FinishReason.CANCELLED)])
    def test_an_answer_that_is_none_ends_failed_and_then_as_an_error(self, end: Step) -> None:
        told = say(ROUTE, "par", end, "t", done())
        assert kinds(told)[-2:] == ["failed", "error"]
        _, last = told[-2]
        assert last["response"]["status"] == "failed"
        assert last["response"]["error"]["message"] == told[-1][1]["message"] == told[-1][1]["error"]["message"]
        assert "completed" not in kinds(told)

    def test_even_one_that_never_began(self) -> None:
        assert kinds(say(failed())) == ["created", "in_progress", "failed", "error"]


class TestOrder:
    def test_text(self) -> None:
        told = say(ACCEPTED, ROUTE, "Hel", "lo", figures(), done())
        assert kinds(told) == [
            "created",
            "in_progress",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "completed",
        ]
        last = told[-1][1]["response"]
        assert last["output"][0]["content"][0]["text"] == "Hello"
        assert (last["model"], last["provider"]["name"], last["metadata"]) == ("model-b", "here", {"a": "b"})
        assert last["usage"]["input_tokens_details"] == {"cached_tokens": 4, "cache_write_tokens": 0}
        assert last["usage"]["output_tokens_details"] == {"reasoning_tokens": 2}

    def test_words_before_tools_are_an_item_of_their_own(self) -> None:
        told = say(ROUTE, "I look.", ToolCalls(calls=[LOOK]), figures(), done(FinishReason.TOOL_CALLS))
        output = told[-1][1]["response"]["output"]
        assert [item["type"] for item in output] == ["message", "function_call"]
        assert [data["output_index"] for name, data in told if name == "response.output_item.done"] == [0, 1]
        assert output[1] | {"id": ""} == {
            "type": "function_call",
            "id": "",
            "status": "completed",
            "call_id": "call_1",
            "name": "look",
            "arguments": '{"at": 1}',
        }

    def test_an_empty_answer_is_an_empty_message(self) -> None:
        output = say(ROUTE, figures(), done())[-1][1]["response"]["output"]
        assert [part["text"] for part in output[0]["content"]] == [""]

    @pytest.mark.parametrize(("finish", "why"), [("length", "max_output_tokens"), ("content_filter", "content_filter")])
    def test_what_was_cut_short_is_incomplete(self, finish: str, why: str) -> None:
        name, last = say(ROUTE, "par", figures(), done(FinishReason(finish)))[-1]
        assert name == "response.incomplete"
        assert last["response"]["incomplete_details"] == {"reason": why}
        assert last["response"]["output"][0]["status"] == "incomplete"

    def test_log_probabilities_come_with_their_bytes(self) -> None:
        likely = Logprobs(content=[TokenLikelihood(token="é", logprob=-0.5)])
        told = say(ROUTE, "é", likely, figures(), done())
        [delta] = [data for name, data in told if name.endswith("delta") and data["logprobs"]]
        assert delta["logprobs"][0]["bytes"] == [195, 169]
        assert told[-1][1]["response"]["output"][0]["content"][0]["logprobs"] == delta["logprobs"]


@settings(deadline=None)
@given(answers())
def test_whatever_comes_is_a_stream_that_openais_types_take(steps: list[Step]) -> None:
    told = say(*steps)
    assert [data["sequence_number"] for _, data in told] == list(range(len(told)))
    assert [name for name, _ in told[:2]] == ["response.created", "response.in_progress"]
    for name, data in told:
        assert data["type"] == name
        EVENT.validate_python(data, strict=False)
        if "response" in data:
            Response.model_validate(data["response"])
            assert data["response"]["id"] == f"resp_{REQUEST.hex}"
    deltas = "".join(data["delta"] for name, data in told if name == "response.output_text.delta")
    assert deltas == told_text(steps)
    [end] = [data["response"] for name, data in told if name in ENDS]
    items_open_and_close(told, whole=end["status"] != "failed")
    if end["status"] != "failed":
        assert told[-1][0] in ENDS
        texts = [part["text"] for item in end["output"] if item["type"] == "message" for part in item["content"]]
        assert "".join(texts) == deltas


def items_open_and_close(told: list[tuple[str, dict[str, Any]]], *, whole: bool) -> None:
    """Each item opens at the next place, is the only open one, and closes; the last need not in a failure."""
    opened, current = 0, None
    for name, data in told:
        if name == "response.output_item.added":
            assert current is None
            assert data["output_index"] == opened
            opened, current = opened + 1, data["item"]["id"]
        elif name == "response.output_item.done":
            assert (data["item"]["id"], data["output_index"]) == (current, opened - 1)
            current = None
        elif "item_id" in data:
            assert (data["item_id"], data["output_index"]) == (current, opened - 1)
    assert current is None or not whole


@settings(deadline=None)
@given(answers())
async def test_late_readers_are_told_the_same_text(steps: list[Step]) -> None:
    if any(isinstance(step, Restart) for step in steps):
        return
    told = heard(await late_frames(ResponsesVoice(ASKED, REQUEST), steps))
    ends = [step for step in steps if isinstance(step, Done | ErrorBody)]
    assert ends
    text = "".join(data["delta"] for name, data in told if name == "response.output_text.delta")
    assert text == told_text(steps)
