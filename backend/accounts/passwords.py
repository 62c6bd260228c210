"""Passwords as argon2id hashes, made and checked outside the event loop."""

import asyncio
import os
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from backend.errors import Unavailable

THREADS = 2
MOST_WAITING = 256
"""Beyond this many hashes under way a caller is told to come back; each takes some 30 ms of one core."""

log = structlog.get_logger()
T = TypeVar("T")


def product_hasher() -> PasswordHasher:
    """19 MiB, two passes, one lane: the least that OWASP's Password Storage Cheat Sheet names for argon2id.

    One lane, so that `THREADS` bounds the cores that signing in can take from answers being streamed.
    """
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Passwords:
    """Makes and checks hashes in a few threads of its own, which start when first needed."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or product_hasher()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._under_way = 0
        self._nobodys = _hash_of_nobody(self._hasher)

    async def hash(self, password: str) -> str:
        """The hash to store. Raises `Unavailable` when too many are under way."""
        return await self._run(lambda: self._hasher.hash(_bytes(password)))

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password made this hash; without one the same work is done for nothing.

        Raises `Unavailable` when too many are under way.
        """
        return await self._run(lambda: self._verify(stored or self._nobodys, _bytes(password))) and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Lets the threads go; what waits is cancelled."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, stored: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except VerifyMismatchError:
            return False
        except (InvalidHashError, VerificationError) as error:
            log.error("unreadable_password_hash", fault=type(error).__name__)
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._under_way >= MOST_WAITING:
            raise Unavailable("Too many people are signing in right now. Try again in a moment.", retry_after=2)
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._under_way -= 1


def _bytes(password: str) -> bytes:
    """NFC (RFC 8265 §4.2.2), so that a password typed on another system's keyboard is the same one."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _hash_of_nobody(hasher: PasswordHasher) -> str:
    """A well-formed hash that no password makes: checking against it costs what any check costs."""
    salt, digest = (b64encode(os.urandom(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len))
    parameters = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${parameters}${salt}${digest}"
