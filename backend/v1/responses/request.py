"""What is asked of the Responses API, on the wire: platform.openai.com/docs/api-reference/responses/create."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from backend.v1.chat.wire import JsonObject, Name, ProviderPreferences, StreamOptions, ToolName


class InputContent(Struct, frozen=True):
    """A part of a message or of a function's output: `input_text`, `input_image`, `output_text` or `refusal`."""

    type: str
    text: str | None = None
    image_url: str | None = None
    refusal: str | None = None


class InputItem(Struct, frozen=True, kw_only=True):
    """A `message`, a `function_call` of the model or a `function_call_output`; `arguments` is JSON."""

    type: str = "message"
    role: Literal["system", "developer", "user", "assistant"] | None = None
    content: str | list[InputContent] | None = None
    call_id: str | None = None
    name: ToolName | None = None
    arguments: str | None = None
    output: str | list[InputContent] | None = None


class FunctionTool(Struct, frozen=True, kw_only=True):
    """A function a model may ask for; `parameters` is a JSON Schema. No other `type` of tool is offered."""

    type: str
    name: ToolName | None = None
    description: str | None = None
    parameters: JsonObject | None = None
    strict: bool | None = None


class ChosenTool(Struct, frozen=True, kw_only=True):
    """The function that has to be used."""

    type: Literal["function"]
    name: ToolName


class TextFormat(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the answer's text has to be; `json_schema` needs a `schema`."""

    type: Literal["text", "json_object", "json_schema"]
    name: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    schema: JsonObject | None = None
    strict: bool | None = None
    description: str | None = None


class TextOptions(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the answer's text is to be."""

    format: TextFormat | None = None
    verbosity: Literal["low", "medium", "high"] | None = None


class ReasoningOptions(Struct, frozen=True, kw_only=True):
    """How much a model is to think; there are no summaries."""

    effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None
    summary: Literal["auto", "concise", "detailed"] | None = None


class ResponsesRequest(Struct, frozen=True, kw_only=True):
    """Something to be answered. Nothing is kept here: the whole conversation is given in `input`.

    `model` is a catalogue name, an alias, `auto` or `assistant:<family>`; `models` are asked after it, in order.
    Fields that are not listed go to models that know them and are named in `routing_metadata.ignored` otherwise, as
    `store: true` is. `previous_response_id`, `conversation`, `prompt` and `background` are refused.
    """

    model: Name = "auto"
    models: Annotated[list[Name], Meta(max_length=20)] | None = None
    input: str | Annotated[list[InputItem], Meta(min_length=1, max_length=10_000)]
    instructions: str | None = None
    provider: ProviderPreferences | None = None
    tools: Annotated[list[FunctionTool], Meta(max_length=512)] | None = None
    tool_choice: Literal["auto", "none", "required"] | ChosenTool | None = None
    parallel_tool_calls: bool | None = None
    text: TextOptions | None = None
    reasoning: ReasoningOptions | None = None
    max_output_tokens: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(gt=0, le=1)] | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] | None = None
    include: Annotated[list[str], Meta(max_length=20)] | None = None
    truncation: Literal["auto", "disabled"] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    store: bool | None = None
    previous_response_id: str | None = None
    conversation: str | JsonObject | None = None
    prompt: JsonObject | None = None
    background: bool | None = None
    user: Annotated[str, Meta(max_length=512)] | None = None
    metadata: (
        Annotated[
            dict[Annotated[str, Meta(min_length=1, max_length=64)], Annotated[str, Meta(max_length=512)]],
            Meta(max_length=16),
        ]
        | None
    ) = None
