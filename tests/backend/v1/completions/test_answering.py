"""Answers as completions of a text, whatever events come."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.v1.chunks import DONE
from backend.v1.completions.answering import TextVoice, text_logprobs
from shared.chat import Likelihood, RouteView, TokenLikelihood, UsageFigures
from shared.errors import ErrorBody, ErrorCode
from shared.events import ChatEvent, Done, Logprobs, Restart
from shared.messages import FinishReason
from shared.routing import Routing

REQUEST = UUID(int=7)
ROUTE = RouteView(assistant="direct", model="m", reasons=[], attempt=1, max_tokens=5)
FIGURES = UsageFigures(
    prompt_tokens=3, completion_tokens=4, credits=Decimal("0.5"), balance=Decimal(1), final=True, estimated=False
)
DONE_EVENT = Done(finish_reason=FinishReason.LENGTH, model="m", latency_ms=9, first_token_ms=2, provider="p")
TOKENS = [
    TokenLikelihood(token="ab", logprob=-0.1, top_logprobs=[Likelihood(token="x", logprob=-2.0)]),
    TokenLikelihood(token="cde", logprob=-0.5),
]


def told(*said: ChatEvent | str, echoed: str = "", usage: bool = False) -> list[Any]:
    """The chunks, and at last None for the terminator."""
    voice = TextVoice(REQUEST, echoed=echoed, include_usage=usage)
    stream = b"".join(voice.delta(one, 1, 0) if isinstance(one, str) else voice.event(one, 1, 0) for one in said)
    frames = stream.split(b"\n\n")[:-1]
    assert all(frame.startswith(b"data: ") for frame in frames)
    return [None if frame == DONE.strip() else msgspec.json.decode(frame[6:]) for frame in frames]


def text_of(chunks: list[Any]) -> str:
    """All the words."""
    return "".join(choice["text"] for chunk in chunks if chunk for choice in chunk.get("choices", ()))


@pytest.mark.parametrize(
    "end",
    [
        Restart(reason="anew"),
        ErrorBody(code=ErrorCode.PROVIDER_FAILED, message="It broke."),
        msgspec.structs.replace(DONE_EVENT, finish_reason=FinishReason.CANCELLED),
    ],
)
@pytest.mark.parametrize("texts", [[], ["a"], ["a", "b"]])
def test_what_cannot_be_said_in_chunks_ends_the_stream_with_an_error(end: ChatEvent, texts: list[str]) -> None:
    chunks = told(ROUTE, *texts, end, "more", FIGURES, DONE_EVENT)
    assert text_of(chunks) == "".join(texts)
    assert chunks[-1]["error"]["message"]
    assert sum("error" in chunk for chunk in chunks) == 1


@given(st.lists(st.text()), st.text(), st.booleans())
def test_the_chunks_are_the_echo_and_the_text_and_the_end_is_told_once(
    texts: list[str], echoed: str, usage: bool
) -> None:
    chunks = told(ROUTE, *texts, FIGURES, DONE_EVENT, echoed=echoed, usage=usage)
    assert text_of(chunks) == echoed + "".join(texts)
    assert chunks[-1] is None
    assert [c["choices"][0]["finish_reason"] for c in chunks[:-1] if c["choices"]].count("length") == 1
    assert {(chunk["object"], chunk["id"], chunk["model"]) for chunk in chunks[:-1]} == {
        ("text_completion", f"cmpl-{REQUEST.hex}", "m")
    }
    assert chunks[-2]["routing_metadata"] is not None
    assert ("usage" in chunks[-2], chunks[-2]["choices"] == []) == (usage, usage)


def test_log_probabilities_say_where_their_tokens_stand() -> None:
    chunks = told(ROUTE, "ab", Logprobs(content=TOKENS[:1]), "cde", Logprobs(content=TOKENS[1:]), DONE_EVENT)
    found = [c["choices"][0]["logprobs"] for c in chunks[:-1] if c["choices"][0]["logprobs"]]
    assert [one["text_offset"] for one in found] == [[0], [2]]
    assert found[0]["top_logprobs"] == [{"x": -2.0, "ab": -0.1}]
    whole = text_logprobs(TOKENS, 0)
    assert (whole.tokens, whole.token_logprobs, whole.text_offset) == (["ab", "cde"], [-0.1, -0.5], [0, 2])


def test_ignored_fields_are_called_as_this_api_calls_them() -> None:
    routing = Routing(requested="m", policy_used=None, primary_provider="p", ignored=["logprobs", "top_logprobs", "x"])
    chunks = told(ROUTE, "a", msgspec.structs.replace(DONE_EVENT, routing=routing))
    assert chunks[-2]["routing_metadata"]["ignored"] == ["logprobs", "x"]
