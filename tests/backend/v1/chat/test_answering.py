"""Answers as chat completion chunks, whatever events come."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from backend.v1.chat.answering import CompletionVoice
from backend.v1.chunks import DONE
from shared.chat import Likelihood, RouteView, TokenLikelihood, ToolCall, UsageFigures
from shared.errors import ErrorBody, ErrorCode
from shared.events import ChatEvent, Done, Logprobs, Restart, ToolCalls
from shared.messages import FinishReason

REQUEST = UUID(int=7)
ROUTE = RouteView(assistant="direct", model="m", reasons=[], attempt=1, max_tokens=5)
FIGURES = UsageFigures(
    prompt_tokens=3, completion_tokens=4, credits=Decimal("0.5"), balance=Decimal(1), final=True, estimated=False
)
DONE_EVENT = Done(finish_reason=FinishReason.STOP, model="m", latency_ms=9, first_token_ms=2, provider="p")


def told(*said: ChatEvent | str, usage: bool = False) -> list[Any]:
    """The chunks, and at last None for the terminator."""
    voice = CompletionVoice(REQUEST, include_usage=usage)
    stream = b"".join(voice.delta(one, 1, 0) if isinstance(one, str) else voice.event(one, 1, 0) for one in said)
    frames = stream.split(b"\n\n")[:-1]
    assert all(frame.startswith(b"data: ") for frame in frames)
    return [None if frame == DONE.strip() else msgspec.json.decode(frame[6:]) for frame in frames]


def text_of(chunks: list[Any]) -> str:
    """All the words."""
    deltas = [choice["delta"] for chunk in chunks if chunk and "choices" in chunk for choice in chunk["choices"]]
    return "".join(delta.get("content") or "" for delta in deltas)


@given(st.lists(st.text()), st.booleans())
def test_the_deltas_are_the_text_and_the_end_is_told_once(texts: list[str], usage: bool) -> None:
    chunks = told(ROUTE, *texts, FIGURES, DONE_EVENT, usage=usage)
    assert text_of(chunks) == "".join(texts)
    assert chunks[-1] is None
    assert [c["choices"][0]["finish_reason"] for c in chunks[:-1] if c["choices"]].count("stop") == 1
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    assert chunks[-2]["routing_metadata"] is not None
    assert ("usage" in chunks[-2]) is usage
    assert {chunk["id"] for chunk in chunks[:-1]} == {f"chatcmpl-{REQUEST.hex}"}


def test_tools_are_told_whole_in_their_order() -> None:
    calls = [ToolCall(id=f"c{n}", name="look", arguments="{}") for n in range(2)]
    end = msgspec.structs.replace(DONE_EVENT, finish_reason=FinishReason.TOOL_CALLS)
    chunks = told(ROUTE, ToolCalls(calls=calls), FIGURES, end)
    [deltas] = [c["choices"][0]["delta"]["tool_calls"] for c in chunks[:-1] if "tool_calls" in c["choices"][0]["delta"]]
    assert [(delta["index"], delta["id"]) for delta in deltas] == [(0, "c0"), (1, "c1")]
    assert chunks[-2]["choices"][0]["finish_reason"] == "tool_calls"


def test_log_probabilities_come_with_their_tokens() -> None:
    token = TokenLikelihood(token="a", logprob=-0.1, top_logprobs=[Likelihood(token="b", logprob=-2.0)])
    chunks = told(ROUTE, "a", Logprobs(content=[token]), DONE_EVENT)
    [found] = [c["choices"][0]["logprobs"] for c in chunks[:-1] if c["choices"][0].get("logprobs")]
    assert found["content"][0]["top_logprobs"][0]["token"] == "b"


@given(
    st.sampled_from(
        [
            Restart(reason="anew"),
            ErrorBody(code=ErrorCode.PROVIDER_FAILED, message="It broke."),
            msgspec.structs.replace(DONE_EVENT, finish_reason=FinishReason.CANCELLED),
        ]
    ),
    st.lists(st.text(min_size=1)),
)
def test_what_cannot_be_said_in_chunks_ends_the_stream_with_an_error(end: ChatEvent, texts: list[str]) -> None:
    chunks = told(ROUTE, *texts, end, "more", FIGURES, DONE_EVENT)
    assert text_of(chunks) == "".join(texts)
    assert chunks[-1]["error"]["message"]
    assert sum("error" in chunk for chunk in chunks) == 1
    assert None not in chunks
