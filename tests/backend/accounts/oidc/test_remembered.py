"""What is fetched from a provider is kept, and not for ever."""

import asyncio

import pytest

from backend.accounts.oidc.errors import SignInFailed, away
from backend.accounts.oidc.remembered import FRESH_SECONDS, PAUSE_SECONDS, STALE_SECONDS, Remembered


class Source:
    """Counts what is fetched, at a time of its own."""

    def __init__(self) -> None:
        self.now, self.fetched, self.away = 1000.0, 0, False
        self.value = Remembered(self._fetch, lambda: self.now)

    async def _fetch(self) -> str:
        self.fetched += 1
        await asyncio.sleep(0)
        if self.away:
            raise away("HTTP 503")
        return f"value {self.fetched}"


async def test_many_at_once_make_one_fetch() -> None:
    source = Source()
    assert set(await asyncio.gather(*(source.value.get() for _ in range(20)))) == {"value 1"}


async def test_it_is_fetched_anew_when_it_is_not_fresh() -> None:
    source = Source()
    await source.value.get()
    source.now += FRESH_SECONDS
    assert await source.value.get() == "value 2"


async def test_a_stale_one_serves_while_nobody_answers_but_not_for_ever() -> None:
    source = Source()
    await source.value.get()
    source.away = True
    source.now += FRESH_SECONDS
    assert await source.value.get() == "value 1"
    source.now += STALE_SECONDS
    with pytest.raises(SignInFailed):
        await source.value.get()


async def test_after_a_failure_there_is_a_pause_and_then_another_try() -> None:
    source = Source()
    source.away = True
    for _ in range(3):
        with pytest.raises(SignInFailed):
            await source.value.get()
    assert source.fetched == 1
    source.now += PAUSE_SECONDS
    source.away = False
    assert await source.value.get() == "value 2"


async def test_another_one_than_the_one_seen_is_fetched_once_for_all_who_saw_it() -> None:
    source = Source()
    seen = await source.value.get()
    source.now += PAUSE_SECONDS
    assert set(await asyncio.gather(*(source.value.other_than(seen) for _ in range(5)))) == {"value 2"}
    assert source.fetched == 2


async def test_one_that_was_just_fetched_is_not_fetched_again() -> None:
    source = Source()
    seen = await source.value.get()
    assert await source.value.other_than(seen) == seen
    assert source.fetched == 1
