"""Being told to stop, once, twice and not at all."""

import asyncio
import os
import signal

import pytest

from backend.running.signals import until_told


async def endless(entered: asyncio.Event, left: list[str]) -> None:
    entered.set()
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        left.append("left")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_cancels_the_work_and_waits_for_its_end(number: signal.Signals) -> None:
    entered, left, told = asyncio.Event(), [], []
    task = asyncio.create_task(until_told(endless(entered, left), first=lambda: told.append("told")))
    await entered.wait()
    os.kill(os.getpid(), number)
    await asyncio.wait_for(task, 5)
    assert (told, left) == (["told"], ["left"])


async def test_a_second_signal_hurries() -> None:
    entered, hurried = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        entered.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            await hurried.wait()

    task = asyncio.create_task(until_told(slow(), again=hurried.set))
    await entered.wait()
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.wait_for(task, 5)


async def test_a_failure_of_the_work_is_raised() -> None:
    async def failing() -> None:
        raise LookupError("reason")

    with pytest.raises(LookupError, match="reason"):
        await until_told(failing())
