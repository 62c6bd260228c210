"""What calling a provider costs this process: `python -m tests.bench.providers --help`.

Figures are CPU time of this process only, pinned to one core; the upstream runs beside it. Every run is bounded.
"""

import argparse
import asyncio
import gc
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import psutil
import uvloop
from msgspec.structs import replace

from backend.providers.calls import ChatCall, Limits, Target, Turn
from backend.providers.engine import ProviderClient
from backend.simulator.server import raise_file_limit
from shared.messages import Role
from tests.bench import decoding
from tests.bench.machine import API_CORE, pin
from tests.bench.processes import simulator
from tests.bench.report import say
from tests.contract.adapters import PATHS, Way

LIMITS = Limits(first_byte=60, first_token=60, inter_token=60)


def target(upstream: str, dialect: str = "openai") -> Target:
    """The upstream, on this machine."""
    return replace(Way("simulator", dialect).target(upstream), limits=LIMITS)


def call(chunks: int, spacing_ms: int) -> ChatCall:
    """A prompt whose answer has that many chunks, that many milliseconds apart."""
    turns = (Turn(Role.SYSTEM, "You are helpful."), Turn(Role.USER, "Tell me about ropes. " * 10))
    return ChatCall(model=f"sim-bench-{chunks}-{spacing_ms}", messages=turns, max_tokens=100_000)


async def share(workers: int, jobs: int, job: Callable[[], Awaitable[None]]) -> float:
    """CPU seconds of this process per job, `workers` at a time."""
    left = iter(range(jobs))

    async def work() -> None:
        for _ in left:
            await job()

    before = time.process_time()
    await asyncio.gather(*(work() for _ in range(workers)))
    return (time.process_time() - before) / jobs


async def completions(client: ProviderClient, upstream: str, jobs: int) -> None:
    """CPU per answer that is not streamed."""
    where, what = target(upstream), call(1, 0)

    async def one() -> None:
        await client.complete(where, what)

    await share(32, 500, one)
    say(f"complete, 32 concurrent: {await share(32, jobs, one) * 1e3:.3f} ms CPU per call")


async def streams(
    client: ProviderClient, upstream: str, count: int, chunks: int, spacing_ms: int, dialect: str = "openai"
) -> float:
    """CPU seconds per chunk of `count` streams at once, opening and closing included."""
    where, what = target(upstream, dialect), call(chunks, spacing_ms)
    pieces = 0

    async def one() -> None:
        nonlocal pieces
        stream = await client.open_stream(where, what)
        try:
            while not (await stream.read()).done:
                pieces += 1
        finally:
            await stream.aclose()

    await share(count, count, one)
    pieces, started = 0, time.perf_counter()
    spent = await share(count, count, one)
    wall = time.perf_counter() - started
    say(
        f"{dialect}: {count} streams of {chunks} chunks {spacing_ms} ms apart: {spent / chunks * 1e6:.2f} us CPU per "
        f"chunk, {count * chunks / max(pieces, 1):.1f} chunks per read, {wall:.1f} s, "
        f"core {spent * count / wall:.0%} busy"
    )
    return spent / chunks


async def memory(client: ProviderClient, upstream: str, count: int) -> None:
    """Resident memory per stream that is open and has delivered something."""
    where, what = target(upstream), call(60, 1000)

    async def one() -> None:
        stream = await client.open_stream(where, what)
        try:
            while not (await stream.read()).done:
                pass
        finally:
            await stream.aclose()

    def resident() -> int:
        gc.collect()
        return psutil.Process().memory_info().rss

    before = resident()
    tasks = [asyncio.create_task(one()) for _ in range(count)]
    await asyncio.sleep(8)
    grown = resident() - before
    for task in tasks:
        task.cancel()
    failed = [done for done in await asyncio.gather(*tasks, return_exceptions=True) if isinstance(done, Exception)]
    say(f"{count} open streams: {grown / count / 1024:.1f} KB resident each, {len(failed)} failed")


async def run(options: argparse.Namespace, upstream: str) -> None:
    """The cases asked for, one after the other, memory first while the heap is still small."""
    async with ProviderClient() as client:
        if "memory" in options.cases:
            await memory(client, upstream, options.open)
        if "complete" in options.cases:
            await completions(client, upstream, options.calls)
        if "paced" in options.cases:
            await streams(client, upstream, 256, options.chunks, 10)
        if "burst" in options.cases:
            await streams(client, upstream, 256, 2000, 0)
        if "dialects" in options.cases:
            for dialect in PATHS:
                await streams(client, upstream, 256, options.chunks, 10, dialect)
                await streams(client, upstream, 256, 2000, 0, dialect)


def main() -> None:
    """Parses the command line and runs in uvloop, against the simulator unless told otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", default=["memory", "complete", "paced", "burst", "dialects", "decode"])
    parser.add_argument("--upstream", help="base URL, e.g. http://127.0.0.1:9000; by default a simulator is started")
    parser.add_argument("--calls", type=int, default=4000)
    parser.add_argument("--chunks", type=int, default=500)
    parser.add_argument("--open", type=int, default=1000)
    options = parser.parse_args()
    pin(os.getpid(), API_CORE)
    raise_file_limit()
    with ExitStack() as stack:
        upstream = options.upstream or stack.enter_context(simulator()).url
        uvloop.run(run(options, upstream))
        if "decode" in options.cases and not decoding.compare(upstream, call(2000, 0)):
            raise SystemExit(f"A dialect costs more than {decoding.MOST} times as much as OpenAI's.")


if __name__ == "__main__":
    main()
