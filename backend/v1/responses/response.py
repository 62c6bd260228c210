"""What the Responses API answers, on the wire: platform.openai.com/docs/api-reference/responses/object."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from backend.v1.chat.wire import AnsweredBy, CompletionDetails, JsonObject, PromptDetails
from backend.v1.responses.request import ChosenTool, FunctionTool, ReasoningOptions, TextOptions
from shared.chat import TokenLikelihood
from shared.routing import Routing

Status = Literal["in_progress", "completed", "incomplete", "failed"]
ItemStatus = Literal["in_progress", "completed", "incomplete"]


class OutputText(Struct, frozen=True, kw_only=True):
    """What the model said."""

    text: str
    annotations: list[JsonObject] = []
    logprobs: list[TokenLikelihood] = []
    type: Literal["output_text"] = "output_text"


class OutputMessage(Struct, frozen=True, kw_only=True, tag_field="type", tag="message"):
    """A message of the model."""

    id: str
    status: ItemStatus
    content: list[OutputText]
    role: Literal["assistant"] = "assistant"


class OutputFunctionCall(Struct, frozen=True, kw_only=True, tag_field="type", tag="function_call"):
    """A function the model wants to be used; `arguments` is JSON, `call_id` pairs it with its output."""

    id: str
    status: ItemStatus
    call_id: str
    name: str
    arguments: str


OutputItem = OutputMessage | OutputFunctionCall


class ResponseUsage(Struct, frozen=True, kw_only=True):
    """Tokens, and what they cost in credits. `estimated`: the provider reported none."""

    input_tokens: int
    input_tokens_details: PromptDetails
    output_tokens: int
    output_tokens_details: CompletionDetails
    total_tokens: int
    credits: Decimal
    estimated: bool


class ResponseFault(Struct, frozen=True, kw_only=True):
    """Why there is no answer."""

    code: Literal["server_error", "rate_limit_exceeded", "invalid_prompt"]
    message: str


class IncompleteDetails(Struct, frozen=True, kw_only=True):
    """Why the answer is not whole."""

    reason: Literal["max_output_tokens", "content_filter"]


class ResponseObject(Struct, frozen=True, kw_only=True):
    """An answer, with what was asked for. Times are in epoch seconds."""

    id: str
    created_at: int
    status: Status
    model: str
    output: list[OutputItem]
    usage: ResponseUsage | None
    error: ResponseFault | None
    incomplete_details: IncompleteDetails | None
    routing_metadata: Routing | None
    provider: AnsweredBy | None
    completed_at: int | None
    instructions: str | None
    max_output_tokens: int | None
    metadata: dict[str, str]
    parallel_tool_calls: bool
    reasoning: ReasoningOptions
    temperature: float | None
    text: TextOptions
    tool_choice: Literal["auto", "none", "required"] | ChosenTool
    tools: list[FunctionTool]
    top_logprobs: int | None
    top_p: float | None
    user: str | None
    truncation: Literal["auto", "disabled"] = "disabled"
    previous_response_id: None = None
    background: bool = False
    store: bool = False
    object: Literal["response"] = "response"
