"""HTTP to providers: the only module that knows httpx and aiohttp.

Requests go through httpx's transport over aiohttp, without an `httpx.AsyncClient`: that keeps a cookie jar, which would
carry one tenant's cookies into another's call, and costs twice as much. aiohttp's own jar is a dummy. Redirects and
proxies from the environment are off.

Bodies are read from aiohttp's stream directly. httpx would put three generators and a wake-up between the socket and
us for every read, and offers no way to stop reading; a stream that is read in batches needs exactly that.
"""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache, lru_cache

import aiohttp
import certifi
import httpx
from aiohttp.streams import StreamReader
from httpx_aiohttp import AiohttpTransport

from backend.providers.addresses import PrivateAddress, open_public_socket
from backend.providers.errors import (
    ConnectFailed,
    ConnectionLost,
    Malformed,
    ProviderError,
    TargetRefused,
    TimedOut,
)

MAX_CONNECTIONS = 8192
KEEP_ALIVE = 30.0
"""Seconds an idle connection is kept."""

MAX_BODY_BYTES = 32 * 1024 * 1024
"""The longest body read into memory at once."""

LINGER = 0.25
"""Seconds a stream whose answer is complete may take to end, so that its connection can be used again."""


class Inlet(StreamReader):
    """aiohttp's body stream, taken from in one go.

    The parser writes to it as to any `StreamReader`. Reading from one costs several calls per HTTP chunk, each of
    which may resume the parser; here all that has come is taken at once and the borders of chunks are not recorded.
    """

    __slots__ = ()

    def begin_http_chunk_receiving(self) -> None:
        """Where an HTTP chunk begins means nothing to us."""

    def end_http_chunk_receiving(self) -> None:
        """Nor where it ends."""

    def set_exception(self, exc: BaseException, exc_cause: BaseException | None = None) -> None:
        """Keeps the fault for `exception()` and wakes the reader, who finds it after the bytes that came before."""
        waiter, self._waiter = self._waiter, None
        super().set_exception(exc)
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def take(self) -> bytes:
        """All bytes that have arrived and were not taken yet."""
        data = b"".join(self._buffer)
        held_back = self._size > self._high_water
        self._buffer.clear()
        self._size = 0
        if held_back:  # the parser stopped and kept the rest; this makes it go on
            self._protocol.resume_reading()
            return data + self.take()
        return data

    def arrival(self) -> asyncio.Future[None]:
        """Resolved when bytes, the end or a fault have arrived; anybody may resolve it earlier to wake the reader."""
        waiter: asyncio.Future[None] = self._loop.create_future()
        if self._buffer or self._eof or self._exception is not None:
            waiter.set_result(None)
        else:
            self._waiter = waiter
        return waiter


class Exchange:
    """A response whose headers are in, and its body."""

    __slots__ = ("_body", "_response", "_socket")

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        content = response.content
        if type(content) is StreamReader:
            content.__class__ = Inlet
        self._body = content if isinstance(content, Inlet) else None
        self._socket = response.connection.transport if response.connection is not None else None
        encoding = response.headers.get("content-encoding", "identity")
        if encoding != "identity":
            self.close()
            raise Malformed(f"a body encoded as {encoding}, which was not asked for")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The response's headers; names are looked up in any case."""
        return self._response.headers

    @property
    def ended(self) -> bool:
        """Whether the whole body has arrived, as HTTP says."""
        return self._body is None or self._body.is_eof()

    @property
    def broken(self) -> bool:
        """Whether the connection broke, or was closed, before the end."""
        return self._body is not None and self._body.exception() is not None

    def take(self) -> bytes:
        """All bytes that have arrived and were not taken yet."""
        return self._body.take() if self._body is not None else b""

    def arrival(self) -> asyncio.Future[None]:
        """See `Inlet.arrival`."""
        if self._body is not None:
            return self._body.arrival()
        nothing: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        nothing.set_result(None)
        return nothing

    async def read(self, limit: int = MAX_BODY_BYTES) -> bytes:
        """The whole body. Raises `Malformed` above `limit` bytes and `ConnectionLost` for a broken one."""
        parts, size = [self.take()], 0
        while True:
            size += len(parts[-1])
            if size > limit:
                raise Malformed(f"a response of more than {limit} bytes")
            if self.ended:
                return b"".join(parts)
            if self.broken:
                raise ConnectionLost("the connection broke within the response")
            await self.arrival()
            parts.append(self.take())

    def pause(self) -> None:
        """Leaves what arrives from now on to the kernel, which makes the sender wait when there is much."""
        if (connection := self._connection()) is not None:
            connection.pause_reading()

    def resume(self) -> None:
        """Undoes `pause`."""
        if (connection := self._connection()) is not None:
            connection.resume_reading()

    def release(self) -> None:
        """For a body of which nothing more is wanted: its connection serves again if the end comes in `LINGER`."""
        if (connection := self._connection()) is None:
            self.close()
            return
        connection.resume_reading()
        asyncio.get_running_loop().call_later(LINGER, self.close)

    def close(self) -> None:
        """Closes the connection at once, without TLS's farewell, unless the body has ended. May be repeated."""
        if (connection := self._connection()) is not None:
            connection.abort()
        self._response.close()

    def _connection(self) -> asyncio.Transport | None:
        """The connection while it is open and this exchange's own: after the end it serves others."""
        connection = self._socket
        return None if connection is None or self.ended or connection.is_closing() else connection


