"""What is measured, one function per case. A chunk is always a chunk that the upstream sent."""

import asyncio
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter

from tests.bench.connection import Answer, Connection
from tests.bench.plan import Plan
from tests.bench.report import Figure, percentile
from tests.bench.target import Target

PACE_KEPT = 0.9
"""Below this share of the offered chunks per second they came in lumps, which are cheaper."""
POLL_SECONDS = 0.02
OPENING_POLL_SECONDS = 0.2
OVERLAPPING_CHUNKS = 50
"""Fewer per stream while all of them flow say nothing."""
SETTLE_SECONDS = 2.0
FIRST_TOKEN_CONCURRENCY = (1, 8)


class Failed(RuntimeError):
    """An answer was refused or incomplete, so that figures would mean nothing."""


async def plain(target: Target, plan: Plan) -> list[Figure]:
    """Requests that are not streamed; the answer has 20 tokens."""
    connections = await target.connect(plan.concurrent, plan.plain_model, stream=False)
    await _share(connections, plan.requests // 2, marks=20)
    cpu, rate = [], []
    for _ in range(plan.rounds):
        before, begun = _cpu(target), perf_counter()
        await _share(connections, plan.requests, marks=20)
        rate.append(plan.requests / (perf_counter() - begun))
        cpu.append((_cpu(target) - before) / plan.requests * 1e3)
    _close(connections)
    return [
        Figure(f"CPU per request, {plan.concurrent} concurrent", "ms", cpu, limit=1.0),
        Figure("requests per second", "1/s", rate),
    ]


async def spaced(target: Target, plan: Plan) -> list[Figure]:
    """Many streams whose chunks come 10 ms apart.

    `steady` counts from when every stream has begun until the first one ends; `whole` includes asking, admission and
    settlement.
    """
    chunks = plan.spaced_chunks
    connections = await target.connect(plan.streams, plan.spaced_model, stream=True)
    steady, rates, whole, seconds = [], [], [], []
    for round_number in range(plan.rounds + 1):
        before, begun = _cpu(target), perf_counter()
        already = sum(connection.marks for connection in connections)
        streaming = asyncio.gather(*(connection.ask() for connection in connections))
        cost, rate = await _steady(target, connections, streaming, chunks)
        _check(await streaming, chunks)
        if round_number == 0:
            continue
        steady.append(cost)
        rates.append(rate)
        received = sum(connection.marks for connection in connections) - already
        whole.append((_cpu(target) - before) / received * 1e6)
        seconds.append(perf_counter() - begun)
    _close(connections)
    name = f"{plan.streams} streams, a chunk every 10 ms"
    kept = median(rates) >= PACE_KEPT * plan.streams * 100
    return [
        Figure(f"CPU per chunk, {name}, steady", "us", steady, limit=35 if kept else None),
        Figure(f"chunks per second meanwhile, {plan.streams * 100:,} when all keep pace", "1/s", rates),
        Figure(f"CPU per chunk, whole answers of {chunks}", "us", whole),
        Figure(f"time for an answer that takes {chunks / 100:g} s", "s", seconds),
    ]


async def burst(target: Target, plan: Plan) -> list[Figure]:
    """Many streams at once, each as fast as it is read; asking and settling included."""
    chunks = plan.burst_chunks
    together = await _bursts(target, plan, plan.burst_model, chunks)
    grouped = await _bursts(target, plan, plan.grouped_model, chunks)
    return [
        Figure(f"CPU per chunk, {plan.streams} streams of {chunks} in one burst", "us", together, limit=10),
        Figure("CPU per chunk, 25 at a time, every 250 ms", "us", grouped),
    ]


async def first_token(target: Target, direct: Target, plan: Plan) -> list[Figure]:
    """The time to the first token, and how much of it the target adds to calling the upstream directly."""
    figures: list[Figure] = []
    for concurrent in FIRST_TOKEN_CONCURRENCY:
        times: list[tuple[float, float, float, float]] = []
        for _ in range(plan.rounds + 1):
            through, straight = [await _first_tokens(who, plan, concurrent) for who in (target, direct)]
            middle, tail = percentile(through, 0.5), percentile(through, 0.95)
            times.append((middle, tail, middle - percentile(straight, 0.5), tail - percentile(straight, 0.95)))
        middles, tails, added, added_tails = map(list, zip(*times[1:], strict=True))
        name = f"{concurrent} at a time"
        figures += [Figure(f"p50, {name}", "ms", middles), Figure(f"p95, {name}", "ms", tails)]
        if target is not direct:
            limit = 3 if concurrent == 1 else None
            figures += [
                Figure(f"added to the direct call, p50, {name}", "ms", added, limit=limit),
                Figure(f"added to the direct call, p95, {name}", "ms", added_tails),
            ]
    return figures


async def memory(target: Target, plan: Plan) -> list[Figure]:
    """Resident memory at rest and per open stream that has delivered something."""
    if target.usage is None:
        return []
    warm = await target.connect(8, plan.plain_model, stream=True)
    await _share(warm, 64, marks=20)
    rest = target.usage.rss()
    figures = [Figure("resident at rest", "MB", [rest / 1e6])]
    connections = warm
    asked: list[asyncio.Future[Answer]] = []
    for count in plan.open_streams:
        fresh = await target.connect(count - len(asked), plan.open_model, stream=True)
        connections += fresh
        asked += [connection.ask() for connection in fresh]
        async with asyncio.timeout(120):
            while any(not connection.marks for connection in fresh):
                ended, _ = await asyncio.wait(asked, timeout=OPENING_POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                _check([future.result() for future in ended], marks=600)
        await asyncio.sleep(SETTLE_SECONDS)
        per_stream = (target.usage.rss() - rest) / count / 1024
        figures.append(Figure(f"per stream, {count:,} open", "KB", [per_stream], limit=60))
    _close(connections)
    await asyncio.gather(*asked, return_exceptions=True)
    return figures


async def _bursts(target: Target, plan: Plan, model: str, chunks: int) -> list[float]:
    connections = await target.connect(plan.streams, model, stream=True)
    found = []
    for round_number in range(plan.rounds + 1):
        before = _cpu(target)
        _check(await asyncio.gather(*(connection.ask() for connection in connections)), chunks)
        if round_number:
            found.append((_cpu(target) - before) / (plan.streams * chunks) * 1e6)
    _close(connections)
    return found


async def _first_tokens(target: Target, plan: Plan, concurrent: int) -> list[float]:
    """Milliseconds to the first token of short answers."""
    connections = await target.connect(concurrent, plan.first_token_model, stream=True)
    answers = await _share(connections, plan.first_tokens, marks=3)
    _close(connections)
    return [answer.first_mark * 1e3 for answer in answers if answer.first_mark is not None]


async def _steady(
    target: Target, connections: list[Connection], streaming: asyncio.Future[list[Answer]], chunks: int
) -> tuple[float, float]:
    """CPU microseconds per chunk while all streams flow, and how many chunks per second that were."""
    begun = {connection: connection.marks for connection in connections}
    first = last = _cpu(target), 0, perf_counter()
    while not streaming.done():
        await asyncio.wait((streaming,), timeout=POLL_SECONDS)
        said = [connection.marks - begun[connection] for connection in connections]
        if max(said) >= chunks:
            break
        last = _cpu(target), sum(said), perf_counter()
        if min(said) == 0:
            first = last
    received = last[1] - first[1]
    if received < OVERLAPPING_CHUNKS * len(connections):
        raise Failed("The streams hardly overlapped: too few chunks came while all of them were flowing.")
    return (last[0] - first[0]) / received * 1e6, received / (last[2] - first[2])


async def _share(connections: list[Connection], count: int, marks: int) -> list[Answer]:
    """`count` answers, one at a time on each connection."""
    left = iter(range(count))
    answers: list[Answer] = []

    async def work(connection: Connection) -> None:
        for _ in left:
            answers.append(await connection.ask())

    await asyncio.gather(*(work(connection) for connection in connections))
    _check(answers, marks)
    return answers


def _check(answers: list[Answer], marks: int) -> None:
    for answer in answers:
        if answer.status != 200 or answer.marks != marks:
            raise Failed(
                f"An answer came with status {answer.status} and {answer.marks} of {marks} chunks. {answer.refusal}"
            )


def _cpu(target: Target) -> float:
    return target.usage.cpu() if target.usage is not None else 0.0


def _close(connections: list[Connection]) -> None:
    for connection in connections:
        connection.close()


Case = Callable[[Target, Plan], Awaitable[list[Figure]]]
CASES: dict[str, Case] = {"memory": memory, "plain": plain, "spaced": spaced, "burst": burst}
"""Memory first, while the heap is fresh."""
