"""Calls to OpenID providers: bounded in time and size, without redirects, and not into private networks unasked."""

import asyncio
from typing import NamedTuple

from backend.accounts.oidc.errors import SignInFailed, away
from backend.providers.errors import ProviderError
from backend.providers.transport import Transport, trusted_roots
from shared.sign_on import SignInTrouble

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 5.0
"""Of one call."""
MOST_BYTES = 256 * 1024
MOST_CALLS = 32
"""Under way at once in a process: beyond it people are asked to try again."""
_HEADERS = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "Fairlead"}


class Reply(NamedTuple):
    """An HTTP response, whole."""

    status: int
    body: bytes


class Web:
    """Opens its connections at the first call, in the loop of the caller."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._transport: Transport | None = None
        self._under_way = 0

    async def ask(self, url: str, *, headers: dict[str, str] | None = None, body: bytes = b"") -> Reply:
        """Posts `body`, or gets if it is empty. Raises `SignInFailed`."""
        if self._under_way >= MOST_CALLS:
            raise SignInFailed(SignInTrouble.BUSY, "too many sign-ins at once")
        self._under_way += 1
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                return await self._ask(url, {**_HEADERS, **(headers or {})}, body)
        except TimeoutError:
            raise away("no answer in time") from None
        except ProviderError as error:
            raise away(error.reason) from None
        finally:
            self._under_way -= 1

    async def close(self) -> None:
        """Closes every connection."""
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.close()

    async def _ask(self, url: str, headers: dict[str, str], body: bytes) -> Reply:
        if self._transport is None:
            self._transport = Transport(private=self._private, tls=trusted_roots())
        exchange = await self._transport.send(url, headers, body, connect=CONNECT_SECONDS)
        try:
            return Reply(exchange.status, await exchange.read(MOST_BYTES))
        finally:
            exchange.close()
