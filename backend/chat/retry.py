"""Whether asking the same route once more is worth it, and after how long. Pure but for the dice."""

import random

from backend.providers.errors import ProviderError, RateLimited, ServerFault

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 4.0
"""Seconds: the bounds of the pauses among which a random one is taken when the provider names none."""

OVERLOADED = frozenset({502, 503, 504, 529})
_TRIES, _TRIES_WHEN_BUSY = 2, 3


def pause_before_retry(failure: ProviderError, tries: int, patience: float) -> float | None:
    """Seconds to wait before asking the same route again; None when another one is to be asked.

    `tries` is how often it was asked; `patience` the seconds that may still be spent on waiting. A provider is never
    asked sooner than it wishes. Otherwise the pause is full jitter, random.uniform(0, min(cap, base * 2 ** n)):
    aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter.
    """
    if not failure.retry_same_route or tries >= _most_tries(failure):
        return None
    if failure.retry_after is not None:
        return float(failure.retry_after) if failure.retry_after <= patience else None
    pause = random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**tries))  # noqa: S311 - not a secret
    return pause if pause <= patience else None


def _most_tries(failure: ProviderError) -> int:
    busy = isinstance(failure, RateLimited) or (
        isinstance(failure, ServerFault) and failure.provider_status in OVERLOADED
    )
    return _TRIES_WHEN_BUSY if busy else _TRIES
