"""`fairlead up`: everything on one machine, from one command, until it is told to stop."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from backend.running.binaries import open_folder
from backend.running.database import check, embedded, up_to_date
from backend.running.greeting import first_admin, greeting, provider_sentence
from backend.running.ports import base_url, check_free, listen
from backend.running.provider import StandIn, find_stand_in
from backend.running.serve import api_program
from backend.running.settings import (
    inherited,
    log_folder,
    web_environment,
    with_embedded_database,
    with_provider,
)
from backend.running.signals import until_told
from backend.running.together import together
from backend.settings import Settings
from backend.supervisor import Program, Supervisor

if TYPE_CHECKING:
    from backend.bootstrap import Bootstrap

DRAIN_SECONDS = 3.0
"""What open streams get here: an operator at a terminal does not want to wait longer."""
CHILDREN_SECONDS = DRAIN_SECONDS + 1.0
DATABASE_STOP_SECONDS = 10
WATCH_SECONDS = 0.5

Result = TypeVar("Result")


class Up:
    """One run of `fairlead up`. `tell` shows text to the operator."""

    def __init__(self, settings: Settings, tell: Callable[[str], None]) -> None:
        self._settings = settings.model_copy(update={"drain_seconds": DRAIN_SECONDS})
        self._tell = tell
        self._supervisor = Supervisor(tell)
        self._postgres = None if settings.database_url is not None else embedded(settings)
        self._postgres_turns = ThreadPoolExecutor(1, "postgres")
        self._listener: socket.socket | None = None
        self._untold: str | None = None

    async def run(self) -> None:
        """Starts everything and keeps it running until told to stop; told twice, it does not wait for streams.

        Raises what made a start impossible, after stopping what had started.
        """
        try:
            await until_told(self._work(), first=lambda: self._tell("Stopping."), again=self._supervisor.kill)
        finally:
            await self._stop()

    async def _work(self) -> None:
        open_folder(self._settings.data_dir.absolute())
        self._listener = listen(self._settings.host, self._settings.api_port, "FAIRLEAD_API_PORT")
        if self._settings.ui:
            check_free(self._settings.host, self._settings.ui_port, "FAIRLEAD_UI_PORT")
        stand_in = await find_stand_in(self._settings)
        settings = with_provider(self._settings, simulator_url=stand_in.simulator_url, ollama_url=stand_in.ollama_url)
        await together(self._start_backend(settings), self._start_others(stand_in))
        self._greet(stand_in)
        await together(self._supervisor.keep(), self._keep_postgres())

    async def _start_others(self, stand_in: StandIn) -> None:
        """What needs no database."""
        settings, logs = self._settings, log_folder(self._settings)
        programs = []
        if stand_in.simulator_url is not None:
            command = ("backend.simulator", "--port", str(stand_in.simulator_port))
            health = f"{stand_in.simulator_url}/health"
            programs.append(
                Program("simulator", command, inherited(), logs / "simulator.log", health, serves_others=True)
            )
        if settings.ui:
            health = f"{base_url(settings.host, settings.ui_port)}/_stcore/health"
            environment = web_environment(settings, base_url(settings.host, settings.api_port))
            programs.append(Program("web app", ("frontend",), environment, logs / "web.log", health))
        await together(*map(self._supervisor.start, programs))

    async def _start_backend(self, settings: Settings) -> None:
        settings = await self._with_database(settings)
        await asyncio.to_thread(up_to_date, str(settings.database_url))
        prepared = await (await asyncio.to_thread(_load_prepare))(settings)
        if prepared.first_admin is not None:
            made = prepared.first_admin
            self._untold = first_admin(made.email, made.password, by_password=made.by_password)
        assert self._listener is not None
        logs = log_folder(settings)
        api = api_program(settings, self._listener)
        names = ["api"] if settings.workers == 1 else [f"api-{number + 1}" for number in range(settings.workers)]
        programs = [replace(api, log=logs / f"{name}.log") for name in names]
        await together(*map(self._supervisor.start, programs))

    async def _with_database(self, settings: Settings) -> Settings:
        if self._postgres is None:
            await asyncio.to_thread(check, str(settings.database_url))
            return settings
        url = await self._in_turn(self._postgres.start)
        return with_embedded_database(settings, url)

    async def _keep_postgres(self) -> None:
        while self._postgres is not None:
            await asyncio.sleep(WATCH_SECONDS)
            if not self._postgres.is_running():
                self._tell(f"The database ended; it is started again (see {self._postgres.log_file}).")
                await self._in_turn(self._postgres.start)

    async def _in_turn(self, action: Callable[[], Result]) -> Result:
        """Start and stop of the database block, and must never overlap."""
        return await asyncio.get_running_loop().run_in_executor(self._postgres_turns, action)

    def _greet(self, stand_in: StandIn) -> None:
        settings = self._settings
        keys = sorted(settings.provider_keys())
        simulated = stand_in.simulator_url is not None
        self._tell(
            greeting(
                web=base_url(settings.host, settings.ui_port) if settings.ui else None,
                api=base_url(settings.host, settings.api_port),
                provider=provider_sentence(keys, ollama_url=stand_in.ollama_url, simulated=simulated),
                data_dir=settings.data_dir.absolute(),
                logs=log_folder(settings),
            )
        )
        self._tell_first_admin()

    def _tell_first_admin(self) -> None:
        if self._untold is not None:
            self._tell(self._untold)
            self._untold = None

    async def _stop(self) -> None:
        self._tell_first_admin()  # it exists, even if the start failed after that
        if self._listener is not None:
            self._listener.close()
        await self._supervisor.stop(CHILDREN_SECONDS)
        if self._postgres is not None:
            postgres = self._postgres
            if not await self._in_turn(lambda: postgres.stop(seconds=DATABASE_STOP_SECONDS)):
                self._tell("The database is still writing its data and ends by itself.")


def _load_prepare() -> Callable[[Settings], Awaitable["Bootstrap"]]:
    """Late and in a thread: it takes a while, and the other programs start meanwhile."""
    from backend.bootstrap import prepare

    return prepare
