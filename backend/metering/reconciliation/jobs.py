"""Reconciling again and again."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from backend.metering.reconciliation.service import reconcile

if TYPE_CHECKING:
    from backend.services import Services

MONEY_SECONDS = 3600


async def repair_books(services: "Services") -> None:
    """Ends what nobody carries out any more and puts counters right."""
    await reconcile(services, "job")


async def check_money(services: "Services") -> None:
    """Also compares every balance with its ledger, and the charges since the last time with their costs."""
    await reconcile(services, "job", datetime.now(UTC) - timedelta(seconds=2 * MONEY_SECONDS))
