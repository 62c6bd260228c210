"""One run: what a crash left is repaired, what only a person can judge is reported."""

from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from msgspec import Struct

from backend.database import Database
from backend.metering.jobs import settle_orphans
from backend.metering.reconciliation import repository
from backend.metering.reconciliation.compare import counts, ended, left
from shared.reconciliation import By, Finding

if TYPE_CHECKING:
    from backend.services import Services

MOST_ROUNDS = 20
"""Of ending orphans in one run; the next one goes on."""

log = structlog.get_logger()


class Run(Struct, frozen=True):
    """What a run found. The books balance when nothing is left."""

    findings: list[Finding]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        return counts(self.findings)

    @property
    def left(self) -> int:
        """How many could not or must not be repaired."""
        return left(self.findings)


async def reconcile(services: "Services", by: By, money_since: datetime | None = None) -> Run:
    """Ends orphans, repairs counters, and with `money_since` compares all balances and the charges since then.

    Safe to run twice, at once and half-way killed: each repair is one transaction under the locks of admission.
    """
    run = Run([*await _end_orphans(services), *await _compare(services.database, by, money_since)])
    if run.findings:
        async with services.database.unit_of_work() as session:
            await repository.keep(session, by, run.findings, run.counts, run.left)
        say = log.error if run.left else log.warning
        say("reconciled", by=by, left=run.left, **run.counts)
    return run


async def _end_orphans(services: "Services") -> list[Finding]:
    found: list[Finding] = []
    for _ in range(MOST_ROUNDS):
        orphans = await settle_orphans(services)
        found += ended(orphans.settled, [])
        if not orphans.settled:
            return [*found, *ended([], orphans.left)]
    return found


async def _compare(database: Database, by: By, money_since: datetime | None) -> list[Finding]:
    async with database.unit_of_work() as session:
        if not await repository.take_turn(session, wait=by == "hand"):
            return []
        findings: list[Finding] = []
        suspected = await repository.observe(session)
        users, organisations = suspected.users(), suspected.organisation_ids()
        if users or organisations:
            await repository.lock(session, users, organisations)
            sure = (await repository.observe(session)).within(users, organisations)
            await repository.repair(session, sure)
            findings += sure.findings()
        if money_since is not None:
            findings += [money.finding() for money in await repository.money(session, money_since)]
        return findings
