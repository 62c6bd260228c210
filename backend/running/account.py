"""PostgreSQL refuses to run as root: who runs it instead, and what that account can reach."""

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

PREFERRED = ("fairlead", "postgres", "nobody")
"""System accounts that may run the server when we are root; none is ever created."""


class ProcessOptions(TypedDict, total=False):
    """Arguments of `subprocess.Popen` that change the account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """An operating-system account; `switch` tells that we are another one (root) and must change to it."""

    name: str
    uid: int
    gid: int
    switch: bool

    def process_options(self) -> ProcessOptions:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def give(self, path: Path) -> None:
        """Hands over `path`, which the caller has just made."""
        if self.switch and sys.platform != "win32":
            os.chown(path, self.uid, self.gid)


def own_name() -> str:
    """The name of the account we run as. Raises `LookupError` when it has none."""
    if sys.platform == "win32":
        return ""
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise LookupError(f"The user id {os.geteuid()} has no name here, which PostgreSQL needs.") from None


def server_account(cluster: Path) -> Account:
    """Who runs the server of `cluster`: we, or if we are root the owner of the data or a `PREFERRED` account.

    Raises `LookupError` with one sentence when nobody can.
    """
    if sys.platform == "win32":
        return Account("", 0, 0, switch=False)
    uid = os.geteuid()
    owner = cluster.stat().st_uid if cluster.exists() else uid
    if uid != 0:
        if owner != uid:
            raise LookupError(f"The database in {cluster} belongs to another account (user id {owner}).")
        return Account(own_name(), uid, os.getegid(), switch=False)
    return _unprivileged(owner)


def _unprivileged(owner: int) -> Account:
    import pwd

    for key in (owner,) if owner else PREFERRED:
        try:
            found = pwd.getpwuid(key) if isinstance(key, int) else pwd.getpwnam(key)
        except KeyError:
            continue
        return Account(found.pw_name, found.pw_uid, found.pw_gid, switch=True)
    who = f"with the user id {owner}, which owns the data," if owner else f"named {' or '.join(PREFERRED)}"
    raise LookupError(f"PostgreSQL refuses to run as root, and there is no account {who} to run it.")


def reachable(path: Path) -> bool:
    """Whether every account may pass through all folders above `path`, by their permission bits."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)


def readable(path: Path) -> bool:
    """Whether every account can reach and read the file `path`, by permission bits."""
    return reachable(path) and bool(path.stat().st_mode & stat.S_IROTH)
