"""When things are said."""

from collections.abc import Iterator
from random import Random
from typing import Annotated

import msgspec
from msgspec import Meta

Milliseconds = Annotated[float, Meta(ge=0, le=600_000)]


class Pace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first token comes after `first_ms`, each further one `spacing_ms` after the one before.

    Both vary by the fraction `jitter`. With `group` over one, that many tokens are sent at a time and the
    mean rate stays. The defaults are those of a middling commercial model: 60 to 120 tokens per second.
    """

    first_ms: Milliseconds = 275
    spacing_ms: Milliseconds = 12
    jitter: Annotated[float, Meta(ge=0, le=1)] = 0.33
    group: Annotated[int, Meta(ge=1, le=100_000)] = 1

    def delays(self, random: Random) -> Iterator[float]:
        """Milliseconds to wait before each token, without end."""
        yield self._vary(self.first_ms, random)
        waits = (self.spacing_ms * self.group, *(0.0,) * (self.group - 1))
        position = 1
        while True:
            yield self._vary(waits[-position % self.group], random)
            position += 1

    def total(self, tokens: int, random: Random) -> float:
        """Milliseconds until the last of `tokens` tokens."""
        return self._vary(self.first_ms, random) + self._vary(self.spacing_ms * max(0, tokens - 1), random)

    def _vary(self, wait: float, random: Random) -> float:
        return wait * (1 + self.jitter * (2 * random.random() - 1)) if wait and self.jitter else wait


NO_DELAY = Pace(first_ms=0, spacing_ms=0, jitter=0)
BRISK = Pace(first_ms=20, spacing_ms=3, jitter=0)
