"""What this process has to do with the others about circuits: telling, hearing, and probing in turns."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import psycopg
import psycopg_pool
import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.catalogue.cache import CatalogueCache
from backend.catalogue.snapshot import Catalogue
from backend.database import Database
from backend.providers import repository
from backend.providers.calls import Target
from backend.providers.circuit_book import CircuitBook
from backend.providers.circuits import CircuitState, Finding, What
from backend.providers.engine import ProviderClient
from backend.providers.errors import ProviderError
from backend.providers.repository import Change

AT_ONCE = 8
"""Probes that one process makes at the same time."""
SECOND_LOOK = 1.0
"""Seconds after which an idle endpoint whose probe failed is probed again, before it counts as failing."""

DATABASE_AWAY = (psycopg.Error, psycopg_pool.PoolTimeout, SQLAlchemyError)

log = structlog.get_logger()


class CircuitKeeper:
    """Keeps a process's book in step with the table that all processes share."""

    def __init__(
        self, database: Database, catalogue: CatalogueCache, client: ProviderClient, book: CircuitBook
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._client = client
        self._book = book
        self._telling: asyncio.Task[None] | None = None
        self._several = asyncio.Semaphore(AT_ONCE)
        book.on_finding = self._tell_soon

    async def refresh(self) -> None:
        """Reads all circuits: at the start, and when something may have been missed."""
        self._book.adopt_all(await repository.all_circuits(self._database))

    async def heard(self, id: str) -> None:
        """Another process, or this one, changed a circuit."""
        endpoint_id = UUID(id)
        self._book.adopt(endpoint_id, await repository.one_circuit(self._database, endpoint_id))

    async def tell(self) -> None:
        """Writes what is owed; what the database cannot take now stays owed."""
        while self._book.owed:
            endpoint_id, finding = next(iter(self._book.owed.items()))
            change = await repository.apply(self._database, endpoint_id, finding)
            if self._book.owed.get(endpoint_id) is finding:
                del self._book.owed[endpoint_id]
            self._note(endpoint_id, finding, change)

    async def try_again(self) -> None:
        """Probes what is not closed and whose cool-down is over. Asks the database only while there is any."""
        if self._book.owed:
            await self.tell()
        unsettled = {endpoint_id for endpoint_id, _ in self._book.unsettled()}
        targets = {id: target for id, target in targets_of(self._catalogue.current).items() if id in unsettled}
        if targets:
            claimed = await repository.claim_tries(self._database, targets)
            await _each(self._try, claimed, targets)

    async def check(self, interval: float, busy: Callable[[UUID], bool]) -> None:
        """Probes closed circuits that nobody has looked at for `interval` seconds.

        Probes speak for endpoints without traffic; of a `busy` one its calls say more than a list of models.
        """

        async def check_one(endpoint_id: UUID, target: Target) -> None:
            fault = await self._probe(endpoint_id, target)
            if fault is None or busy(endpoint_id):
                return
            if not fault.configuration_fault:
                await asyncio.sleep(SECOND_LOOK)
                fault = await self._probe(endpoint_id, target)
            if fault is not None:
                await self._learn(endpoint_id, Finding(What.FAILING, fault.reason, fault.configuration_fault))

        targets = targets_of(self._catalogue.current)
        claimed = await repository.claim_checks(self._database, targets, interval)
        await _each(check_one, claimed, targets)

    async def close(self) -> None:
        """Stops telling; what is owed then dies with the process, and the others find out for themselves."""
        if self._telling is not None:
            self._telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._telling

    async def _try(self, endpoint_id: UUID, target: Target) -> None:
        fault = await self._probe(endpoint_id, target)
        finding = (
            Finding(What.PROBE_PASSED)
            if fault is None
            else Finding(What.PROBE_FAILED, fault.reason, fault.configuration_fault)
        )
        await self._learn(endpoint_id, finding)

    async def _probe(self, endpoint_id: UUID, target: Target) -> ProviderError | None:
        fault: ProviderError | None = None
        async with self._several:
            began = time.monotonic()
            try:
                await self._client.probe(target)
            except ProviderError as error:
                fault = error
            ms = round((time.monotonic() - began) * 1000)
        reason = None if fault is None else fault.reason or fault.sentence
        await repository.note_probe(self._database, endpoint_id, ms, reason)
        return fault

    async def _learn(self, endpoint_id: UUID, finding: Finding) -> None:
        """The shared circuit first: this process's view may be older than the probe."""
        self._note(endpoint_id, finding, await repository.apply(self._database, endpoint_id, finding))

    def _note(self, endpoint_id: UUID, finding: Finding, change: Change | None) -> None:
        if change is None:
            return
        self._book.adopt(endpoint_id, change.after)
        was, is_ = change.before.state, change.after.state
        if was is is_:
            return
        facts = {"provider": change.provider, "base_url": change.base_url, "reason": change.after.reason}
        if is_ is CircuitState.OPEN and finding.configuration:
            log.error("provider_refuses_us", **facts)
        elif is_ is CircuitState.OPEN:
            log.warning("circuit_opened", **facts, trips=change.after.trips)
        else:
            log.info(f"circuit_{is_.value}", **facts)

    def _tell_soon(self) -> None:
        if self._telling is None or self._telling.done():
            self._telling = asyncio.get_running_loop().create_task(self._tell_quietly(), name="circuits")

    async def _tell_quietly(self) -> None:
        try:
            await self.tell()
        except DATABASE_AWAY as error:
            log.warning("circuits_not_told", fault=type(error).__name__)


async def _each(probe: Callable[[UUID, Target], Awaitable[None]], ids: list[UUID], targets: dict[UUID, Target]) -> None:
    """All at once; one that goes wrong hinders no other, and is raised at the end."""
    ended = await asyncio.gather(*(probe(id, targets[id]) for id in ids), return_exceptions=True)
    for end in ended:
        if isinstance(end, BaseException):
            raise end


def targets_of(catalogue: Catalogue) -> dict[UUID, Target]:
    """Where each endpoint of a provider that can be called is asked."""
    return {
        endpoint.id: Target(
            provider=provider.name,
            dialect=provider.dialect,
            base_url=endpoint.base_url,
            api_key=provider.api_key,
            allow_private_network=provider.allow_private_network,
        )
        for provider in catalogue.providers
        if provider.why is None
        for endpoint in provider.endpoints
    }
