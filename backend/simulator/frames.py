"""Pieces of a stream before they are put on the wire."""

from enum import Enum, auto
from typing import NamedTuple

from backend.simulator.http import Act


class Part(Enum):
    """What a frame is for."""

    FRAME = auto()
    """Openings, comments and whatever else takes no time."""
    TOKEN = auto()
    """A piece of the answer or of its reasoning; the only part that is paced."""
    FINISH = auto()
    USAGE = auto()
    END = auto()
    """The dialect's terminator."""


class Frame(NamedTuple):
    """One event as the dialect writes it."""

    part: Part
    data: bytes
    act: Act = Act.GO_ON


class Body(NamedTuple):
    """An answer in one piece. `length` is what the header declares, `act` follows the data."""

    data: bytes
    length: int
    act: Act = Act.GO_ON
