"""What a site has open while nobody asks anything."""

import re
import time

import httpx
import psutil
import psycopg
from msgspec import Struct

from backend.database import HOT_CONNECTIONS
from tests.fixtures.site import Site

MOST_CONNECTIONS = HOT_CONNECTIONS + 8 + 1
"""Of one process: the hot pool, the engine's pool, the listener."""
POLL_SECONDS = 0.5
_TASKS = re.compile(r"^model_router_tasks (\S+)$", re.MULTILINE)


class Rest(Struct, frozen=True, kw_only=True):
    """One process. `files` are descriptors without those of its database connections, which pools keep on purpose."""

    files: int
    tasks: int
    connections: int

    def left_over(self, before: "Rest") -> list[str]:
        """What there is now that was not there before."""
        return [
            f"{now - then} {what} left over: {now} after, {then} before"
            for what, now, then in (
                ("file descriptors", self.files, before.files),
                ("tasks", self.tasks, before.tasks),
            )
            if now > then
        ] + ([f"{self.connections} database connections"] if self.connections > MOST_CONNECTIONS else [])


def resident(site: Site) -> list[int]:
    """Bytes of memory of each process."""
    return [psutil.Process(served.process.pid).memory_info().rss for served in site.served]


def rest(site: Site) -> list[Rest]:
    """Each process, now."""
    return [_rest(site, number) for number in range(len(site.served))]


def open_work(site: Site) -> dict[str, int]:
    """Holds, and connections of which a transaction is still open."""
    with psycopg.connect(site.database_url) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM holds), (SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%')"
        ).fetchone()
    assert row is not None
    return {what: number for what, number in zip(("holds", "open transactions"), row, strict=True) if number}


def come_to_rest(site: Site, before: list[Rest], seconds: float) -> list[str]:
    """Waits until nothing is left over, for at most so long; gives what still is."""
    until = time.monotonic() + seconds
    while True:
        left = [f"{number} {what}" for what, number in open_work(site).items()]
        for number, (now, then) in enumerate(zip(rest(site), before, strict=True)):
            left += [f"process {number}: {what}" for what in now.left_over(then)]
        if not left or time.monotonic() > until:
            return left
        time.sleep(POLL_SECONDS)


def _rest(site: Site, number: int) -> Rest:
    process = psutil.Process(site.served[number].process.pid)
    text = httpx.get(f"{site.urls[number]}/metrics", trust_env=False, timeout=10).text
    tasks = _TASKS.search(text)
    assert tasks is not None, text
    connections = _connections(process)
    return Rest(files=process.num_fds() - connections, tasks=int(float(tasks[1])), connections=connections)


def _connections(process: psutil.Process) -> int:
    """Those to PostgreSQL, which listens on a socket of the file system."""
    return sum(one.type == 1 and one.family.name == "AF_UNIX" for one in process.net_connections("unix"))
