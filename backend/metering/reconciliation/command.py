"""What `fairlead reconcile` does. The settings must name the database."""

import re
from datetime import datetime, timedelta

import psycopg
from sqlalchemy.exc import DBAPIError

from backend.metering.reconciliation import repository
from backend.metering.reconciliation.bill import line
from backend.metering.reconciliation.report import Report
from backend.metering.reconciliation.service import reconcile
from backend.running.errors import OperatorError
from backend.services import Services
from backend.settings import Settings

LONGEST = timedelta(days=3650)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def span(text: str) -> timedelta:
    """`90m`, `24h` or `7d`. Raises `OperatorError` with one sentence."""
    found = re.fullmatch(r"(\d{1,6})([mhd])", text)
    length = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta(0)
    if not timedelta(0) < length <= LONGEST:
        raise OperatorError("--since is a number of minutes, hours or days, such as 90m, 24h or 7d.")
    return length


async def reconcile_by_hand(settings: Settings, back: timedelta) -> Report:
    """Repairs, compares everything, and reads the bill. Raises `OperatorError` when the database fails."""
    services = Services(settings)
    try:
        await services.database.open()
        await services.catalogue.refresh()
        since = await _moment(services, back)
        run = await reconcile(services, "hand", since)
        async with services.database.reading() as session:
            bill = [line(sums) for sums in await repository.bill(session, since)]
    except (psycopg.Error, DBAPIError) as error:
        reason = " ".join(str(getattr(error, "orig", error)).split())
        raise OperatorError(f"The database failed: {reason}") from error
    finally:
        await services.accounts.close()
        await services.database.close()
    return Report(since=since, balanced=not run.left, counts=run.counts, findings=run.findings, bill=bill)


async def _moment(services: Services, back: timedelta) -> datetime:
    async with services.database.reading() as session:
        return await repository.now(session) - back
