"""What a request asks for, free of any dialect."""

from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from typing import Literal

import msgspec

from backend.simulator.sight import Picture

Schema = Mapping[str, object]
"""A JSON Schema as it was sent."""


class Trade(Enum):
    """What a model is for."""

    CHAT = auto()
    EMBEDDING = auto()
    PICTURE = auto()
    MODERATION = auto()


class Speaker(StrEnum):
    """Who says a turn; dialects map their own roles to these."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Turn(msgspec.Struct, frozen=True):
    """One message of the conversation. `uses` are the tool calls in it as text, which only counts."""

    speaker: Speaker
    text: str
    pictures: tuple[Picture, ...] = ()
    uses: str = ""


class Tool(msgspec.Struct, frozen=True):
    """A function on offer; `schema` is that of its arguments."""

    name: str
    schema: Schema


class ToolChoice(msgspec.Struct, frozen=True):
    """Whether tools may or must be called; with `names` only those."""

    mode: Literal["auto", "none", "required"] = "auto"
    names: tuple[str, ...] = ()


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A wish for one answer. `max_tokens` bounds the answer with its reasoning; None leaves it to the model."""

    model: str
    turns: tuple[Turn, ...]
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    stream: bool = False
    stream_usage: bool = True
    """Whether usage is reported in a stream."""
    json: bool = False
    """Whether the answer has to be JSON: an object, or what `schema` says."""
    schema: Schema | None = None
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice = ToolChoice()
    parallel_calls: bool = True
    """Whether one answer may call several tools."""
    seed: int | None = None
    top_logprobs: int | None = None
    """How many alternatives to report for each token; None reports no probabilities at all."""
    caches: bool = True
    """Whether the conversation so far is found in the provider's cache."""
    writes_cache: bool = False
    """Whether what is new is put there, at a price."""
    form: str = "chat"
    """Which of the dialect's forms the answer takes."""
    trade: Trade = Trade.CHAT

    @property
    def prompt(self) -> str:
        """What the person said last."""
        return next((turn.text for turn in reversed(self.turns) if turn.speaker is Speaker.USER), "")

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """What the person showed with it."""
        return next((turn.pictures for turn in reversed(self.turns) if turn.speaker is Speaker.USER), ())

    @property
    def prefill(self) -> str:
        """The beginning of the answer, when the conversation ends with one."""
        last = self.turns[-1] if self.turns else None
        return last.text if last is not None and last.speaker is Speaker.ASSISTANT else ""

    @property
    def results(self) -> tuple[str, ...]:
        """What tools answered, when the conversation ends with that."""
        found: list[str] = []
        for turn in reversed(self.turns):
            if turn.speaker is not Speaker.TOOL:
                break
            found.append(turn.text)
        return tuple(reversed(found))


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A wish whose answer follows from the request alone: `data`. Model, faults and pace still matter.

    `longest` is the number of tokens that have to fit the model's window at once.
    """

    model: str
    trade: Trade
    data: bytes
    prompt: str = ""
    longest: int = 0
    stream: bool = False
    max_tokens: int | None = None
