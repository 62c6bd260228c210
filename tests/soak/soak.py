"""Mixed load with faults for a long time: what a process needs does not grow, and nothing is left over."""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from random import Random

import httpx
from msgspec import Struct

from tests.crash.evidence import offences
from tests.fixtures.site import INSTANT, LONG, QUICK, Site, people, seeded
from tests.fixtures.visitors import Notes, Visitor
from tests.soak.rest import come_to_rest, resident, rest

FAULTS = (
    "cut-5", "cut-reset-3", "stall-4", "silent", "500", "503", "429", "reset", "reset-after-headers", "end-early",
    "malformed", "no-done", "no-usage", "in-band-error", "slow-100", "split", "empty", "no-first-token",
)  # fmt: skip
FAULT_SECONDS = 3.0
SAMPLE_SECONDS = 2.0
WARM_UP_SECONDS = 6.0
COOLING_SECONDS = 90.0
"""Finished streams are kept for half a minute, idle connections to providers less long."""
SHARE = 0.1
"""Of the measured time: so much at its beginning is compared with so much at its end."""
PAGES = ("/api/conversations", "/api/usage", "/api/ai/models", "/api/ai/assistants", "/v1/auth/me", "/api/plans")


class Plan(Struct, frozen=True, kw_only=True):
    """`growth` is the share by which memory may grow after the first `settling` seconds."""

    seed: int
    seconds: float
    settling: float
    growth: float
    visitors: int
    think: float = 0.5


class Outcome(Struct, frozen=True, kw_only=True):
    """What happened; `grown` is each process's growth after the settling time. `offences` must be empty."""

    seconds: float
    answered: int
    seen: Counter[str]
    megabytes: list[tuple[float, float]]
    grown: list[float]
    offences: list[str]

    def text(self) -> str:
        """The figures for a terminal."""
        seen = ", ".join(f"{number} {what}" for what, number in sorted(self.seen.items()))
        memory = [
            f"process {number}: {first:.1f} MB after settling, {last:.1f} MB at the end, {grown:+.1%}"
            for number, ((first, last), grown) in enumerate(zip(self.megabytes, self.grown, strict=True))
        ]
        return "\n".join(
            [
                f"{self.seconds:.0f} s of mixed load, {self.answered} answers",
                f"people saw: {seen}",
                *memory,
                *(self.offences or ["nothing left over, every book balanced"]),
            ]
        )


async def soak(site: Site, plan: Plan) -> Outcome:
    """Warms up, notes the state at rest, loads, comes to rest and compares."""
    notes = Notes()
    await _load(site, plan, notes, WARM_UP_SECONDS, None)
    before = await asyncio.to_thread(rest, site)
    samples: list[tuple[float, list[int]]] = []
    began = time.monotonic()
    await _load(site, plan, notes, plan.seconds, lambda: samples.append((time.monotonic() - began, resident(site))))
    seconds = time.monotonic() - began
    left = await asyncio.to_thread(come_to_rest, site, before, COOLING_SECONDS)
    memory = _memory(samples, plan.settling)
    grown = [last / first - 1 for first, last in memory]
    return Outcome(
        seconds=seconds,
        answered=notes.seen["answered"],
        seen=notes.seen,
        megabytes=memory,
        grown=grown,
        offences=[
            *left,
            *(f"memory grew by {share:.1%}" for share in grown if share > plan.growth),
            *offences(site.database_url, notes.told),
        ],
    )


async def _load(site: Site, plan: Plan, notes: Notes, seconds: float, sample: Callable[[], object] | None) -> None:
    until = time.monotonic() + seconds

    def going_on() -> bool:
        return time.monotonic() < until

    crowd = await people(site.database_url, [Decimal(20_000)] * plan.visitors)
    models = [INSTANT, INSTANT, QUICK, LONG]
    async with asyncio.TaskGroup() as group:
        for number, (_, token) in enumerate(crowd, 1):
            chance = seeded(plan.seed, number)
            visitor = Visitor(token, site.urls, models, chance, notes, think=plan.think)
            group.create_task(visitor.visit(going_on))
            group.create_task(_browse(token, site.urls, seeded(plan.seed, -number), going_on, plan.think))
        group.create_task(_trouble(site.simulator_url, seeded(plan.seed, 0), going_on))
        while going_on():
            if sample is not None:
                sample()
            await asyncio.sleep(min(SAMPLE_SECONDS, max(0.1, until - time.monotonic())))


async def _browse(token: str, urls: list[str], chance: Random, going_on: Callable[[], bool], think: float) -> None:
    """Somebody looks around, and has prompts checked, beside asking."""
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {token}"}, timeout=30, trust_env=False) as http:
        while going_on():
            url = chance.choice(urls)
            if chance.random() < 0.3:
                await http.post(f"{url}/api/ai/precheck", json={"prompt": f"explain number {chance.randrange(10**6)}"})
            else:
                await http.get(url + chance.choice(PAGES))
            await asyncio.sleep(chance.uniform(0, 4 * think))


async def _trouble(simulator_url: str, chance: Random, going_on: Callable[[], bool]) -> None:
    """The provider fails now and then, in every way it knows."""
    async with httpx.AsyncClient(base_url=simulator_url, trust_env=False) as control:
        while going_on():
            await control.delete("/control")
            await control.post("/control", json={"fault": chance.choice(FAULTS), "times": chance.randrange(1, 4)})
            await asyncio.sleep(chance.uniform(0.2, 2 * FAULT_SECONDS))
        await control.delete("/control")


def _memory(samples: list[tuple[float, list[int]]], settling: float) -> list[tuple[float, float]]:
    """Megabytes of each process, just after settling and at the end: medians over a share of the time between."""
    measured = [sizes for at, sizes in samples if at >= settling] or [samples[-1][1]]
    few = max(1, round(SHARE * len(measured)))
    first, last = measured[:few], measured[-few:]
    return [
        (statistics.median(begin) / 1e6, statistics.median(end) / 1e6)
        for begin, end in zip(zip(*first, strict=True), zip(*last, strict=True), strict=True)
    ]
