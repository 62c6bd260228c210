"""One client connection: HTTP/1.1 with keep-alive and pipelining, read by httptools."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import cast

import httptools

from backend.simulator.http import Request
from backend.simulator.playback import Playback
from backend.simulator.site import Exchange, Site
from backend.simulator.wheel import Wheel

HEADER_BYTES = 64 * 1024
PIPELINE_DEPTH = 32
TOO_LARGE = "The body of the request is too large."
DISCARD_MS = 5_000
"""How long the rest of a refused body is read and thrown away, so that the client gets to see the answer."""


class Connection(asyncio.Protocol):
    """Requests are answered one after another, in the order in which they came."""

    def __init__(self, site: Site, wheel: Wheel) -> None:
        self._site = site
        self._wheel = wheel
        self._number = site.traffic.connected()
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport
        self._waiting: deque[tuple[Request, bool]] = deque()
        self._exchange: Exchange | None = None
        self._playback: Playback | None = None
        self._keep_alive = True
        self._answering = False
        self._discarding = False
        self.on_message_begin()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._site.traffic.disconnected()
        self._waiting.clear()
        if self._playback is not None:
            self._playback.stop()
        if self._exchange is not None:
            self._exchange.ended(complete=False, at=self._wheel.now())
            self._exchange = self._playback = None

    def pause_writing(self) -> None:
        if self._playback is not None:
            self._playback.pause()

    def resume_writing(self) -> None:
        if self._playback is not None:
            self._playback.resume()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._keep_alive = False
            if self._exchange is None:
                self._transport.close()
        except httptools.HttpParserError:
            self._refuse(400, "The request is not valid HTTP/1.1.")
            self._transport.close()
        self._header_bytes += len(data) if self._in_header else 0
        if self._header_bytes > HEADER_BYTES:
            self._refuse(431, "The header of the request is too large.")
            self._transport.close()

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._header_bytes = 0
        self._in_header = True
        self._body: list[bytes] = []
        self._body_bytes = 0

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._in_header = False
        length = self._headers.get("content-length", "")
        if length.isdigit() and int(length) > self._site.body_limit:
            self._refuse(413, TOO_LARGE)
        elif self._headers.get("expect", "").lower() == "100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self._discarding:
            return
        if self._body_bytes > self._site.body_limit:
            self._refuse(413, TOO_LARGE)
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        if self._discarding:
            self._transport.close()
            return
        request = self._request(
            method=self._parser.get_method().decode("ascii"),
            body=b"".join(self._body),
            version=self._parser.get_http_version(),
        )
        self._waiting.append((request, self._parser.should_keep_alive()))
        if len(self._waiting) >= PIPELINE_DEPTH:
            self._transport.pause_reading()
        self._answer_waiting()

    def _request(self, method: str = "", body: bytes = b"", version: str = "1.1") -> Request:
        path, _, query = self._url.decode("latin-1").partition("?")
        return Request(
            method=method,
            path=path,
            query=query,
            headers=self._headers,
            body=body,
            version=version,
            connection=self._number,
        )

    def _answer_waiting(self) -> None:
        """Start the next answer; those that end at once are followed by the next."""
        if self._answering:
            return
        self._answering = True
        while self._exchange is None and self._waiting and not self._transport.is_closing():
            request, self._keep_alive = self._waiting.popleft()
            self._transport.resume_reading()
            self._exchange = self._site.answer(request, at=self._wheel.now())
            self._playback = Playback(self._exchange.steps, self._transport, self._wheel, self._answered)
            self._playback.start()
        self._answering = False

    def _answered(self) -> None:
        if self._exchange is not None:
            self._exchange.ended(complete=True, at=self._wheel.now())
        self._exchange = self._playback = None
        if not self._keep_alive:
            self._transport.close()
        self._answer_waiting()

    def _refuse(self, status: int, message: str) -> None:
        """Answer in the middle of a request, then read on without looking until the client is done."""
        if self._discarding:
            return
        self._discarding = True
        if self._exchange is None:
            self._transport.write(self._site.refuse(self._request(), status, message))
            self._wheel.at(self._wheel.now() + DISCARD_MS, self._transport.close)
        else:
            self._transport.close()
