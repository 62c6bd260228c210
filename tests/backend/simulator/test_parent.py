import asyncio
import os

import pytest

from backend.simulator import parent
from backend.simulator.parent import end_with


@pytest.fixture
def no_pidfd(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that cannot tell, as macOS or an old Linux."""

    def refuse(pid: int) -> int:
        raise OSError

    monkeypatch.setattr(os, "pidfd_open", refuse, raising=False)
    monkeypatch.setattr(parent, "POLL_SECONDS", 0.01)


@pytest.mark.usefixtures("no_pidfd")
async def test_where_the_kernel_does_not_tell_the_parent_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    parents = iter([4711, 4711, 1])
    monkeypatch.setattr(os, "getppid", lambda: next(parents))
    ended = asyncio.Event()
    end_with(4711, asyncio.get_running_loop(), ended.set)
    assert not ended.is_set()
    await asyncio.wait_for(ended.wait(), 5)
    assert list(parents) == []


@pytest.mark.usefixtures("no_pidfd")
async def test_another_process_than_the_parent_counts_as_gone() -> None:
    ended = asyncio.Event()
    end_with(2**22 + 1, asyncio.get_running_loop(), ended.set)
    await asyncio.wait_for(ended.wait(), 5)
