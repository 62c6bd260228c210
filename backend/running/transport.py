"""How clients reach the embedded server: a socket in a private folder, or loopback where there are no such sockets."""

import socket
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from backend.running.account import Account, own_name, reachable

ROLE = "fairlead"
SOCKET_PORT = 5432
"""Only a part of the socket's file name."""
LONGEST_FOLDER = 85
"""Bytes; with the file name it must fit into `sun_path`, 104 bytes on the narrowest system."""


@dataclass(frozen=True, slots=True)
class UnixSocket:
    """A socket in a folder (mode 0700) of the server's account; the kernel says who connects."""

    folder: Path

    @classmethod
    def create(cls, account: Account) -> "UnixSocket":
        """Makes the folder, with a short path that cannot be foreseen. Raises `OSError` if there is no place."""
        for base in map(Path, (tempfile.gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108 mkdtemp is private
            fits = len(bytes(base)) + len("/fairlead-xxxxxxxx") <= LONGEST_FOLDER and "," not in str(base)
            if base.is_dir() and fits and (reachable(base / "any") or not account.switch):
                folder = Path(tempfile.mkdtemp(prefix="fairlead-", dir=base))
                account.give(folder)
                return cls(folder)
        raise OSError("There is no temporary folder with a short path for the database's socket.")

    def settings(self) -> dict[str, str]:
        return {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.folder}"',
            "unix_socket_permissions": "0700",
            "port": str(SOCKET_PORT),
        }

    def access(self, account: Account) -> tuple[str, str]:
        """The contents of `pg_hba.conf` and `pg_ident.conf`."""
        users = dict.fromkeys((own_name(), account.name))
        return "local all all peer map=fairlead\n", "".join(f'fairlead "{name}" {ROLE}\n' for name in users)

    def url(self, database: str) -> str:
        # `host` is what counts; the one in front of the path keeps URL parsers content
        return f"postgresql://{ROLE}@localhost:{SOCKET_PORT}/{database}?host={quote(str(self.folder))}"

    def restore(self, account: Account) -> None:
        """Makes the folder again if a cleaner took it."""
        if not self.folder.exists():
            self.folder.mkdir(mode=0o700)
            account.give(self.folder)

    def remove(self) -> None:
        """Removes the folder after its server has ended."""
        socket_file = f".s.PGSQL.{SOCKET_PORT}"
        with suppress(OSError):
            for name in (socket_file, f"{socket_file}.lock"):
                (self.folder / name).unlink(missing_ok=True)
            self.folder.rmdir()


@dataclass(frozen=True, slots=True)
class Loopback:
    """A port of 127.0.0.1, opened by a password."""

    port: int
    password: str

    @classmethod
    def create(cls, password: str) -> "Loopback":
        """Takes a free port; another process may be faster, so a start must be tried again."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            return cls(probe.getsockname()[1], password)

    def settings(self) -> dict[str, str]:
        return {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "port": str(self.port),
        }

    def access(self, account: Account) -> tuple[str, str]:
        """The contents of `pg_hba.conf` and `pg_ident.conf`."""
        return "host all all 127.0.0.1/32 scram-sha-256\n", ""

    def url(self, database: str) -> str:
        return f"postgresql://{ROLE}:{quote(self.password)}@127.0.0.1:{self.port}/{database}"

    def restore(self, account: Account) -> None:
        """A port needs no preparation."""

    def remove(self) -> None:
        """A port leaves nothing behind."""


Transport = UnixSocket | Loopback


def unix_sockets_exist() -> bool:
    return hasattr(socket, "AF_UNIX")


def new_transport(account: Account, password: str) -> Transport:
    """Sockets where they exist. Raises `OSError` with a sentence."""
    return UnixSocket.create(account) if unix_sockets_exist() else Loopback.create(password)
