"""What a request asks for, free of any dialect."""

from enum import StrEnum

import msgspec


class Speaker(StrEnum):
    """Who says a turn; dialects map their own roles to these."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Turn(msgspec.Struct, frozen=True):
    """One message of the conversation."""

    speaker: Speaker
    text: str
    images: int = 0


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
    """Whether the answer has to be a JSON object."""

    @property
    def prompt(self) -> str:
        """What the person said last."""
        return next((turn.text for turn in reversed(self.turns) if turn.speaker is Speaker.USER), "")

    @property
    def prefill(self) -> str:
        """The beginning of the answer, when the conversation ends with one."""
        last = self.turns[-1] if self.turns else None
        return last.text if last is not None and last.speaker is Speaker.ASSISTANT else ""
