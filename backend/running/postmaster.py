"""Which server process belongs to a data folder: never by its number alone, numbers are used again."""

import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What a server wrote into `postmaster.pid` (lines in the order of PostgreSQL's `miscadmin.h`)."""

    pid: int
    port: int
    socket_dir: Path | None
    status: str

    @classmethod
    def recorded(cls, cluster: Path) -> "Postmaster | None":
        """The last server that started on `cluster` and did not end in order; it may be long dead."""
        try:
            lines = [line.strip() for line in (cluster / "postmaster.pid").read_text().splitlines()]
            lines += [""] * (8 - len(lines))
            pid = abs(int(lines[0]))  # negative: a server without connections, as initdb runs it
            if pid == 0:
                return None
            return cls(pid, int(lines[3] or 0), Path(lines[4]) if lines[4] else None, lines[7])
        except (FileNotFoundError, ValueError, IndexError):
            return None

    def serves(self, cluster: Path) -> bool:
        """Whether the process with this number is a server started on `cluster` by the owner of the data."""
        try:
            process = psutil.Process(self.pid)
            command = process.cmdline()
            if process.status() == psutil.STATUS_ZOMBIE or str(cluster) not in command:
                return False
            if sys.platform != "win32" and process.uids().effective != cluster.stat().st_uid:
                return False
            return Path(command[0]).stem == "postgres"
        except (psutil.Error, OSError):
            return False

    def ends(self, cluster: Path, seconds: float) -> bool:
        """Waits for the process; it lives a moment longer than its file."""
        until = time.monotonic() + seconds
        while self.serves(cluster):
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        return True


def serving(cluster: Path) -> Postmaster | None:
    """The server that runs on `cluster` now."""
    server = Postmaster.recorded(cluster)
    return server if server is not None and server.serves(cluster) else None


def discard_damaged_record(cluster: Path) -> None:
    """Removes a `postmaster.pid` that PostgreSQL could not read, as a full disk or a power cut leave it.

    Not while any server runs on the data; PostgreSQL's own check of shared memory in use stays besides.
    """
    file = cluster / "postmaster.pid"
    if not file.exists() or Postmaster.recorded(cluster) is not None:
        return
    for process in psutil.process_iter(["cmdline"]):
        if str(cluster) in (process.info["cmdline"] or []):
            return
    file.unlink()


def kill_orphans(cluster_name: str, uid: int) -> None:
    """Ends backends whose server was killed and which still hold its shared memory.

    `cluster_name` must be unique to the data folder: PostgreSQL shows it in the titles of its processes.
    """
    for process in psutil.process_iter(["cmdline"]):
        title = " ".join(process.info["cmdline"] or [])
        if not title.startswith(f"postgres: {cluster_name}: "):
            continue
        try:
            parent = process.parent()
            if process.uids().effective == uid and (parent is None or parent.name() != "postgres"):
                process.send_signal(signal.SIGKILL)
        except psutil.Error:
            continue
