"""Connections to PostgreSQL: the engine for everyday work, the pool for hot statements, and the only commit."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import psycopg_pool
import structlog
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg.rows import TupleRow, tuple_row
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

MIGRATIONS = Path(__file__).parent.parent / "migrations"
HOT_CONNECTIONS = 16
PATIENCE_SECONDS = 5.0
"""How long a statement waits for PostgreSQL to come back before the caller is told."""

log = structlog.get_logger()
HotConnection = psycopg.AsyncConnection[TupleRow]


def sqlalchemy_url(url: str) -> str:
    """The same address for SQLAlchemy with psycopg 3."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def libpq_url(url: str) -> str:
    """The same address for psycopg itself."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


class Database:
    """One process's connections. Nothing is opened before `open()`."""

    def __init__(self, url: str) -> None:
        self.url = libpq_url(url)
        self.engine: AsyncEngine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=8,
            max_overflow=8,
            pool_pre_ping=True,
            pool_timeout=PATIENCE_SECONDS,
            hide_parameters=True,  # they may be prompts, and errors are logged
        )
        self._sessions = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)
        self.pool: psycopg_pool.AsyncConnectionPool[HotConnection] = psycopg_pool.AsyncConnectionPool(
            self.url,
            min_size=2,
            max_size=HOT_CONNECTIONS,
            open=False,
            timeout=PATIENCE_SECONDS,
            kwargs={"autocommit": True, "row_factory": tuple_row, "prepare_threshold": 1},
            reconnect_timeout=60,
        )

    async def open(self) -> None:
        """Opens the hot pool. Raises `psycopg_pool.PoolTimeout` when the server does not answer in 10 s."""
        await self.pool.open(wait=True, timeout=10)

    async def close(self) -> None:
        """Closes every connection."""
        await self.pool.close()
        await self.engine.dispose()

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[AsyncSession]:
        """A session whose work is committed whole at the end, or not at all."""
        async with self._sessions() as session:
            yield session
            await session.commit()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for reading; whatever it changes is thrown away."""
        async with self._sessions() as session:
            yield session

    @asynccontextmanager
    async def hot(self) -> AsyncIterator[HotConnection]:
        """A pooled autocommit connection for one statement at a time."""
        async with self.pool.connection() as connection:
            yield connection

    async def call(self, statement: str, parameters: Sequence[object] | Mapping[str, object]) -> list[TupleRow]:
        """Runs one *repeatable* statement, again after a lost connection, and returns its rows.

        Raises `psycopg.OperationalError` when PostgreSQL stays away for `PATIENCE_SECONDS`.
        """
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            try:
                async with self.pool.connection() as connection:
                    cursor = await connection.execute(statement, parameters)
                    return await cursor.fetchall()
            except psycopg.errors.OperationalError as error:
                if asyncio.get_running_loop().time() >= deadline:
                    raise
                log.warning("database_away", fault=type(error).__name__)
                await self.pool.check()
                await asyncio.sleep(0.05)


def alembic_config(url: str) -> Config:
    """Alembic's configuration for the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", sqlalchemy_url(url).replace("%", "%%"))
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Brings the database at `url` to `revision`; two at once take turns."""
    command.upgrade(alembic_config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Takes the database back to `revision`."""
    command.downgrade(alembic_config(url), revision)


async def schema_state(database: Database) -> bool:
    """Whether the database has all migrations that this version brings."""
    heads = set(ScriptDirectory.from_config(alembic_config(database.url)).get_heads())
    rows = await database.call("SELECT version_num FROM alembic_version", ())
    return {row[0] for row in rows} == heads
