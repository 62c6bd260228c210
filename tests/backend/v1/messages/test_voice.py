"""The events of Anthropic's Messages API, held to the types of Anthropic's own package."""

import json
from typing import Any

import pytest
from anthropic.types import RawMessageStreamEvent
from hypothesis import given, settings
from pydantic import TypeAdapter

from backend.v1.messages.voice import MessagesVoice
from shared.chat import ToolCall
from shared.errors import ErrorCode
from shared.events import Restart, ToolCalls
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
    precheck,
    told_text,
)

EVENT: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)
LOOK = ToolCall(id="call_1", name="look", arguments='{"at": 1}')


def say(*steps: Step) -> list[tuple[str, dict[str, Any]]]:
    return heard(frames(MessagesVoice(REQUEST), list(steps)))


def kinds(told: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [name for name, _ in told]


def text_of(told: list[tuple[str, dict[str, Any]]]) -> str:
    deltas = [data["delta"] for name, data in told if name == "content_block_delta"]
    return "".join(delta["text"] for delta in deltas if delta["type"] == "text_delta")


class TestFailures:
    @pytest.mark.parametrize("end", [failed(), Restart(reason="again"), done(FinishReason.CANCELLED)])
    def test_an_answer_that_is_none_ends_with_an_error(self, end: Step) -> None:
        told = say(ROUTE, "par", end, "t", done())
        name, last = told[-1]
        assert (name, last["type"], last["error"]["type"]) == ("error", "error", "api_error")
        assert last["error"]["message"]
        assert "message_stop" not in kinds(told)

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            (ErrorCode.NO_ROUTE, "overloaded_error"),
            (ErrorCode.PROVIDER_TIMEOUT, "timeout_error"),
            (ErrorCode.CONTENT_FILTERED, "invalid_request_error"),
            (ErrorCode.INTERNAL, "api_error"),
        ],
    )
    def test_its_type_says_what_kind_it_is(self, code: ErrorCode, kind: str) -> None:
        error = say(failed(code))[-1][1]["error"]
        assert (error["type"], error["details"]["error_code"]) == (kind, code)


class TestOrder:
    def test_text(self) -> None:
        told = say(ACCEPTED, precheck(33), ROUTE, "Hel", "lo", figures(), done())
        assert kinds(told) == [
            "message_start",
            "ping",
            "content_block_start",
            "content_block_delta",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop",
        ]
        assert told[0][1]["message"]["usage"]["input_tokens"] == 33
        delta = told[-2][1]
        assert delta["delta"] == {"stop_reason": "end_turn", "stop_sequence": None}
        assert {
            name: delta["usage"][name] for name in ("input_tokens", "cache_read_input_tokens", "output_tokens")
        } == {
            "input_tokens": 8,
            "cache_read_input_tokens": 4,
            "output_tokens": 5,
        }
        assert delta["provider"] == told[-1][1]["provider"] == {"name": "here", "model": "model-b", "latency_ms": 30}

    @pytest.mark.parametrize("finish", [FinishReason.TOOL_CALLS, FinishReason.STOP])
    def test_words_before_tools_are_a_block_of_their_own(self, finish: FinishReason) -> None:
        told = say(ROUTE, "I look.", ToolCalls(calls=[LOOK]), figures(), done(finish))
        started = [data["content_block"] for name, data in told if name == "content_block_start"]
        assert [block["type"] for block in started] == ["text", "tool_use"]
        assert started[1] == {"type": "tool_use", "id": "call_1", "name": "look", "input": {}}
        assert told[-2][1]["delta"]["stop_reason"] == "tool_use"

    @pytest.mark.parametrize(("finish", "why"), [("length", "max_tokens"), ("content_filter", "refusal")])
    def test_why_it_stopped_early(self, finish: str, why: str) -> None:
        assert say(ROUTE, "par", figures(), done(FinishReason(finish)))[-2][1]["delta"]["stop_reason"] == why

    def test_what_stopped_it(self) -> None:
        delta = say(ROUTE, "one", figures(), done(stopped_by="END"))[-2][1]["delta"]
        assert delta == {"stop_reason": "stop_sequence", "stop_sequence": "END"}

    def test_a_message_without_words_has_no_block(self) -> None:
        assert kinds(say(ROUTE, figures(), done())) == ["message_start", "ping", "message_delta", "message_stop"]


@settings(deadline=None)
@given(answers())
def test_whatever_comes_is_a_stream_that_anthropics_types_take(steps: list[Step]) -> None:
    told = say(*steps)
    for name, data in told:
        assert data["type"] == name
        if name not in ("ping", "error"):
            EVENT.validate_python(data)
    assert text_of(told) == told_text(steps)
    assert kinds(told)[-1] in ("message_stop", "error")
    assert kinds(told).count("message_start") <= 1
    open_index, index = None, 0
    for name, data in told:
        if name == "content_block_start":
            assert (open_index, data["index"]) == (None, index)
            open_index = index
        elif name == "content_block_delta":
            assert data["index"] == open_index
            if data["delta"]["type"] == "input_json_delta":
                assert isinstance(json.loads(data["delta"]["partial_json"]), dict)
        elif name == "content_block_stop":
            assert data["index"] == open_index
            open_index, index = None, index + 1
    assert open_index is None or kinds(told)[-1] == "error"


@settings(deadline=None)
@given(answers())
async def test_late_readers_are_told_the_same_text(steps: list[Step]) -> None:
    if any(isinstance(step, Restart) for step in steps):
        return
    assert text_of(heard(await late_frames(MessagesVoice(REQUEST), steps))) == told_text(steps)
