"""A storm: people at work while processes are killed and PostgreSQL is restarted at random."""

import asyncio
import time
from collections import Counter
from decimal import Decimal

import psycopg
from msgspec import Struct

from tests.crash.evidence import offences
from tests.fixtures.site import INSTANT, LONG, QUICK, Site, people, seeded
from tests.fixtures.visitors import Notes, Visitor

REST_SECONDS = 60.0
"""For leases to run out and jobs to come round, once nobody asks any more."""
LONG_SHARE = 0.2
RICH, POOR = Decimal(20_000), Decimal("0.02")


class Plan(Struct, frozen=True, kw_only=True):
    """How much of what; `seed` decides when, where and how. Pauses are in seconds."""

    seed: int
    kills: int
    restarts: int
    visitors: int
    pauses: tuple[float, float] = (0.3, 5.0)
    absences: tuple[float, float] = (0.0, 2.0)
    long_absences: tuple[float, float] = (6.0, 8.0)
    """One in five: longer than a statement waits, so that settlements have to be kept."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What happened. Anything in `offences` is a lost or doubled request, or money that does not add up."""

    kills: int
    restarts: int
    ended_by_themselves: int
    seconds: float
    told: int
    settled: int
    interrupted: int
    seen: Counter[str]
    offences: list[str]

    def text(self) -> str:
        """The figures for a terminal."""
        seen = ", ".join(f"{number} {what}" for what, number in sorted(self.seen.items()))
        return "\n".join(
            [
                f"{self.kills} SIGKILLs and {self.restarts} restarts of PostgreSQL in {self.seconds:.0f} s",
                f"{self.told} successes told; {self.settled} requests settled, {self.interrupted} of them interrupted",
                f"people saw: {seen}",
                *(self.offences or ["nothing lost, nothing doubled, every book balanced"]),
            ]
        )


async def storm(site: Site, plan: Plan) -> Outcome:
    """Runs it and reads the books afterwards."""
    chance = seeded(plan.seed, 0)
    began = time.monotonic()
    notes = Notes()
    raging = True
    models = [INSTANT, QUICK, QUICK, LONG]
    crowd = await people(site.database_url, [POOR if n % 6 == 5 else RICH for n in range(plan.visitors)])
    visits = [
        asyncio.create_task(Visitor(token, site.urls, models, seeded(plan.seed, number), notes).visit(lambda: raging))
        for number, (_, token) in enumerate(crowd, 1)
    ]
    blows = ["kill"] * plan.kills + ["restart"] * plan.restarts
    chance.shuffle(blows)
    ended = 0
    for blow in blows:
        await asyncio.sleep(chance.uniform(*plan.pauses))
        number = chance.randrange(len(site.urls))
        ended += sum([await asyncio.to_thread(site.revive, each) for each in range(len(site.urls))])
        if blow == "kill":
            await asyncio.to_thread(site.kill, number)
        else:
            await asyncio.to_thread(site.postgres.stop, chance.choice(["fast", "immediate"]))
            absence = plan.long_absences if chance.random() < LONG_SHARE else plan.absences
            await asyncio.sleep(chance.uniform(*absence))
            await asyncio.to_thread(site.postgres.start)
    await asyncio.to_thread(site.wait_until_ready)
    raging = False
    await asyncio.gather(*visits)
    await _come_to_rest(site.database_url)
    return Outcome(
        kills=plan.kills,
        restarts=plan.restarts,
        ended_by_themselves=ended,
        seconds=time.monotonic() - began,
        told=len(notes.told),
        settled=_count(site.database_url, "SELECT count(*) FROM model_calls WHERE final"),
        interrupted=_count(site.database_url, "SELECT count(*) FROM model_calls WHERE error_code = 'interrupted'"),
        seen=notes.seen,
        offences=offences(site.database_url, notes.told),
    )


async def _come_to_rest(database_url: str) -> None:
    """Returns when no hold is left, or when there was time enough."""
    until = time.monotonic() + REST_SECONDS
    while time.monotonic() < until:
        if await asyncio.to_thread(_count, database_url, "SELECT count(*) FROM holds") == 0:
            return
        await asyncio.sleep(0.2)


def _count(database_url: str, query: str) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])
