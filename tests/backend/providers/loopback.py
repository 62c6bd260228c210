"""A server on 127.0.0.1 that says exactly the bytes a test wants, and notices when it is left."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

from backend.providers.calls import ChatCall, Limits, Target, Turn
from shared.messages import Role

KEY = "sk-loopback-0123456789abcdef"
PATIENT = Limits(connect=10, first_byte=10, first_token=10, inter_token=10, total=30)
"""Longer than anything takes, even on a busy machine: for tests that are not about a limit."""

SHORT = 0.3
"""Seconds of a limit that a test means to reach."""

AT_ONCE = 0.25
"""Seconds within which something without a timer has happened, even on a busy machine."""

CALL = ChatCall(model="m", messages=(Turn(Role.USER, "hello"),), max_tokens=50)

EVENT_STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
UNFRAMED_STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
STOP = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n'
DONE = b"data: [DONE]\n\n"
LAST = b"0\r\n\r\n"


def say(text: str) -> bytes:
    """One frame with that text, which must need no escaping."""
    return f'data: {{"id":"c-1","choices":[{{"index":0,"delta":{{"content":"{text}"}}}}]}}\n\n'.encode()


def chunk(data: bytes) -> bytes:
    """`data` as one HTTP chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def reply(body: bytes, status: int = 200, *headers: str, media: str = "application/json") -> bytes:
    """A whole response."""
    head = [f"HTTP/1.1 {status} Whatever", f"content-type: {media}", f"content-length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class Asked(NamedTuple):
    """A request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


class Connection:
    """One accepted connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def request(self) -> Asked:
        """The next request on it. Raises `IncompleteReadError` when there is none."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}
        return Asked(head[0], headers, await self.reader.readexactly(int(headers.get("content-length", 0))))

    async def send(self, *parts: bytes) -> None:
        """Writes, each part by itself."""
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()

    def reset(self) -> None:
        """Ends it by an RST."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def left(self) -> float:
        """Waits until the other side is gone; the loop's time at that moment."""
        try:
            while await self.reader.read(65_536):
                pass
        except ConnectionError:
            pass
        return asyncio.get_running_loop().time()


Script = Callable[[Connection], Awaitable[None]]


@asynccontextmanager
async def serving(
    script: Script, tls: ssl.SSLContext | None = None, *, limits: Limits = PATIENT, private: bool = True
) -> AsyncIterator[Target]:
    """A target whose every connection runs `script`, ended when it returns."""
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await script(Connection(reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls, backlog=1000)
    port = server.sockets[0].getsockname()[1]
    try:
        yield Target(
            provider="test",
            dialect="openai",
            base_url=f"http{'s' if tls else ''}://127.0.0.1:{port}/v1",
            api_key=KEY,
            allow_private_network=private,
            limits=limits,
        )
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def always(*parts: bytes) -> Script:
    """Answers every request on a connection with the same parts."""

    async def script(connection: Connection) -> None:
        while True:
            await connection.request()
            await connection.send(*parts)

    return script


def once(*parts: bytes) -> Script:
    """Answers one request, then closes the connection in order."""

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(*parts)

    return script


def then_silence(*parts: bytes) -> Script:
    """Answers one request and keeps quiet until left."""

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(*parts)
        await connection.left()

    return script
