"""Having files read by processes of their own, a few at a time."""

import asyncio
import contextlib
import sys
from pathlib import Path
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec
import structlog

from backend.attachments.errors import FileTooLarge, UnreadableFile, UnsupportedFile
from backend.attachments.findings import Found, Refusal, Refused
from backend.errors import AppError, Unavailable

AT_ONCE = 2
"""Processes that read."""
MOST_WAITING = 64
PATIENCE_SECONDS = 45.0
"""For one file, by the clock; the process itself has less time of the processor."""
_ROOT = Path(__file__).parents[2]
_ERRORS: dict[Refused, type[AppError]] = {
    Refused.UNSUPPORTED: UnsupportedFile,
    Refused.UNREADABLE: UnreadableFile,
    Refused.TOO_LARGE: FileTooLarge,
}
_decoder: msgspec.msgpack.Decoder[Found | Refusal] = msgspec.msgpack.Decoder(Found | Refusal)

log = structlog.get_logger()


class FileReading:
    """One process's readers of files. Nobody has more than one at work, so that nobody keeps the others waiting."""

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        """`patience` in seconds."""
        self._patience = patience
        self._places = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def read(self, user_id: UUID, data: bytes) -> Found:
        """What is in a file. Raises `UnsupportedFile`, `UnreadableFile`, `FileTooLarge` and `Unavailable`."""
        if self._waiting >= MOST_WAITING:
            raise Unavailable("Too many files are being read at the moment. Try again shortly.", retry_after=5)
        self._waiting += 1
        try:
            async with self._turns.setdefault(user_id, asyncio.Lock()), self._places:
                result = await self._read(data)
        finally:
            self._waiting -= 1
        if isinstance(result, Refusal):
            raise _ERRORS[result.why](result.message)
        return result

    async def _read(self, data: bytes) -> Found | Refusal:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-B", "-m", "backend.attachments.reader"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=_ROOT,
            env=None if sys.platform == "win32" else {},  # it needs none of our secrets
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(data), self._patience)
            return _decoder.decode(output)
        except (TimeoutError, msgspec.DecodeError):
            log.warning("attachment_reader_ended", status=process.returncode, size=len(data))
            return Refusal(Refused.UNREADABLE, "This file takes too long to read or is broken. Send a simpler one.")
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
