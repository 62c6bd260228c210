"""Something fetched from elsewhere, kept while it is fresh."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from backend.accounts.oidc.errors import SignInFailed

FRESH_SECONDS = 3600.0
STALE_SECONDS = 24 * 3600.0
"""How long it serves when it cannot be fetched anew."""
PAUSE_SECONDS = 5.0
"""Between a failure and the next try, and between two renewals that somebody asks for."""

T = TypeVar("T")


class Remembered(Generic[T]):
    """One value. Whoever comes while it is fetched waits for that fetch."""

    def __init__(self, fetch: Callable[[], Awaitable[T]], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._turn = asyncio.Lock()
        self._value: T | None = None
        self._since = 0.0
        self._failure: SignInFailed | None = None
        self._failed_at = 0.0

    async def get(self) -> T:
        """The value, at most `FRESH_SECONDS` old unless fetching fails. Raises `SignInFailed`."""
        if (value := self._younger_than(FRESH_SECONDS)) is not None:
            return value
        async with self._turn:
            if (value := self._younger_than(FRESH_SECONDS)) is not None:
                return value
            try:
                return await self._renew()
            except SignInFailed:
                if (value := self._younger_than(STALE_SECONDS)) is not None:
                    return value
                raise

    async def other_than(self, seen: T) -> T:
        """The value after one more fetch, unless another one is known or was just fetched. Raises `SignInFailed`."""
        async with self._turn:
            value = self._younger_than(STALE_SECONDS)
            if value is not None and (value is not seen or self._clock() - self._since < PAUSE_SECONDS):
                return value
            return await self._renew()

    def _younger_than(self, seconds: float) -> T | None:
        return self._value if self._value is not None and self._clock() - self._since < seconds else None

    async def _renew(self) -> T:
        if self._failure is not None and self._clock() - self._failed_at < PAUSE_SECONDS:
            raise SignInFailed(self._failure.trouble, self._failure.reason)
        try:
            self._value = await self._fetch()
        except SignInFailed as error:
            self._failure, self._failed_at = error, self._clock()
            raise
        self._failure, self._since = None, self._clock()
        return self._value
