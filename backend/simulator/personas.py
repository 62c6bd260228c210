"""The models on offer: characters with a pace, a window and a way of talking."""

from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from backend.simulator.ask import Trade
from backend.simulator.faults.names import Fault, UnknownFault, parse
from backend.simulator.pace import BRISK, NO_DELAY, Pace

CREATED = 1_735_689_600
"""When all models came into being, in epoch seconds."""

Count = Annotated[int, Meta(ge=0, le=1_000_000)]


class Script(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly what is said, piece by piece: `texts`, or `chunks` times `text`."""

    chunks: Count = 1
    text: Annotated[str, Meta(max_length=100_000)] = " lorem"
    texts: Annotated[list[str], Meta(max_length=100_000)] | None = None

    def pieces(self) -> list[str]:
        """The text of each chunk."""
        return [self.text] * self.chunks if self.texts is None else self.texts


class Persona(msgspec.Struct, frozen=True, kw_only=True):
    """A model. Personas with the same `voice` say the same to the same conversation."""

    name: str
    context_window: int = 128_000
    max_output: int = 16_384
    pace: Pace = Pace()
    voice: str = "plain"
    wordiness: float = 1.0
    reasoning: int = 0
    """How many times the reasoning passage is thought before answering."""
    prefill: bool = True
    """Whether a final assistant turn is continued; otherwise the answer begins anew."""
    echo: bool = False
    sees: bool = True
    """Whether pictures may be shown to it."""
    trade: Trade = Trade.CHAT
    fault: Fault | None = None
    script: Script | None = None


NAMED = (
    Persona(name="sim-fast", pace=Pace(first_ms=200, spacing_ms=9), context_window=32_768, wordiness=0.6),
    Persona(name="sim-balanced"),
    Persona(
        name="sim-strong",
        pace=Pace(first_ms=350, spacing_ms=16),
        context_window=200_000,
        max_output=65_536,
        voice="thorough",
        wordiness=1.6,
        prefill=False,
    ),
    Persona(name="sim-reasoning", voice="thorough", reasoning=4, prefill=False, context_window=200_000),
    Persona(
        name="sim-small", pace=Pace(first_ms=160, spacing_ms=8), context_window=4_096, max_output=1_024, sees=False
    ),
    Persona(name="sim-instant", pace=NO_DELAY),
    Persona(name="sim-echo", pace=NO_DELAY, echo=True, max_output=1_000_000, context_window=1_000_000),
    Persona(name="sim-embedding", trade=Trade.EMBEDDING, pace=Pace(first_ms=40), context_window=8_192, max_output=1),
    Persona(name="sim-image", trade=Trade.PICTURE, pace=Pace(first_ms=900), context_window=8_192, max_output=1),
)
MODERATORS = frozenset({"omni-moderation-latest", "text-moderation-latest"})
"""Not among the models that are listed, as at OpenAI's they are nobody's to chat with."""
_BY_NAME = {persona.name: persona for persona in NAMED}
_FAULT, _BENCH = "sim-fault-", "sim-bench-"


def find(name: str, pace: Pace | None = None, trade: Trade = Trade.CHAT) -> Persona | None:
    """A named persona, `sim-fault-<fault>` or `sim-bench-<chunks>-<spacing ms>[-<chunks per write>]`.

    Of the last two there is one for every trade. `pace`, when given, replaces that of all named personas.
    """
    if name.startswith(_FAULT):
        try:
            return Persona(name=name, pace=BRISK, wordiness=0.6, trade=trade, fault=parse(name.removeprefix(_FAULT)))
        except UnknownFault:
            return None
    if name.startswith(_BENCH):
        return _bench(name, trade)
    if trade is Trade.MODERATION and name in MODERATORS:
        return Persona(name=name, trade=trade, pace=pace or Pace(first_ms=60), max_output=1)
    persona = _BY_NAME.get(name)
    return persona if persona is None or pace is None else replace(persona, pace=pace)


def _bench(name: str, trade: Trade) -> Persona | None:
    figures = name.removeprefix(_BENCH).split("-")
    if not 2 <= len(figures) <= 3 or not all(figure.isdecimal() and len(figure) < 7 for figure in figures):
        return None
    chunks, spacing, group = (*map(int, figures), 1)[:3]
    pace = Pace(first_ms=0, spacing_ms=spacing, jitter=0, group=max(1, min(group, 100_000)))
    script = Script(chunks=chunks)
    return Persona(name=name, pace=pace, script=script, trade=trade, max_output=1_000_000, context_window=10_000_000)
