"""The newest snapshot of the configuration, kept in memory by every process."""

import asyncio

import structlog

from backend.catalogue.repository import load_catalogue
from backend.catalogue.snapshot import Catalogue
from backend.database import Database
from backend.errors import Unavailable
from backend.secrets import Secrets
from backend.settings import Settings

log = structlog.get_logger()


class CatalogueCache:
    """One process's snapshot. It only ever gets newer."""

    def __init__(self, database: Database, secrets: Secrets, settings: Settings) -> None:
        self._database = database
        self._secrets = secrets
        self._settings = settings
        self._current: Catalogue | None = None
        self._loading = asyncio.Lock()
        self._asked = 0
        self._served = 0

    @property
    def current(self) -> Catalogue:
        """The newest snapshot there is. Raises `Unavailable` before the first `refresh`."""
        if self._current is None:
            raise Unavailable("The configuration is being read. Try again in a moment.", retry_after=1)
        return self._current

    async def refresh(self) -> Catalogue:
        """Reads the configuration as it is after this call began.

        Calls that come while one reads are all served by the next reading. Raises what the database raises; the
        snapshot then stays as it was.
        """
        self._asked += 1
        mine = self._asked
        async with self._loading:
            if self._served < mine:
                serving = self._asked
                async with self._database.reading() as session:
                    self._adopt(await load_catalogue(session, self._secrets, self._settings))
                self._served = serving
        return self.current

    def _adopt(self, fresh: Catalogue) -> None:
        if self._current is None or fresh.version >= self._current.version:
            self._current = fresh
        else:
            log.warning("older_catalogue_ignored", version=fresh.version, current=self._current.version)
