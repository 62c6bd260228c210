"""What is asked of a provider and what comes back, in words no wire dialect owns."""

from decimal import Decimal

import msgspec

from shared.messages import FinishReason, Role


class Turn(msgspec.Struct, frozen=True):
    """One message of the conversation, as the model reads it."""

    role: Role
    content: str


class ChatCall(msgspec.Struct, frozen=True, kw_only=True):
    """One request for an answer. `model` is the provider's own name of the model; `max_tokens` bounds the answer."""

    model: str
    messages: tuple[Turn, ...]
    max_tokens: int
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] | None = None
    seed: int | None = None


class TokenUsage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer. `usage` is None when the provider reported none; `provider_cost` is in US dollars."""

    text: str
    finish_reason: FinishReason
    usage: TokenUsage | None = None
    provider_request_id: str | None = None
    provider_cost: Decimal | None = None


class Piece(msgspec.Struct, frozen=True, gc=False):
    """What has arrived of a streamed answer since the last piece: never None, often only text.

    `done` is said once, on the last piece: nothing follows it. `usage` and `provider_cost` (US dollars) replace
    those of earlier pieces.
    """

    text: str = ""
    finish_reason: FinishReason | None = None
    usage: TokenUsage | None = None
    provider_cost: Decimal | None = None
    done: bool = False


class Limits(msgspec.Struct, frozen=True, kw_only=True):
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


class Target(msgspec.Struct, frozen=True, kw_only=True):
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
