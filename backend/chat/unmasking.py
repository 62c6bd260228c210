"""Putting data back into an answer for the person it belongs to: whole, or as it is streamed."""

from msgspec import structs

from backend.chat.voice import Voice
from backend.precheck.personal.mask import Names, unfinished, unmask
from shared.chat import ChatAnswer, UsageFigures
from shared.chat import ToolCall as Call
from shared.errors import ErrorBody
from shared.events import ChatEvent, Done, Restart, ToolCalls


class Unmasking:
    """Another voice, told the data in place of their placeholders.

    A placeholder may come in pieces: what may be the beginning of one is kept until it is clear. Places in the text are
    those of the text with placeholders, and never after what was told, so that a reader who comes back misses nothing.
    """

    def __init__(self, voice: Voice, names: Names, *, in_json: bool) -> None:
        self.voice = voice
        self._names = names
        self._in_json = in_json
        self._kept = ""

    def delta(self, text: str, edition: int, offset: int) -> bytes:
        """More text."""
        text = self._kept + text
        told = len(text) - unfinished(text)
        self._kept = text[told:]
        return self._tell(text[:told], edition, offset - len(self._kept))

    def event(self, event: ChatEvent, edition: int, offset: int) -> bytes:
        """An event; one that ends the text comes after all of it."""
        if isinstance(event, Restart):
            self._kept = ""
        elif self._kept and _ends_text(event):
            rest, self._kept = self._kept, ""
            return self._tell(rest, edition, offset) + self.voice.event(self._given(event), edition, offset)
        return self.voice.event(self._given(event), edition, offset - len(self._kept))

    def _tell(self, text: str, edition: int, offset: int) -> bytes:
        return self.voice.delta(unmask(text, self._names, in_json=self._in_json), edition, offset) if text else b""

    def _given(self, event: ChatEvent) -> ChatEvent:
        return (
            ToolCalls(calls=[_call(call, self._names) for call in event.calls])
            if isinstance(event, ToolCalls)
            else event
        )


def unmasked(answer: ChatAnswer, names: Names, *, in_json: bool) -> ChatAnswer:
    """A whole answer with the data put back."""
    if not names:
        return answer
    return structs.replace(
        answer,
        text=unmask(answer.text, names, in_json=in_json),
        tool_calls=[_call(call, names) for call in answer.tool_calls],
    )


def _call(call: Call, names: Names) -> Call:
    return structs.replace(call, arguments=unmask(call.arguments, names, in_json=True))


def _ends_text(event: ChatEvent) -> bool:
    return isinstance(event, Done | ErrorBody | ToolCalls) or (isinstance(event, UsageFigures) and event.final)
