"""Ending with the process that wanted us."""

import os
from asyncio import AbstractEventLoop
from collections.abc import Callable

POLL_SECONDS = 0.5


def end_with(pid: int, loop: AbstractEventLoop, end: Callable[[], None]) -> None:
    """Call `end` once the process `pid` is gone; at once if it already is.

    On Linux the kernel tells (`pidfd_open(2)`), elsewhere the parent's id is looked at twice a second. The
    "parent death signal" of Linux is not used: it fires when the thread that started us ends (`prctl(2)`).
    """
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        loop.call_soon(end)
    except (AttributeError, OSError):
        _poll(pid, loop, end)
    else:
        loop.add_reader(descriptor, end)


def _poll(pid: int, loop: AbstractEventLoop, end: Callable[[], None]) -> None:
    if os.getppid() == pid:
        loop.call_later(POLL_SECONDS, _poll, pid, loop, end)
    else:
        end()
