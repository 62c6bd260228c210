"""Completions without turns: platform.openai.com/docs/api-reference/completions."""

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from backend.simulator.ask import Ask, Speaker, Turn
from backend.simulator.dialects.dialect import Stamp
from backend.simulator.dialects.mould import cast
from backend.simulator.dialects.openai.answers import Usage, usage
from backend.simulator.dialects.openai.chat import DONE, finish_reason
from backend.simulator.dialects.openai.errors import UNREADABLE
from backend.simulator.dialects.openai.reading import stops
from backend.simulator.dialects.openai.requests import Stop, StreamOptions
from backend.simulator.dialects.reading import decoded
from backend.simulator.frames import Frame, Part
from backend.simulator.reply import Reply

FORM = "completion"
_encode = msgspec.json.Encoder().encode


class CompletionRequest(Struct, frozen=True):
    """One prompt; `echo` and `logprobs` are not offered here."""

    model: Annotated[str, Meta(min_length=1)]
    prompt: str | Annotated[list[str], Meta(min_length=1, max_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: Annotated[int, Meta(ge=1)] | None = 16
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    n: Annotated[int, Meta(ge=1, le=1)] | None = None
    best_of: Annotated[int, Meta(ge=1, le=1)] | None = None
    echo: Annotated[bool, Meta()] | None = None
    logprobs: None = None
    stop: Stop = None
    seed: int | None = None


class Choice(Struct, frozen=True):
    """A text or a piece of it."""

    text: str
    index: int = 0
    logprobs: None = None
    finish_reason: str | None = None


class Completion(Struct, frozen=True, kw_only=True):
    """A whole answer, or an event of a stream."""

    id: str
    object: str = "text_completion"
    created: int
    model: str
    system_fingerprint: str = "fp_simulated"
    choices: list[Choice]
    usage: Usage | None | UnsetType = UNSET


_decode = msgspec.json.Decoder(CompletionRequest).decode


def read(body: bytes) -> Ask:
    """A completion request. Raises Refusal."""
    request = decoded(_decode, body, UNREADABLE)
    prompt = request.prompt if isinstance(request.prompt, str) else request.prompt[0]
    return Ask(
        model=request.model,
        turns=(Turn(Speaker.USER, prompt),),
        max_tokens=request.max_tokens,
        stop=stops(request.stop),
        stream=request.stream or False,
        stream_usage=request.stream_options is not None and request.stream_options.include_usage,
        seed=request.seed,
        form=FORM,
    )


def body(ask: Ask, reply: Reply, stamp: Stamp) -> bytes:
    """A `text_completion` object."""
    return _encode(_answer(ask, stamp, [Choice(reply.text, finish_reason=finish_reason(reply))], usage(reply.usage)))


def frames(ask: Ask, reply: Reply, stamp: Stamp) -> Iterator[Frame]:
    """The same object in pieces, and `[DONE]`."""

    def event(choices: list[Choice], usage: Usage | None | UnsetType = UNSET) -> bytes:
        return b"data: " + _encode(_answer(ask, stamp, choices, usage)) + b"\n\n"

    yield from cast(event([Choice("")]), b"text", reply.texts)
    if reply.finish is not None:
        yield Frame(Part.FINISH, event([Choice("", finish_reason=finish_reason(reply))]))
    if ask.stream_usage:
        yield Frame(Part.USAGE, event([], usage(reply.usage)))
    yield DONE


def _answer(ask: Ask, stamp: Stamp, choices: list[Choice], usage: Usage | None | UnsetType) -> Completion:
    return Completion(id=f"cmpl-{stamp.identity}", created=stamp.created, model=ask.model, choices=choices, usage=usage)
