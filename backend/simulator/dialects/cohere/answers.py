"""What Cohere's chat gives: docs.cohere.com/reference/chat and .../chat-stream."""

from msgspec import UNSET, Struct, UnsetType

from backend.simulator.reply import Usage as Bill


class Tokens(Struct, frozen=True):
    """Numbers of tokens."""

    input_tokens: int
    output_tokens: int


class Usage(Struct, frozen=True):
    """Tokens of one call, and those that are charged. Thoughts are part of the output."""

    billed_units: Tokens
    tokens: Tokens
    cached_tokens: int


class Function(Struct, frozen=True):
    """What is called; in a stream the name comes first and the arguments in pieces."""

    name: str | UnsetType
    arguments: str = ""


class ToolCall(Struct, frozen=True, kw_only=True):
    """A call, or a piece of one."""

    id: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    function: Function


class Content(Struct, frozen=True, kw_only=True):
    """Words or thoughts, or a piece of them."""

    type: str | UnsetType = UNSET
    thinking: str | UnsetType = UNSET
    text: str | UnsetType = UNSET


class Message(Struct, frozen=True, kw_only=True):
    """The answer."""

    role: str = "assistant"
    tool_plan: str | UnsetType = UNSET
    tool_calls: list[ToolCall] | UnsetType = UNSET
    content: list[Content] | UnsetType = UNSET


class Answer(Struct, frozen=True, kw_only=True):
    """A whole answer."""

    id: str
    message: Message
    finish_reason: str | UnsetType
    usage: Usage | UnsetType


class Beginning(Struct, frozen=True, kw_only=True):
    """The answer before anything is said."""

    role: str = "assistant"
    content: list[Content] = []
    tool_plan: str = ""
    tool_calls: list[ToolCall] = []
    citations: list[str] = []


class Added(Struct, frozen=True, kw_only=True):
    """What an event adds to the message."""

    content: Content | UnsetType = UNSET
    tool_plan: str | UnsetType = UNSET
    tool_calls: ToolCall | UnsetType = UNSET


class Delta(Struct, frozen=True):
    """The message so far, or more of it."""

    message: Added | Beginning


class Ending(Struct, frozen=True, kw_only=True):
    """How it ended and what it cost."""

    error: str | UnsetType = UNSET
    finish_reason: str | UnsetType
    usage: Usage | UnsetType = UNSET


class Event(Struct, frozen=True, kw_only=True):
    """An event of a stream; `type` is also its name."""

    id: str | UnsetType = UNSET
    type: str
    index: int | UnsetType = UNSET
    delta: Delta | Ending | UnsetType = UNSET


def usage(bill: Bill | None) -> Usage | UnsetType:
    """The bill in Cohere's words."""
    if bill is None:
        return UNSET
    tokens = Tokens(bill.prompt, bill.completion)
    return Usage(tokens, tokens, bill.cached)
