"""Restraints heard of late, alerts, and what has faded."""

from typing import TYPE_CHECKING

import structlog

from backend.abuse import repository

if TYPE_CHECKING:
    from backend.services import Services

AT_ONCE = 1000
"""Rows of each table that one run deletes."""

log = structlog.get_logger()


async def refresh(services: "Services") -> None:
    """Reads who is restrained, should a notification have been missed."""
    await services.watch.book.refresh()


async def announce(services: "Services") -> None:
    """Tells of each alert once, in the log and as a metric; the desk shows it by itself."""
    for subject_id, kind, organisation_id in await repository.unannounced(services.database):
        services.metrics.abuse_alerts.labels(kind).inc()
        log.warning("abuse_alert", subject=str(subject_id), kind=kind, organisation=str(organisation_id or ""))


async def purge(services: "Services") -> None:
    """Deletes what has faded."""
    await repository.purge(services.database, AT_ONCE)
