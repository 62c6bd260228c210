"""A process that runs the background jobs and nothing else."""

import asyncio

from backend.logs import configure_logging
from backend.services import Services
from backend.settings import Settings


async def run_forever(settings: Settings) -> None:
    """Runs the table of jobs until it is cancelled."""
    configure_logging(settings.log_level)
    async with Services(settings).running():
        await asyncio.get_running_loop().create_future()
