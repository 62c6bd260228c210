"""Being told to stop."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress


def _nothing() -> None: ...


def told_to_stop(first: Callable[[], None], again: Callable[[], None]) -> asyncio.Future[None]:
    """Done at the first SIGINT, SIGTERM or SIGHUP, which calls `first`; every further one calls `again`."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[None] = loop.create_future()

    def stop() -> None:
        if told.done():
            again()
        else:
            told.set_result(None)
            first()

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, stop)
    return told


async def until_told(
    endless: Coroutine[object, object, None],
    *,
    first: Callable[[], None] = _nothing,
    again: Callable[[], None] = _nothing,
) -> None:
    """Runs `endless` until told to stop, then cancels it and waits for it. Raises what it raises before that."""
    told = told_to_stop(first, again)
    work = asyncio.ensure_future(endless)
    try:
        await asyncio.wait({work, told}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
    finally:
        told.cancel()
        work.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await work
