"""The database a command works on: the one of `DATABASE_URL`, else the embedded one, running already or not."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from backend.embedded_postgres import EmbeddedPostgres, running_url
from backend.running.binaries import MAJOR
from backend.running.errors import OperatorError
from backend.running.settings import with_embedded_database
from backend.settings import Settings

CONNECT_SECONDS = 5
EMBEDDED_FOLDER = "postgres"


class DatabaseUnreachable(OperatorError):
    """The database cannot be used; the text is one sentence without a password."""


def embedded(settings: Settings) -> EmbeddedPostgres:
    """The server in the data folder, not started."""
    return EmbeddedPostgres(settings.data_dir / EMBEDDED_FOLDER)


@contextmanager
def reachable_database(settings: Settings) -> Iterator[Settings]:
    """Settings with a database that answers. The embedded server runs at least as long as the context.

    Raises `DatabaseUnreachable` or `EmbeddedPostgresError`.
    """
    if settings.database_url is not None:
        check(str(settings.database_url))
        yield settings
    elif url := running_url((settings.data_dir / EMBEDDED_FOLDER).absolute()):
        yield with_embedded_database(settings, url)
    else:
        with embedded(settings) as server:
            yield with_embedded_database(settings, server.url)


@contextmanager
def migrated_database(settings: Settings) -> Iterator[Settings]:
    """Like `reachable_database`, and raises `DatabaseUnreachable` as well when migrations are missing."""
    with reachable_database(settings) as complete:
        check_migrated(str(complete.database_url))
        yield complete


def check(url: str) -> None:
    """Raises `DatabaseUnreachable` unless a server that is new enough answers."""
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            major = connection.info.server_version // 10000
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).removeprefix("connection failed: ").split())
        raise DatabaseUnreachable(f"The database of DATABASE_URL cannot be used: {reason}.") from None
    if major < MAJOR:
        raise DatabaseUnreachable(
            f"The database of DATABASE_URL is PostgreSQL {major}; Fairlead needs {MAJOR} or later."
        )


def up_to_date(url: str) -> None:
    """Runs the migrations. Raises `DatabaseUnreachable` with one sentence when that fails."""
    from alembic.util import CommandError  # late: this takes a third of a second
    from sqlalchemy.exc import SQLAlchemyError

    from backend.database import migrate

    try:
        migrate(url)
    except CommandError as error:
        raise DatabaseUnreachable(
            f"The database cannot be migrated; was it made by a newer Fairlead? {error}."
        ) from None
    except SQLAlchemyError as error:
        reason = str(error).splitlines()[0]
        raise DatabaseUnreachable(f"The migrations failed and changed nothing: {reason}.") from error


def check_migrated(url: str) -> None:
    """Raises `DatabaseUnreachable` unless the tables are those of this version."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine

    from backend.database import alembic_config, sqlalchemy_url

    engine = create_engine(sqlalchemy_url(url))
    with engine.connect() as connection:
        found = set(MigrationContext.configure(connection).get_current_heads())
    engine.dispose()
    if found != set(ScriptDirectory.from_config(alembic_config(url)).get_heads()):
        raise DatabaseUnreachable("The tables of the database are of another version; run `fairlead migrate`.")
