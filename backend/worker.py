"""A process that runs the background jobs and nothing else."""

import asyncio
import signal

from backend.services import Services
from backend.settings import Settings


async def run_forever(settings: Settings) -> None:
    """Runs the table of jobs until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with Services(settings).running():
        await stop.wait()
