"""Runs migrations under an advisory lock, so that processes starting together take turns."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from backend.tables import metadata


def render_item(kind: str, item: object, context: object) -> str | bool:
    """Writes SQLModel's string type as the plain one it is."""
    return "sa.String()" if kind == "type" and type(item).__name__ == "AutoString" else False


LOCK = 0x0FA1_21EAD


def run() -> None:
    """Connects to the configured database and runs what is asked for in one transaction."""
    url = context.config.get_main_option("sqlalchemy.url")
    if url is None:
        raise RuntimeError("no database address given")
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_type=True,
            compare_server_default=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            context.run_migrations()


run()
