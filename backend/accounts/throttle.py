"""Slows down whoever tries passwords: per account and per address, exact across processes."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts import repository, tries
from backend.accounts.errors import TooManyTries
from backend.accounts.tries import ACCOUNT_LIMIT, ADDRESS_LIMIT
from backend.database import Database
from backend.errors import Unavailable
from backend.secrets import Secrets

PLACES = 4
"""Passwords looked at together in one process: far below `ADDRESS_LIMIT`, as tries under way count as failed."""
MOST_WAITING = 256
IPV6_NETWORK = 64
"""Bits of an IPv6 address that its holder cannot choose (RFC 6177 §2)."""


class Try:
    """A try under way. `left` is how many more may fail before a pause."""

    def __init__(self, account: bytes, address: bytes | None, left: int) -> None:
        self.left = left
        self._account = account
        self._address = address

    async def was_right(self, session: AsyncSession) -> None:
        """Clears the account's count, and takes the try off the address's."""
        keys = [key for key in (self._account, self._address) if key is not None]
        _, counts = await repository.locked_counts(session, keys)
        await repository.forget_count(session, self._account)
        if self._address is not None and (count := counts.get(self._address)) is not None:
            await repository.store_counts(session, {self._address: tries.one_less(count, ADDRESS_LIMIT)})


class Throttle:
    """Counts tries under keyed hashes, so that nothing typed and no address is stored."""

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self._database = database
        self._secrets = secrets
        self._places = asyncio.Semaphore(PLACES)
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()
        self._inside = 0

    @asynccontextmanager
    async def password(self, email: str, address: str) -> AsyncIterator[Try]:
        """Counts a try, which stands unless `Try.was_right` is called. One account's tries take turns.

        Raises `TooManyTries` during a pause and `Unavailable` when too many wait.
        """
        account, origin = self._secrets.digest("sign-in-account", email), self._address_key("sign-in-address", address)
        if self._inside >= MOST_WAITING:
            raise Unavailable("Too many people are signing in right now. Try again in a moment.", retry_after=2)
        self._inside += 1
        try:
            async with self._turns.setdefault(account, asyncio.Lock()), self._places:
                limits = {account: ACCOUNT_LIMIT} | ({} if origin is None else {origin: ADDRESS_LIMIT})
                yield Try(account, origin, await self._count(limits))
        finally:
            self._inside -= 1

    async def clear(self, session: AsyncSession, email: str) -> None:
        """Begins an account's count anew."""
        await repository.forget_count(session, self._secrets.digest("sign-in-account", email))

    async def sign_up(self, address: str) -> None:
        """Counts a sign-up, which tells whether an account exists. Raises `TooManyTries` during a pause."""
        origin = self._address_key("sign-up-address", address)
        if origin is not None:
            await self._count({origin: ADDRESS_LIMIT})

    async def _count(self, limits: dict[bytes, int]) -> int:
        async with self._database.unit_of_work() as session:
            now, counts = await repository.locked_counts(session, limits)
            wait = max((tries.seconds_to_wait(count, now) for count in counts.values()), default=0)
            if wait:
                raise TooManyTries(tries.told_to_wait(wait), retry_after=wait)
            after = {key: tries.one_more(counts.get(key), now, limit) for key, limit in limits.items()}
            await repository.store_counts(session, after)
        return min(limit - after[key].failures for key, limit in limits.items())

    def _address_key(self, purpose: str, address: str) -> bytes | None:
        """None for an unknown address: it would be everybody's."""
        return self._secrets.digest(purpose, network(address)) if address else None


def network(address: str) -> str:
    """What one visitor can move about in: an IPv4 address, or an IPv6 network. Other text stands for itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(found), IPV6_NETWORK), strict=False))
    return str(found)
