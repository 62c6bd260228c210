"""What chat completions give: platform.openai.com/docs/api-reference/chat/object and .../chat-streaming."""

from msgspec import UNSET, Struct, UnsetType

from backend.simulator.reply import Usage as Bill


class PromptDetails(Struct, frozen=True, kw_only=True):
    """Parts of the prompt."""

    cached_tokens: int
    audio_tokens: int = 0


class CompletionDetails(Struct, frozen=True, kw_only=True):
    """Parts of the answer."""

    reasoning_tokens: int
    audio_tokens: int = 0
    accepted_prediction_tokens: int = 0
    rejected_prediction_tokens: int = 0


class Usage(Struct, frozen=True, kw_only=True):
    """Tokens of one call."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptDetails
    completion_tokens_details: CompletionDetails


class Function(Struct, frozen=True, kw_only=True):
    """What is called; in a stream the name comes first and the arguments in pieces."""

    name: str | UnsetType = UNSET
    arguments: str


class ToolCall(Struct, frozen=True, kw_only=True):
    """A call; `index` only in a stream, where all else but the arguments comes once."""

    index: int | UnsetType = UNSET
    id: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    function: Function


class TopLogprob(Struct, frozen=True):
    """A token that might have been."""

    token: str
    logprob: float
    bytes: list[int]


class Logprob(Struct, frozen=True):
    """A token of the answer and how likely it was."""

    token: str
    logprob: float
    bytes: list[int]
    top_logprobs: list[TopLogprob]


class Logprobs(Struct, frozen=True):
    """How likely the tokens were."""

    content: list[Logprob]
    refusal: None = None


class AnswerMessage(Struct, frozen=True, kw_only=True):
    """The answer. `reasoning_content` is DeepSeek's extension, which many servers share."""

    role: str = "assistant"
    content: str | None
    reasoning_content: str | UnsetType = UNSET
    tool_calls: list[ToolCall] | UnsetType = UNSET
    refusal: str | None = None


class Choice(Struct, frozen=True, kw_only=True):
    """One of the answers; there is only one."""

    index: int = 0
    message: AnswerMessage
    logprobs: Logprobs | None = None
    finish_reason: str | None


class Completion(Struct, frozen=True, kw_only=True):
    """A whole answer."""

    id: str
    object: str = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage | UnsetType
    system_fingerprint: str = "fp_simulated"


class Delta(Struct, frozen=True, kw_only=True):
    """What a chunk adds."""

    role: str | UnsetType = UNSET
    content: str | None | UnsetType = UNSET
    reasoning_content: str | UnsetType = UNSET
    tool_calls: list[ToolCall] | UnsetType = UNSET


class ChunkChoice(Struct, frozen=True, kw_only=True):
    """A piece of an answer."""

    index: int = 0
    delta: Delta
    logprobs: Logprobs | None = None
    finish_reason: str | None = None


class Chunk(Struct, frozen=True, kw_only=True):
    """One event of a stream. When usage is asked for, it is null on all chunks but the last."""

    id: str
    object: str = "chat.completion.chunk"
    created: int
    model: str
    system_fingerprint: str = "fp_simulated"
    choices: list[ChunkChoice]
    usage: Usage | None | UnsetType = UNSET


def usage(bill: Bill | None) -> Usage | UnsetType:
    """The bill in OpenAI's words."""
    if bill is None:
        return UNSET
    return Usage(
        prompt_tokens=bill.prompt,
        completion_tokens=bill.completion,
        total_tokens=bill.prompt + bill.completion,
        prompt_tokens_details=PromptDetails(cached_tokens=bill.cached),
        completion_tokens_details=CompletionDetails(reasoning_tokens=bill.reasoning),
    )
