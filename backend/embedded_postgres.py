"""A PostgreSQL server of our own: started, adopted and stopped so that no death of its owner loses it."""

import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import psycopg
from psycopg import sql

from backend.running.binaries import open_folder, program
from backend.running.cluster import Cluster, ClusterError, environment
from backend.running.errors import OperatorError, sentence
from backend.running.lock import FolderLock
from backend.running.postmaster import Postmaster, discard_damaged_record, kill_orphans, serving
from backend.running.transport import Loopback, Transport, UnixSocket, new_transport

DATABASE = "fairlead"
START_SECONDS = 120
"""Recovery after a crash may take this long."""
SHUTDOWN_SECONDS = 60
"""An earlier server may take this long to finish stopping."""
CONNECT_SECONDS = 5
OWNER_WAIT_SECONDS = 2.0
"""An owner that is ending may take this long to let go."""
POLL_SECONDS = 0.02
SETTINGS = {
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # a DETAIL line would put people's rows into the log
}
FAST_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_EXPECTED = (OperatorError, LookupError, OSError, psycopg.Error, subprocess.SubprocessError)
StopMode = Literal["smart", "fast", "immediate"]


class EmbeddedPostgresError(OperatorError):
    """The server cannot be run; the text is one sentence for the operator."""


class EmbeddedPostgres:
    """PostgreSQL on the files in `data_dir`, for one owner at a time.

    `data_dir` gets `cluster/` (the data; a link, if we are root and the folder is closed to the account that runs
    the server), `postgres.log`, `lock` and, without Unix sockets, `password`. `fast_unsafe` gives up durability
    for speed: for tests only.
    """

    def __init__(self, data_dir: Path, *, fast_unsafe: bool = False) -> None:
        self.data_dir = data_dir.absolute()
        self.log_file = self.data_dir / "postgres.log"
        self._settings = SETTINGS | (FAST_UNSAFE if fast_unsafe else {})
        self._lock = FolderLock(self.data_dir)
        self._cluster: Cluster | None = None
        self._transport: Transport | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Of the database `fairlead`, for psycopg (and SQLAlchemy as `postgresql+psycopg://`), after `start`."""
        if self._transport is None:
            raise EmbeddedPostgresError("The embedded database is not started.")
        return self._transport.url(DATABASE)

    def start(self) -> str:
        """Starts the server, or takes over the one that still runs on this data; gives `url`.

        May be called again after the server died; the address stays. Raises `EmbeddedPostgresError`.
        """
        try:
            open_folder(self.data_dir)
            self._lock.acquire(OWNER_WAIT_SECONDS)
            cluster = self._cluster = Cluster.prepare(self.data_dir, sync="fsync" not in self._settings)
            if not self._adopted(cluster):
                self._launch(cluster)
            self._create_database()
        except _EXPECTED as error:
            self._abandon()
            raise EmbeddedPostgresError(sentence(error)) from error
        except BaseException:
            self._abandon()
            raise
        return self.url

    def is_running(self) -> bool:
        """Whether the server process lives; it may still be starting or stopping."""
        if self._process is not None and self._process.poll() is None:
            return True
        return self._cluster is not None and serving(self._cluster.path) is not None

    def stop(self, mode: StopMode = "fast", *, seconds: int = SHUTDOWN_SECONDS) -> bool:
        """Stops the server and lets go of the folder; nothing if we do not own it.

        False when the server needs more than `seconds`: it goes on stopping, and the next owner waits for it.
        """
        if not self._lock.held:
            return True
        try:
            return self._cluster is None or self._stopped(self._cluster, mode, seconds)
        finally:
            self._lock.release()

    def _adopted(self, cluster: Cluster) -> bool:
        until = time.monotonic() + SHUTDOWN_SECONDS
        found = None
        while (server := serving(cluster.path)) is not None and time.monotonic() < until:
            found = server
            if server.status == "ready":
                transport = _transport_of(server, cluster.password)
                if _serves(transport, cluster.path):
                    self._transport = transport
                    return True
                break
            time.sleep(POLL_SECONDS)
        if server is None and found is not None:  # it was stopping and has ended
            _transport_of(found, cluster.password).remove()
        if server is not None and not self._stopped(cluster, "fast", SHUTDOWN_SECONDS):
            raise ClusterError(
                f"A PostgreSQL server (process {server.pid}) holds {cluster.path}, does not answer and does not stop."
            )
        return False

    def _launch(self, cluster: Cluster) -> None:
        """Several attempts: a port may be snatched, and a killed server's backends may take a moment to end."""
        discard_damaged_record(cluster.path)
        for attempt in range(50):
            transport = self._transport = self._transport or _fresh_transport(cluster)
            transport.restore(cluster.account)
            cluster.allow(transport)
            process = self._process = self._spawn(cluster, transport)
            if _became_ready(cluster, process):
                return
            reason = self._reason()
            if "shared memory block" in reason:
                if attempt >= 10:
                    kill_orphans(cluster.name, cluster.path.stat().st_uid)
                time.sleep(0.1)
            elif "could not create any TCP/IP sockets" in reason and attempt < 5:
                self._transport = None
            else:
                break
        raise ClusterError(f"PostgreSQL did not start: {reason} (see {self.log_file}).")

    def _spawn(self, cluster: Cluster, transport: Transport) -> subprocess.Popen[bytes]:
        settings = self._settings | transport.settings() | {"cluster_name": cluster.name}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        if self.log_file.exists():
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        with self.log_file.open("wb") as log:
            return subprocess.Popen(  # noqa: S603 our own program
                [program(cluster.programs, "postgres"), "-D", str(cluster.path), *options],
                env=environment(_stale_pid(cluster)),
                cwd=cluster.programs,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # the terminal's Ctrl-C is for the owner
                **cluster.account.process_options(),
            )

    def _reason(self) -> str:
        lines = self.log_file.read_text(errors="replace").splitlines()
        fatal = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
        return (fatal or lines or ["it said nothing"])[-1]

    def _create_database(self) -> None:
        assert self._transport is not None
        with psycopg.connect(self._transport.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _stopped(self, cluster: Cluster, mode: StopMode, seconds: int) -> bool:
        server = serving(cluster.path)
        if server is not None:
            options = ("--pgdata", str(cluster.path), "--mode", mode, "--timeout", str(seconds))
            cluster.run("pg_ctl", "stop", *options, seconds=seconds + 10)
            if not server.ends(cluster.path, seconds=5):
                return False
            _transport_of(server, cluster.password).remove()
        if self._process is not None:
            self._process.kill()  # has ended, or has not come far enough to touch the data
            self._process.wait()
            self._process = None
        if self._transport is not None:
            self._transport.remove()
        return True

    def _abandon(self) -> None:
        """After a start that failed: what we started goes, what we found stays."""
        if self._process is not None:
            self.stop()
        self._lock.release()


def running_url(data_dir: Path) -> str | None:
    """The URL of the server that somebody else runs on `data_dir` now, or None. It is neither owned nor changed."""
    cluster = (data_dir / "cluster").resolve()
    password = data_dir / "password"
    server = serving(cluster)
    if server is None or server.status != "ready":
        return None
    transport = _transport_of(server, password.read_text() if password.exists() else "")
    return transport.url(DATABASE) if _serves(transport, cluster) else None


def _fresh_transport(cluster: Cluster) -> Transport:
    abandoned = Postmaster.recorded(cluster.path)
    if abandoned is not None and abandoned.socket_dir is not None:
        UnixSocket(abandoned.socket_dir).remove()
    return new_transport(cluster.account, cluster.password)


def _became_ready(cluster: Cluster, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        server = Postmaster.recorded(cluster.path)
        if server is not None and server.pid == process.pid and server.status == "ready":
            return True
        time.sleep(POLL_SECONDS)
    return False


def _transport_of(server: Postmaster, password: str) -> Transport:
    return UnixSocket(server.socket_dir) if server.socket_dir is not None else Loopback(server.port, password)


def _serves(transport: Transport, cluster: Path) -> bool:
    try:
        with psycopg.connect(transport.url("postgres"), connect_timeout=CONNECT_SECONDS) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
    except psycopg.OperationalError:
        return False
    return row is not None and Path(row[0]).samefile(cluster)


def _stale_pid(cluster: Cluster) -> dict[str, str]:
    """PostgreSQL trusts a recorded number that some other process has now, unless told that it is an ancestor's.

    `PG_GRANDPARENT_PID` is what pg_ctl uses to say so; the check for shared memory still in use stays.
    """
    abandoned = Postmaster.recorded(cluster.path)
    return {} if abandoned is None else {"PG_GRANDPARENT_PID": str(abandoned.pid)}
