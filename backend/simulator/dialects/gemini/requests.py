"""What the Gemini API takes: ai.google.dev/api/generate-content, .../caching#Content and .../embeddings.

Unknown fields are refused, as they are there.
"""

from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct

from backend.simulator.ask import Schema

Mode = Literal["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"]


class Wire(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """How all messages are written."""


class Blob(Wire, frozen=True):
    """A file in the request, as base64 in either alphabet."""

    mime_type: str
    data: str
    display_name: str | None = None


class FileData(Wire, frozen=True):
    """A file at an address."""

    file_uri: str
    mime_type: str | None = None


class FunctionCall(Wire, frozen=True):
    """A call in an earlier turn of the model."""

    name: str
    args: dict[str, object] = {}
    id: str | None = None


class FunctionResponse(Wire, frozen=True):
    """What a function answered."""

    name: str
    response: dict[str, object] = {}
    id: str | None = None


class Part(Wire, frozen=True):
    """A piece of a turn: exactly one of the first five."""

    text: str | None = None
    inline_data: Blob | None = None
    file_data: FileData | None = None
    function_call: FunctionCall | None = None
    function_response: FunctionResponse | None = None
    thought: bool | None = None
    thought_signature: str | None = None


class Content(Wire, frozen=True):
    """One turn."""

    parts: Annotated[list[Part], Meta(min_length=1)]
    role: Literal["user", "model", "function", "system"] | None = None


class FunctionDeclaration(Wire, frozen=True):
    """A function on offer. `parameters` is an OpenAPI 3.0 schema, `parameters_json_schema` a JSON Schema."""

    name: Annotated[str, Meta(pattern=r"^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$")]
    description: str | None = None
    parameters: Schema | None = None
    parameters_json_schema: Schema | None = None
    response: Raw | None = None
    response_json_schema: Raw | None = None
    behavior: str | None = None


class Tool(Wire, frozen=True):
    """Functions on offer; Google's own tools are not taken."""

    function_declarations: list[FunctionDeclaration] = []


class FunctionCallingConfig(Wire, frozen=True):
    """Whether functions may or must be called."""

    mode: Mode = "AUTO"
    allowed_function_names: list[str] = []


class ToolConfig(Wire, frozen=True):
    """How tools are used."""

    function_calling_config: FunctionCallingConfig = FunctionCallingConfig()
    retrieval_config: Raw | None = None


class ThinkingConfig(Wire, frozen=True):
    """Whether thoughts are shown."""

    include_thoughts: bool = False
    thinking_budget: int | None = None
    thinking_level: str | None = None


class GenerationConfig(Wire, frozen=True):
    """How the answer should be; log probabilities are not offered here."""

    stop_sequences: Annotated[list[str], Meta(max_length=5)] = []
    response_mime_type: Literal["text/plain", "application/json"] | None = None
    response_schema: Schema | None = None
    response_json_schema: Schema | None = None
    candidate_count: Annotated[int, Meta(ge=1, le=1)] | None = None
    max_output_tokens: Annotated[int, Meta(ge=1)] | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    top_k: Annotated[int, Meta(ge=1)] | None = None
    seed: int | None = None
    presence_penalty: Annotated[float, Meta(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, Meta(ge=-2, le=2)] | None = None
    response_modalities: list[Literal["TEXT"]] | None = None
    thinking_config: ThinkingConfig = ThinkingConfig()
    media_resolution: str | None = None


class GenerateRequest(Wire, frozen=True):
    """A wish for an answer."""

    contents: Annotated[list[Content], Meta(min_length=1)]
    model: str | None = None
    system_instruction: Content | None = None
    tools: list[Tool] = []
    tool_config: ToolConfig = ToolConfig()
    generation_config: GenerationConfig = GenerationConfig()
    safety_settings: Raw | None = None
    service_tier: str | None = None
    store: bool | None = None


class CountRequest(Wire, frozen=True):
    """What is counted: turns, or a whole request."""

    contents: list[Content] | None = None
    generate_content_request: GenerateRequest | None = None


class EmbedRequest(Wire, frozen=True):
    """A text to be turned into a vector."""

    content: Content
    model: str | None = None
    task_type: str | None = None
    title: str | None = None
    output_dimensionality: Annotated[int, Meta(ge=1, le=3072)] | None = None


class BatchEmbedRequest(Wire, frozen=True):
    """Several of them, with the model in each."""

    requests: Annotated[list[EmbedRequest], Meta(min_length=1, max_length=100)]
