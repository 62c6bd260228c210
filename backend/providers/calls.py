"""What is asked of a provider and what comes back, in words no wire dialect owns."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Raw, Struct

from shared.messages import FinishReason, Role


class Text(Struct, frozen=True):
    """Words among the parts of a turn."""

    text: str


class Picture(Struct, frozen=True):
    """A picture somebody shows to a model: its bytes and their media type, or an address the provider reads.

    `tokens` is what it adds to a prompt, estimated, where its size is known.
    """

    media_type: str = ""
    data: bytes = b""
    url: str | None = None
    tokens: int | None = None


Part = Text | Picture


class ToolUse(Struct, frozen=True):
    """A model's wish that a tool be used; `arguments` is JSON as the model wrote it, `id` pairs it with the result."""

    id: str
    name: str
    arguments: str


class Turn(Struct, frozen=True):
    """One message of the conversation, as the model reads it.

    `parts`, in order, is set when there is more than words; `content` is then the words among them. An assistant's
    turn may use tools; a tool's turn answers the use named by `tool_use_id`.
    """

    role: Role
    content: str
    parts: tuple[Part, ...] = ()
    tool_uses: tuple[ToolUse, ...] = ()
    tool_use_id: str | None = None


class Tool(Struct, frozen=True, kw_only=True):
    """A function a model may ask for; `parameters` is the JSON Schema of its arguments."""

    name: str
    description: str | None = None
    parameters: Raw | None = None
    strict: bool | None = None


class ToolChoice(Struct, frozen=True):
    """`auto`: as the model likes; `required`: some tool; `none`: no tool; with a `name`: that one."""

    mode: Literal["auto", "none", "required"] = "auto"
    name: str | None = None


class AnswerFormat(Struct, frozen=True, kw_only=True):
    """The answer is to be JSON: any object, or one of a JSON Schema."""

    schema: Raw | None = None
    name: str = "answer"
    strict: bool | None = None


class ChatCall(Struct, frozen=True, kw_only=True):
    """One request for an answer. `model` is the provider's own name of the model; `max_tokens` bounds the answer.

    `top_logprobs` asks for the log probabilities of each token and that many alternatives. `extra` are further fields
    of OpenAI's chat request by name, as the caller gave them; a dialect sends those it knows.
    """

    model: str
    messages: tuple[Turn, ...]
    max_tokens: int
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] | None = None
    seed: int | None = None
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    format: AnswerFormat | None = None
    top_logprobs: int | None = None
    extra: Mapping[str, Raw] | None = None


class TokenUsage(Struct, frozen=True, kw_only=True, gc=False):
    """Tokens a provider reports, in disjoint buckets: every token is counted in exactly one.

    `input`, `cached_input` and `cache_write` are the prompt's; the others are the answer's.
    """

    input: int = 0
    cached_input: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0
    image: int = 0
    audio: int = 0

    @property
    def prompt_tokens(self) -> int:
        """All tokens of the prompt, however they were priced."""
        return self.input + self.cached_input + self.cache_write

    @property
    def completion_tokens(self) -> int:
        """All tokens the model produced, shown or not."""
        return self.output + self.reasoning + self.image + self.audio


class Reply(Struct, frozen=True, kw_only=True):
    """A whole answer. `usage` is None when the provider reported none; `provider_cost` is in US dollars.

    `logprobs` are the entries of OpenAI's `logprobs.content`, in order. `stop_sequence` is the one that ended it, where
    the provider says so.
    """

    text: str
    finish_reason: FinishReason
    usage: TokenUsage | None = None
    provider_request_id: str | None = None
    provider_cost: Decimal | None = None
    tool_uses: tuple[ToolUse, ...] = ()
    logprobs: tuple[Raw, ...] = ()
    stop_sequence: str | None = None


