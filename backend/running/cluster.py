"""The data on disk: made once and whole, where the account that runs the server can reach it."""

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backend.running import transport
from backend.running.account import Account, reachable, server_account
from backend.running.binaries import MAJOR, STATE, open_folder, program, programs_for
from backend.running.errors import OperatorError

_MAKING = "making-"


class ClusterError(OperatorError):
    """The data cannot be made or used; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A PostgreSQL data folder, who runs its server, and with which programs."""

    path: Path
    account: Account
    programs: Path
    password: str

    @property
    def name(self) -> str:
        """Different for every folder; PostgreSQL shows it in the titles of its processes."""
        return f"fairlead-{hashlib.sha256(bytes(self.path)).hexdigest()[:12]}"

    @classmethod
    def prepare(cls, data_dir: Path, *, sync: bool) -> "Cluster":
        """Finds or makes the cluster of `data_dir`, which the caller has locked.

        Raises `ClusterError`, and `LookupError` or `OSError` with a sentence.
        """
        link = data_dir / "cluster"
        account = server_account(link.resolve())
        cluster = cls(link.resolve(), account, programs_for(account), _password(data_dir))
        for leftover in data_dir.glob(f"{_MAKING}*"):  # an earlier start died while making
            shutil.rmtree(leftover, ignore_errors=True)
        if not link.exists():
            if link.is_symlink():
                raise ClusterError(f"The database should be in {cluster.path}, as {link} says, but is not there.")
            return cluster._make(link, sync)
        if account.switch and not reachable(cluster.path):
            raise ClusterError(f"The account {account.name}, which runs PostgreSQL, cannot reach {cluster.path}.")
        found = (cluster.path / "PG_VERSION").read_text().strip()
        if found != str(MAJOR):
            raise ClusterError(f"The database in {cluster.path} is of PostgreSQL {found}, Fairlead brings {MAJOR}.")
        return cluster

    def _make(self, link: Path, sync: bool) -> "Cluster":
        home = link.parent
        if self.account.switch and not reachable(link):
            open_folder(STATE)
            home = Path(tempfile.mkdtemp(prefix="data-", dir=STATE))
            home.chmod(0o711)
        making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=home))
        self.account.give(making)
        self._initdb(making, [] if sync else ["--no-sync"])
        made = home / "cluster"
        making.rename(made)
        if made != link:
            link.symlink_to(made)
        return Cluster(made.resolve(), self.account, self.programs, self.password)

    def _initdb(self, folder: Path, options: list[str]) -> None:
        handle, name = tempfile.mkstemp(prefix="password-", dir=folder.parent)
        try:
            os.write(handle, f"{self.password}\n".encode())
            os.close(handle)
            self.account.give(Path(name))
            done = self.run(
                "initdb", "--pgdata", str(folder), "--username", transport.ROLE, "--pwfile", name, "--encoding=UTF8",
                "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
                "--auth-local=peer", "--auth-host=scram-sha-256", *options, seconds=120,
            )  # fmt: skip
        finally:
            Path(name).unlink()
        if done.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            raise ClusterError(f"PostgreSQL's initdb failed: {_last_line(done.stderr)}")

    def run(self, name: str, *arguments: str, seconds: float) -> subprocess.CompletedProcess[str]:
        """Runs one of PostgreSQL's programs to its end as the account, with an environment of its own."""
        return subprocess.run(  # noqa: S603 our own program
            [program(self.programs, name), *arguments],
            env=environment({}),
            cwd=self.programs,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
            start_new_session=True,
            **self.account.process_options(),
        )

    def allow(self, way: transport.Transport) -> None:
        """Writes who may connect; a running server reads it when told."""
        for name, text in zip(("pg_hba.conf", "pg_ident.conf"), way.access(self.account), strict=True):
            file = self.path / name
            file.write_text(text)
            self.account.give(file)


def environment(extra: Mapping[str, str]) -> dict[str, str] | None:
    """What the programs see of our environment: nothing that could steer them. Windows needs its own."""
    return None if sys.platform == "win32" else {"LC_ALL": "C", "TZ": "UTC", **extra}


def _password(data_dir: Path) -> str:
    file = data_dir / "password"
    if not transport.unix_sockets_exist() and not file.exists():
        handle = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(handle, secrets.token_urlsafe(32).encode())
        os.close(handle)
    return file.read_text() if file.exists() else secrets.token_urlsafe(32)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"
