"""What one process works with: made once, opened in the app's lifespan, given to handlers by name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from backend.abuse.watch import Watch
from backend.accounts.api_keys.service import ApiKeys
from backend.accounts.identities import IdentityCache
from backend.accounts.service import Accounts
from backend.attachments.reading import FileReading
from backend.attachments.service import Attachments
from backend.catalogue.cache import CatalogueCache
from backend.chat.following import Followings
from backend.chat.generations import Generations
from backend.chat.pipeline import Pipeline
from backend.chat.recorder import Recorder
from backend.chat.service import Chats
from backend.columns import new_id
from backend.database import Database
from backend.errands.errands import Errands
from backend.errands.pipeline import ErrandPipeline
from backend.jobs import Jobs
from backend.load import Load
from backend.metering.admission import Gate
from backend.metering.jobs import renew_leases
from backend.metering.settlement import Settler
from backend.metering.token_ratios import TokenBook
from backend.metrics import Metrics
from backend.notifications import Notifier
from backend.policy.health import HealthBook
from backend.precheck.check import check
from backend.precheck.risk.guard import Guard
from backend.precheck.service import Examiner
from backend.providers.circuit_book import CircuitBook
from backend.providers.circuit_keeper import CircuitKeeper
from backend.providers.endpoint_health import EndpointHealth
from backend.providers.engine import ProviderClient
from backend.secrets import load_secrets
from backend.settings import Settings

SETTLE_SECONDS = 5.0

log = structlog.get_logger()


class Services:
    """All parts of a process, wired. `database_url` is of the embedded server when the settings name none."""

    def __init__(self, settings: Settings) -> None:
        if settings.database_url is None:
            raise RuntimeError("DATABASE_URL is not set; `fairlead up` starts the embedded PostgreSQL")
        self.settings = settings
        self.process_id = new_id()
        self.secrets = load_secrets(settings)
        self.database = Database(str(settings.database_url))
        self.catalogue = CatalogueCache(self.database, self.secrets, settings)
        self.identities = IdentityCache(self.database, self.secrets)
        self.accounts = Accounts(settings, self.database, self.secrets, self.identities)
        self.api_keys = ApiKeys(self.database, self.secrets, self.identities, self.catalogue)
        self.examiner = Examiner(self.secrets)
        self.watch = Watch(self.database, self.secrets, self.catalogue)
        self.attachments = Attachments(self.database, self.secrets, FileReading())
        self.client = ProviderClient()
        self.settler = Settler(self.database)
        self.load = Load(settings.max_answers)
        self.generations = Generations()
        self.errands = Errands()
        self.recorder = Recorder(self.database, self.generations)
        self.followings = Followings(self.database, self.secrets)
        self.circuits = CircuitBook()
        self.keeper = CircuitKeeper(self.database, self.catalogue, self.client, self.circuits)
        self.health = HealthBook()
        self.notifier = Notifier(self.database, self.refresh)
        self.metrics = Metrics(settings.metrics_dir)
        self.tokens = TokenBook()
        self.gate = Gate(self.database)
        self.guard = Guard(self.secrets, self.database, self.client, self.circuits)
        self.pipeline = Pipeline(
            settings=settings,
            secrets=self.secrets,
            examiner=self.examiner,
            watch=self.watch,
            database=self.database,
            catalogue=self.catalogue,
            identities=self.identities,
            client=self.client,
            settler=self.settler,
            generations=self.generations,
            gate=self.gate,
            load=self.load,
            busy=self.busy,
            health=self.health,
            circuits=self.circuits,
            guard=self.guard,
            metrics=self.metrics,
            tokens=self.tokens,
            process_id=self.process_id,
        )
        self.errand_pipeline = ErrandPipeline(
            settings=settings,
            secrets=self.secrets,
            examiner=self.examiner,
            watch=self.watch,
            database=self.database,
            catalogue=self.catalogue,
            identities=self.identities,
            client=self.client,
            settler=self.settler,
            errands=self.errands,
            gate=self.gate,
            load=self.load,
            busy=self.busy,
            health=self.health,
            circuits=self.circuits,
            guard=self.guard,
            metrics=self.metrics,
            tokens=self.tokens,
            process_id=self.process_id,
        )
        self.chats = Chats(self.pipeline, self.database, self.secrets, self.generations, self.followings)
        self.endpoints = EndpointHealth(self.database, self.catalogue, self.circuits, self.health, self.metrics)
        self.jobs = Jobs(self)

    async def refresh(self) -> None:
        """Forgets everything cached, reads the configuration anew, and stops what it was not told to stop."""
        self.identities.clear()
        await self.catalogue.refresh()
        await self.keeper.refresh()
        await self.watch.book.refresh()
        await renew_leases(self)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Opens everything, and at the end lets answers finish, writes what is owed, and closes.

        The first precheck, which reads the word lists, is made here so that no request waits for it.
        """
        await self.database.open()
        await self.catalogue.refresh()
        await self.keeper.refresh()
        await self.watch.book.refresh()
        await self.client.start()
        self.load.start()
        self._listen()
        self.jobs.start()
        check("")
        try:
            yield
        finally:
            await self.drain()
            await self.jobs.close()
            await self.guard.close()
            await self.keeper.close()
            await self.notifier.close()
            left = await self.settler.close(SETTLE_SECONDS)
            if left:
                log.error("unsettled_at_shutdown", requests=left)
            await self.client.close()
            await self.load.close()
            await self.accounts.close()
            await self.database.close()

    def busy(self) -> int:
        """Answers that are written, errands that are done, and requests that wait to be admitted."""
        return len(self.generations) + len(self.errands) + len(self.gate)

    async def drain(self) -> None:
        """Lets answers finish for the drain time; who follows answers of other processes may go on elsewhere."""
        seconds = self.settings.drain_seconds
        await asyncio.gather(self.generations.drain(seconds), self.errands.drain(seconds))
        await self.followings.close()

    def _listen(self) -> None:
        async def catalogue(_: str) -> None:
            await self.catalogue.refresh()

        self.notifier.on("catalogue", catalogue)

        def cancel(id: str) -> None:
            if not self.generations.cancel(UUID(id)):
                self.errands.cancel(UUID(id))

        self.notifier.on("identity", lambda id: self.identities.forget_user(UUID(id)))
        self.notifier.on("session", lambda id: self.identities.forget_session(UUID(id)))
        self.notifier.on("cancel", cancel)
        self.notifier.on("circuit", self.keeper.heard)
        self.notifier.on("abuse", self.watch.book.heard)
        self.notifier.start()
