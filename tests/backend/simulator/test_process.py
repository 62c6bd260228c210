"""The simulator as a process: `python -m backend.simulator`."""

import asyncio
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.backend.simulator.client import Client, chat, chunks, post

Start = Callable[..., Awaitable[Process]]
SECONDS = 20


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts simulators and ends those that are left."""
    started: list[Process] = []

    async def start(*arguments: str) -> Process:
        command = [sys.executable, "-m", "backend.simulator", *arguments]
        started.append(await create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE))
        return started[-1]

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def address(process: Process) -> int:
    """The port in the one line that the simulator prints."""
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), SECONDS)).decode()
    start, _, port = line.rpartition(":")
    assert start == "simulator listening on http://127.0.0.1"
    return int(port)


async def test_a_port_in_use_is_one_sentence(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = await start("--port", str(port))
        _, errors = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode == 1
    assert errors.decode().startswith(f"The simulator cannot listen on 127.0.0.1:{port}: ")
    assert errors.count(b"\n") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_at_once_also_in_mid_answer(start: Start, number: signal.Signals) -> None:
    process = await start()
    client = Client(await address(process))
    listening = asyncio.create_task(
        client.hear(post("/v1/chat/completions", chat("sim-bench-100000-100")), patience=SECONDS, enough=b"lorem")
    )
    await listening
    process.send_signal(number)
    assert await asyncio.wait_for(process.wait(), 3) == 0


async def test_it_ends_with_the_process_that_wanted_it(start: Start) -> None:
    parent = await create_subprocess_exec(sys.executable, "-c", "input()", stdin=PIPE)
    process = await start("--parent-pid", str(parent.pid))
    await address(process)
    assert process.returncode is None
    parent.kill()
    await parent.wait()
    assert await asyncio.wait_for(process.wait(), 5) == 0


async def test_it_does_not_outlive_a_parent_that_is_gone_already(start: Start) -> None:
    parent = await create_subprocess_exec(sys.executable, "-c", "")
    await parent.wait()
    process = await start("--parent-pid", str(parent.pid))
    assert await asyncio.wait_for(process.wait(), SECONDS) == 0


async def test_the_pace_of_all_models_can_be_given(start: Start) -> None:
    client = Client(await address(await start("--first-ms", "0", "--spacing-ms", "0")))
    heard = await client.chat("sim-strong", "in 3000 words: rivers")
    assert len(heard.tokens) > 3_000


async def test_it_streams_under_uvloop_with_every_token_in_its_own_chunk(start: Start) -> None:
    client = Client(await address(await start()))
    heard = await client.chat("sim-bench-20-5")
    assert heard.tokens == [" lorem"] * 20
    assert [chunk.count(b" lorem") for chunk in chunks(heard.raw.partition(b"\r\n\r\n")[2])][1:21] == [1] * 20


@pytest.mark.parametrize(("fault", "end"), [("reset", "reset"), ("cut-reset-3", "reset"), ("cut-3", "closed")])
async def test_it_breaks_connections_under_uvloop(start: Start, fault: str, end: str) -> None:
    client = Client(await address(await start()))
    assert (await client.chat(f"sim-fault-{fault}")).end == end
