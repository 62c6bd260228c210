"""Completions of a text on the wire: platform.openai.com/docs/api-reference/completions."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from backend.v1.chat.wire import AnsweredBy, CompletionUsage, Labels, Name, ProviderPreferences, Stop, StreamOptions
from shared.routing import Routing


class CompletionRequest(Struct, frozen=True, kw_only=True):
    """A text to go on from, which a model reads as what its user says. One text, alone or in a list.

    `model` is a catalogue name, an alias, `auto` or `assistant:<family>`; `models` are asked after it, in order.
    Fields that are not listed go to models that know them and are named in `routing_metadata.ignored` otherwise.
    """

    model: Name = "auto"
    models: Annotated[list[Name], Meta(max_length=20)] | None = None
    prompt: str | Annotated[list[str | int | list[int]], Meta(min_length=1, max_length=100_000)]
    provider: ProviderPreferences | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(gt=0, le=1)] | None = None
    max_tokens: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    stop: Stop | None = None
    seed: int | None = None
    n: Annotated[int, Meta(ge=1)] | None = None
    best_of: Annotated[int, Meta(ge=1)] | None = None
    suffix: str | None = None
    echo: bool | None = None
    logprobs: Annotated[int, Meta(ge=0, le=5)] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    user: Annotated[str, Meta(max_length=512)] | None = None
    metadata: Labels | None = None


class TextLogprobs(Struct, frozen=True, kw_only=True):
    """How likely the text's tokens were; `text_offset` is where in `text` they stand, in characters."""

    tokens: list[str]
    token_logprobs: list[float]
    top_logprobs: list[dict[str, float]]
    text_offset: list[int]


class TextChoice(Struct, frozen=True, kw_only=True):
    """The answer, or a piece of it."""

    text: str
    index: int = 0
    logprobs: TextLogprobs | None = None
    finish_reason: str | None = None


class TextCompletion(Struct, frozen=True, kw_only=True):
    """A whole answer; `created` is in epoch seconds."""

    id: str
    object: Literal["text_completion"] = "text_completion"
    created: int
    model: str
    choices: list[TextChoice]
    usage: CompletionUsage
    routing_metadata: Routing
    provider: AnsweredBy
