"""How a reader is told of an answer: events and text in, the bytes of a wire format out."""

from typing import Protocol

from shared.events import ChatEvent, encode, encode_delta


class Voice(Protocol):
    """One reader's; it may remember what it has said. Empty bytes say nothing."""

    def event(self, event: ChatEvent, edition: int, offset: int) -> bytes:
        """An event that is not text, and where it stands."""

    def delta(self, text: str, edition: int, offset: int) -> bytes:
        """More text, up to `offset`."""


class Native:
    """The events of `shared.events`."""

    event = staticmethod(encode)
    delta = staticmethod(encode_delta)


NATIVE = Native()
