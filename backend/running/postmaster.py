"""Which server process belongs to a data folder: never by its number alone, numbers are used again."""

import signal
import sys
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
            return cls(int(lines[0]), int(lines[3] or 0), Path(lines[4]) if lines[4] else None, lines[7])
        except (FileNotFoundError, ValueError, IndexError):
            return None

    def exists(self) -> bool:
        """Whether any process has this number now."""
        return psutil.pid_exists(self.pid)

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
