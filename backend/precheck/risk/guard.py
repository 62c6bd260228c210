"""The second tier: a model that is asked about prompts of which the first tier is unsure.

Its calls are the operator's: recorded with what they cost, and charged to nobody.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

import structlog
from msgspec import structs

from backend.accounts.identity import Identity
from backend.catalogue.snapshot import Catalogue
from backend.columns import new_id
from backend.database import Database
from backend.errors import Unavailable
from backend.metering import repository as metering
from backend.metering.records import GuardRecord
from backend.precheck.risk.passages import passages
from backend.precheck.risk.question import NoPost, Post, Tried, cost, post_of, put
from backend.precheck.risk.report import GuardReport
from backend.precheck.risk.verdict import answered_by
from backend.providers.circuit_book import CircuitBook
from backend.providers.engine import ProviderClient
from backend.secrets import Secrets
from shared.precheck import RiskCategory

REMEMBERED = 1024
REMEMBERED_SECONDS = 300.0
"""For how long a verdict holds in this process, so that a prompt which is sent again is not asked about again."""

log = structlog.get_logger()


class GuardSilent(Unavailable):
    """The guard said nothing, and nothing may be sent without its word."""


class Guard:
    """One process's questions to the guard. The same question is asked once at a time."""

    def __init__(self, secrets: Secrets, database: Database, client: ProviderClient, circuits: CircuitBook) -> None:
        self._secrets = secrets
        self._database = database
        self._client = client
        self._circuits = circuits
        self._asking: dict[bytes, asyncio.Task[GuardReport]] = {}
        self._known: OrderedDict[bytes, tuple[float, GuardReport]] = OrderedDict()

    async def ask(
        self, identity: Identity, catalogue: Catalogue, texts: Sequence[str], doubts: frozenset[RiskCategory]
    ) -> GuardReport:
        """What the guard says of these words. Raises `GuardSilent` if it says nothing and has to.

        A question outlives whoever asked it, because others may wait for its answer, and what it cost is recorded.
        """
        settings = catalogue.guard
        shown = passages(texts, doubts)
        place = f"{settings.kind} {settings.provider} {settings.model} {settings.format}"
        key = self._secrets.digest("guard", f"{place}\0{shown}")
        report = self._remembered(key)
        if report is None:
            task = self._asking.get(key)
            if task is None:
                task = self._asking[key] = asyncio.create_task(self._ask(identity, catalogue, shown), name="guard")
                task.add_done_callback(lambda _: self._asking.pop(key, None))
            report = await asyncio.shield(task)
            if not report.failed:
                self._remember(key, report)
        if report.failed and settings.on_failure == "closed":
            raise GuardSilent(
                "This prompt could not be checked for safety just now, so it was not sent. Try again in a moment.",
                retry_after=5,
            )
        return report

    async def close(self) -> None:
        """Waits for the questions that are still open; each has its time limit."""
        await asyncio.gather(*self._asking.values(), return_exceptions=True)

    def _remembered(self, key: bytes) -> GuardReport | None:
        until, report = self._known.get(key, (0.0, None))
        return report if until > asyncio.get_running_loop().time() else None

    def _remember(self, key: bytes, report: GuardReport) -> None:
        self._known[key] = (asyncio.get_running_loop().time() + REMEMBERED_SECONDS, report)
        self._known.move_to_end(key)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    async def _ask(self, identity: Identity, catalogue: Catalogue, text: str) -> GuardReport:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            post = post_of(catalogue)
        except NoPost as nobody:
            log.warning("guard_failed", why=str(nobody))
            return GuardReport(why=f"The guard cannot be asked: {nobody}.")
        tried = await put(self._client, self._circuits, post, text)
        report = GuardReport(
            provider=post.provider.name,
            model=post.model.name if post.model is not None else post.called,
            latency_ms=round((loop.time() - began) * 1000),
            why="The guard cannot be asked: its provider's circuit is open.",
        )
        if tried:
            last = tried[-1]
            report = structs.replace(
                report,
                why=last.fault,
                suspicions=last.found,
                answered=frozenset() if last.fault else answered_by(post.settings),
                request_id=new_id(),
            )
            await self._record(identity, report, post, tried, text)
        if report.failed:
            log.warning("guard_failed", why=report.why, provider=report.provider, model=report.model)
        return report

    async def _record(
        self, identity: Identity, report: GuardReport, post: Post, tried: Sequence[Tried], text: str
    ) -> None:
        """A database that cannot be written to is no reason to hold a verdict back."""
        if report.request_id is None:
            return
        record = GuardRecord(
            request_id=report.request_id,
            organisation_id=identity.organisation_id,
            user_id=identity.user_id,
            attempts=[attempt.record for attempt in tried],
            cost=cost(post, tried[-1], text),
        )
        try:
            await metering.record_guard_call(self._database, record)
        except Exception:
            log.exception("guard_call_not_recorded", request_id=str(report.request_id))
