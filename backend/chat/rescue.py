"""Saving an answer that broke off: in which order routes are asked, how, and what of their text is new. Pure."""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple

from backend.catalogue.snapshot import Model
from backend.chat.order import Route
from backend.providers.calls import Turn
from backend.providers.errors import ContextTooLong, ProviderError
from shared.catalogue import Capability
from shared.messages import Role

RESCUES = 4
"""Attempts at most after an answer has begun."""


class Way(Enum):
    """How a route is asked."""

    FRESH = "fresh"
    """Nothing has been written."""
    CONTINUE = "continue"
    """From the text there is, given as the beginning of the answer."""
    AGAIN = "again"
    """From the beginning; what repeats the text there is, is not told twice."""


class Step(NamedTuple):
    """One route and how to ask it."""

    route: Route
    way: Way


def rescue_steps(routes: Sequence[Route], broken: Route, failure: ProviderError) -> list[Step]:
    """Those that can go on come first, then everybody from the beginning; each route once.

    The route that broke goes first when trying again may help at once, as after a cut, and last after a silence.
    """
    others = [route for route in routes if route is not broken]
    order = [broken, *others] if failure.retry_same_route else [*others, broken]
    able = [route for route in order if Capability.PREFILL in route.model.capabilities]
    steps = [Step(route, Way.CONTINUE) for route in able]
    steps += [Step(route, Way.AGAIN) for route in order if route not in able]
    return steps[:RESCUES]


def turns_with(turns: tuple[Turn, ...], text: str) -> tuple[Turn, ...]:
    """The conversation with the beginning of its answer. Some providers refuse white space at its end."""
    if turns[-1].role is Role.ASSISTANT:
        text, turns = turns[-1].content + text, turns[:-1]
    begun = text.rstrip()
    return (*turns, Turn(Role.ASSISTANT, begun)) if begun else turns


class Continuation:
    """What a model that goes on from `shown` adds; the white space that was not sent to it is not told twice."""

    def __init__(self, shown: str) -> None:
        self._owed = shown[len(shown.rstrip()) :]

    def take(self, text: str) -> str:
        """The part of `text` that is new."""
        while self._owed and text and text[0] == self._owed[0]:
            text, self._owed = text[1:], self._owed[1:]
        if text:
            self._owed = ""
        return text


class Repetition:
    """What a model that begins anew adds to `shown`, as long as it says the same.

    `differs` is set when it does not; `said` is then all it has said, which replaces what was shown.
    """

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self._matched = 0
        self.differs = False

    @property
    def matched(self) -> int:
        """Characters that it has repeated."""
        return self._matched

    def take(self, text: str) -> str:
        """The part of `text` that goes beyond what was shown; nothing while it repeats, or when it differs."""
        if self.differs:
            return ""
        rest = len(self._shown) - self._matched
        if not rest:
            return text
        known, new = text[:rest], text[rest:]
        if not self._shown.startswith(known, self._matched):
            self.differs = True
            return ""
        self._matched += len(known)
        return new

    def said(self, text: str) -> str:
        """Everything it has said, `text` being the piece in which it differed."""
        return self._shown[: self._matched] + text

    @property
    def complete(self) -> bool:
        """Whether all that was shown has been repeated."""
        return self._matched == len(self._shown)


def with_room(routes: Iterable[Route], model: Model, failure: ContextTooLong) -> list[Route]:
    """The routes of other models that read more than the one for which the prompt was too long; each once."""
    needed = max(failure.limit or model.context_window, failure.requested or 0)
    roomier = [route for route in routes if route.model is not model and route.model.context_window > needed]
    return [route for n, route in enumerate(roomier) if route not in roomier[:n]]