class Transport:
    """Connections to providers. With `private` they may go anywhere, without it only to public addresses."""

    def __init__(self, *, private: bool, tls: ssl.SSLContext) -> None:
        connector = aiohttp.TCPConnector(
            ssl=tls,
            limit=MAX_CONNECTIONS,
            keepalive_timeout=KEEP_ALIVE,
            socket_factory=None if private else open_public_socket,
        )
        session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, auto_decompress=False
        )
        self._http = AiohttpTransport(verify=tls, trust_env=False, client=session)

    async def send(self, url: str, headers: dict[str, str], body: bytes, *, connect: float) -> Exchange:
        """Posts `body`, or gets if it is empty, and waits for the response's headers; connecting may take `connect` s.

        Raises `ConnectFailed`, `TargetRefused`, `TimedOut`, `ConnectionLost` or `Malformed`, never chained to the
        library's own error, for that holds the request with its credential.
        """
        try:
            request = httpx.Request(
                "POST" if body else "GET",
                _url(url),
                headers=headers,
                content=body,
                extensions={"timeout": {"connect": connect, "pool": connect}},
            )
            response = await self._http.handle_async_request(request)
        except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, ValueError) as error:
            fault = _fault(error)
        else:
            return Exchange(response.stream._aiohttp_response)  # type: ignore[union-attr]
        raise fault

    async def close(self) -> None:
        """Closes every connection, at work or idle."""
        await self._http.aclose()


@cache
def trusted_roots() -> ssl.SSLContext:
    """Verifying TLS with the system's certificate authorities and those of `certifi`, for systems without.

    One for the process, as reading them takes 50 ms.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


@lru_cache(maxsize=256)
def _url(url: str) -> httpx.URL:
    parsed = httpx.URL(url)
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo:
        raise ValueError("not an address of a web server, or one with a password in it")
    return parsed


def _fault(error: Exception) -> ProviderError:
    """What an error of the libraries means. httpx's classes do not tell (a refused connection and a reset are both
    its `ConnectTimeout`), so aiohttp's, which cause them, are asked."""
    match error.__cause__ if isinstance(error, httpx.HTTPError) and error.__cause__ else error:
        case aiohttp.ClientConnectorError(os_error=PrivateAddress() as refusal):
            return TargetRefused(str(refusal))
        case aiohttp.ClientConnectorError(os_error=reason, host=host, port=port):
            return ConnectFailed(f"{host}:{port}: {reason}")
        case aiohttp.ConnectionTimeoutError():
            return TimedOut("connect")
        case aiohttp.ClientResponseError(message=message):
            return Malformed(f"a response that is not HTTP: {message}")
        case aiohttp.ClientOSError() | aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError() as cause:
            return ConnectionLost(getattr(cause, "strerror", None) or "the server closed the connection")
        case aiohttp.ClientConnectionError():
            return ConnectFailed("the client is closed")
        case ValueError() | httpx.InvalidURL():
            return TargetRefused("its base URL cannot be used")
        case cause:
            return ConnectionLost(type(cause).__name__)
