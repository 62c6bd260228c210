"""One owner at a time for a folder; the operating system lets go when the owner dies, however it dies."""

import os
import sys
import time
from pathlib import Path

from backend.running.errors import OperatorError


class FolderInUse(OperatorError):
    """Another process owns the folder; the text is one sentence."""


class FolderLock:
    """An exclusive lock on the file `lock` in a folder that exists."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "lock"
        self._file: int | None = None

    @property
    def held(self) -> bool:
        return self._file is not None

    def acquire(self, wait_seconds: float) -> None:
        """Takes the lock, waiting for an owner that is about to end; nothing if it is ours. Raises `FolderInUse`."""
        if self._file is not None:
            return
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        until = time.monotonic() + wait_seconds
        while not _try_lock(file):
            if time.monotonic() > until:
                os.close(file)
                raise FolderInUse(f"Another Fairlead{self._owner()} uses {self.path.parent}.")
            time.sleep(0.05)
        os.truncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file

    def _owner(self) -> str:
        try:
            return f" (process {int(self.path.read_text())})"
        except (OSError, ValueError):
            return ""

    def release(self) -> None:
        """Lets go; the file stays, because removing it would let two owners in. May be called twice."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _try_lock(file: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file, 0, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
