"""Answers as feeds tell them: whatever may come, in whatever pieces, in the order in which it may."""

from decimal import Decimal
from uuid import UUID

import msgspec
from hypothesis import strategies as st

from backend.chat.feed import START, Feed
from backend.chat.voice import Voice
from shared.chat import RouteView, TokenLikelihood, ToolCall, UsageFigures
from shared.errors import ErrorBody, ErrorCode
from shared.events import Accepted, ChatEvent, Done, Logprobs, Restart, ToolCalls
from shared.messages import FinishReason
from shared.precheck import Category, Complexity, Estimate, Precheck, Risk, RiskAction, RiskLevel

REQUEST = UUID(int=7)
ACCEPTED = Accepted(request_id=REQUEST, conversation_id=None, message_id=None)
ROUTE = RouteView(assistant="No assistant", model="model-a", reasons=[], attempt=1, max_tokens=10)


def figures(*, final: bool = True, prompt: int = 12, cached: int = 4) -> UsageFigures:
    """What an answer used."""
    return UsageFigures(
        prompt_tokens=prompt,
        completion_tokens=5,
        credits=Decimal("0.5"),
        balance=Decimal(9),
        final=final,
        estimated=False,
        cached_tokens=cached,
        reasoning_tokens=2,
    )


def done(reason: FinishReason = FinishReason.STOP, stopped_by: str | None = None) -> Done:
    """The end of an answer."""
    return Done(
        finish_reason=reason,
        model="model-b",
        latency_ms=30,
        first_token_ms=9,
        provider="here",
        stop_sequence=stopped_by,
    )


def failed(code: ErrorCode = ErrorCode.PROVIDER_FAILED) -> ErrorBody:
    """The end of one that failed."""
    return ErrorBody(code=code, message="It broke.", request_id=str(REQUEST))


def precheck(tokens: int) -> Precheck:
    """What is told of a prompt before its answer."""
    return Precheck(
        id=REQUEST,
        category=next(iter(Category)),
        categories=[],
        complexity=Complexity.SIMPLE,
        risk=Risk(level=next(iter(RiskLevel)), categories=[], action=RiskAction.ALLOW),
        language="en",
        recommended_assistant=None,
        confidence=1.0,
        estimate=Estimate(prompt_tokens=tokens, credits_low=Decimal(0), credits_high=Decimal(1)),
        affordable=True,
        signals=[],
    )


Step = str | ChatEvent
words = st.text(max_size=12)
likelihoods = st.builds(
    TokenLikelihood, token=st.text(max_size=4), logprob=st.floats(-9, 0), bytes=st.none(), top_logprobs=st.just([])
)
calls = st.builds(
    ToolCall,
    id=st.uuids().map(lambda id: f"call_{id.hex}"),
    name=st.sampled_from(["look", "get_weather"]),
    arguments=st.sampled_from(["{}", '{"city": "Zürich"}', "", "not json", "[1]", '{"a": {"b": [1, null]}}']),
)
ends = st.one_of(
    st.sampled_from(FinishReason).map(done), st.sampled_from(ErrorCode).map(failed), st.just(Restart(reason="again"))
)
middles: st.SearchStrategy[Step] = st.one_of(
    words,
    st.just(ROUTE),
    st.just(figures(final=False)),
    st.lists(likelihoods, max_size=2).map(lambda content: Logprobs(content=content)),
    st.lists(calls, max_size=3).map(lambda wanted: ToolCalls(calls=wanted)),
)
beginnings: st.SearchStrategy[list[Step]] = st.sampled_from(
    [[], [ACCEPTED], [ACCEPTED, precheck(12)], [ACCEPTED, ROUTE]]
)


@st.composite
def answers(draw: st.DrawFn) -> list[Step]:
    """Any answer with an end; what comes after the end is told to nobody."""
    steps: list[Step] = [*draw(beginnings), *draw(st.lists(middles, max_size=12))]
    if draw(st.booleans()):
        steps.append(figures())
    return [*steps, draw(ends), *draw(st.lists(st.one_of(middles, ends), max_size=2))]


def frames(voice: Voice, steps: list[Step]) -> bytes:
    """All that a voice says."""
    told = []
    for step in steps:
        told.append(voice.delta(step, 0, 0) if isinstance(step, str) else voice.event(step, 0, 0))
    return b"".join(told)


async def late_frames(voice: Voice, steps: list[Step]) -> bytes:
    """All that a voice says to a reader who comes when everything was said."""
    feed = Feed()
    for step in steps:
        if isinstance(step, str):
            feed.write(step)
        else:
            feed.say(step)
    feed.close()
    return b"".join([frame async for frame in feed.read(START, voice)])


def heard(stream: bytes) -> list[tuple[str, dict[str, object]]]:
    """Events by name, with their data."""
    found = []
    for frame in stream.decode().split("\n\n")[:-1]:
        name, data = frame.split("\n")
        assert name.startswith("event: ")
        assert data.startswith("data: ")
        found.append((name.removeprefix("event: "), msgspec.json.decode(data.removeprefix("data: "))))
    return found


def told_text(steps: list[Step]) -> str:
    """The text up to the end."""
    text = ""
    for step in steps:
        if isinstance(step, Done | ErrorBody | Restart):
            break
        if isinstance(step, str):
            text += step
    return text
