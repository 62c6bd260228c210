"""Ports: taken early, so that one in use is a sentence before anything else has started."""

import errno
import socket
import time

from backend.running.errors import OperatorError

HANDOVER_SECONDS = 2.0
"""A process that is ending closes its port well within this time."""


class PortUnavailable(OperatorError):
    """A port cannot be had; the text is one sentence that names it."""


def listen(host: str, port: int, setting: str) -> socket.socket:
    """A listening socket for the port of `setting`. Waits a moment for a process that is ending.

    Raises `PortUnavailable`.
    """
    until = time.monotonic() + HANDOVER_SECONDS
    while True:
        try:
            family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            return socket.create_server(address[:2], family=family, backlog=2048)
        except socket.gaierror:
            raise PortUnavailable(f"{host} is not an address of this machine.") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > until:
                raise PortUnavailable(_sentence(host, port, setting, error)) from None
        time.sleep(0.05)


def check_free(host: str, port: int, setting: str) -> None:
    """Raises `PortUnavailable` unless somebody could listen there now."""
    listen(host, port, setting).close()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _sentence(host: str, port: int, setting: str, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {port} on {host} is in use by another program; stop that or choose another port with {setting}."
            )
        case errno.EACCES:
            return f"Port {port} may not be used by this account; choose another with {setting}."
        case errno.EADDRNOTAVAIL:
            return f"{host} is not an address of this machine."
        case _:
            return f"Port {port} on {host} cannot be used: {error.strerror}."


def base_url(host: str, port: int) -> str:
    """Where this machine reaches a server that listens on `host` (which may mean every address)."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 read, not bound
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"