class Piece(Struct, frozen=True, gc=False):
    """What has arrived of a streamed answer since the last piece: never None, often only text.

    `done` is said once, on the last piece: nothing follows it. `usage` and `provider_cost` (US dollars) replace
    those of earlier pieces. Tool uses are told whole, once each: half of one is of no use to anybody.
    """

    text: str = ""
    finish_reason: FinishReason | None = None
    usage: TokenUsage | None = None
    provider_cost: Decimal | None = None
    done: bool = False
    tool_uses: tuple[ToolUse, ...] = ()
    logprobs: tuple[Raw, ...] = ()
    stop_sequence: str | None = None


class EmbeddingCall(Struct, frozen=True, kw_only=True):
    """Texts to be turned into vectors, in one request. `task` is what they are for, where a provider asks."""

    model: str
    texts: tuple[str, ...]
    dimensions: int | None = None
    task: Literal["document", "query"] = "document"
    extra: Mapping[str, Raw] | None = None


Vector = Sequence[float]
"""Numbers: an array of 32-bit ones where they came so, which takes an eighth of the memory of a list."""


class Embeddings(Struct, frozen=True, kw_only=True):
    """One vector for each text, in their order."""

    vectors: tuple[Vector, ...]
    usage: TokenUsage | None = None
    provider_request_id: str | None = None
    provider_cost: Decimal | None = None


class ModerationCall(Struct, frozen=True, kw_only=True):
    """Texts whose risk is to be told, in one request."""

    model: str
    texts: tuple[str, ...]


class Moderated(Struct, frozen=True, kw_only=True):
    """The kinds of risk that were flagged in each text, in their order, by the provider's names and with scores."""

    texts: tuple[Mapping[str, float], ...]
    provider_request_id: str | None = None


class Upload(Struct, frozen=True):
    """A picture file to work on."""

    name: str
    media_type: str
    data: bytes


class PictureCall(Struct, frozen=True, kw_only=True):
    """A request for pictures: from words (`generate`), of pictures and words (`edit`) or of a picture (`vary`)."""

    kind: Literal["generate", "edit", "vary"]
    model: str
    prompt: str = ""
    count: int = 1
    pictures: tuple[Upload, ...] = ()
    mask: Upload | None = None
    size: str | None = None
    quality: str | None = None
    extra: Mapping[str, Raw] | None = None


class MadePicture(Struct, frozen=True, kw_only=True):
    """A picture as base64 or at an address of the provider's; `revised_prompt` is what was really asked for."""

    base64: str | None = None
    url: str | None = None
    revised_prompt: str | None = None


class Pictures(Struct, frozen=True, kw_only=True):
    """What was made. `facts` are further fields of OpenAI's reply (`size`, `quality`, `output_format`, ...)."""

    items: tuple[MadePicture, ...]
    usage: TokenUsage | None = None
    facts: Mapping[str, Raw] | None = None
    provider_request_id: str | None = None
    provider_cost: Decimal | None = None


class Limits(Struct, frozen=True, kw_only=True):
    """How long to wait, in seconds.

    `connect`: for a connection, a place in the pool included. `first_byte`: from asking until a stream's response
    headers are in, connecting included. `first_token`: from there to the first token. `inter_token`: between
    tokens, while somebody reads. `total`: the whole call, streamed or not.
    """

    connect: float = 5.0
    first_byte: float = 10.0
    first_token: float = 10.0
    inter_token: float = 15.0
    total: float = 600.0


class Target(Struct, frozen=True, kw_only=True):
    """Where a call goes and with which credential."""

    provider: str
    dialect: str
    base_url: str
    api_key: str | None = None
    allow_private_network: bool = False
    limits: Limits = Limits()

    def __repr__(self) -> str:
        return f"Target({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        """Everything but the key, which only shows as set or not: tracebacks print values."""
        fields = [(name, getattr(self, name)) for name in self.__struct_fields__]
        return [(name, "<set>" if name == "api_key" and value else value) for name, value in fields]
