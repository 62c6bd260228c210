"""Passes the few calls a browser makes by itself on to the API, so that both share one origin."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from frontend.settings import Settings
from shared.errors import ErrorBody, ErrorCode, ErrorEnvelope
from shared.paths import ATTACHMENTS, MARKS_EXPORT, PRECHECK
from shared.wire import encode

DOWNLOADED_PATHS = (f"{ATTACHMENTS}/{{id}}", MARKS_EXPORT)
"""What browsers only read."""
FORWARDED_PATHS = ("/v1/auth/{rest:path}", PRECHECK)
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_PASSED_ON = ("accept", "accept-language", "content-type", "cookie", "origin", "user-agent", "x-request-id")
_PASSED_BACK = (
    "cache-control",
    "content-disposition",
    "content-type",
    "retry-after",
    "set-cookie",
    "location",
    "x-request-id",
)
_MAX_BODY = 10 * 1024 * 1024


class Proxy:
    """Forwards requests to the API of `settings`, and streams the answers back as they come.

    The API learns the browser's address, host and scheme from `X-Forwarded-*`; whatever the browser itself
    sent under these names is dropped.
    """

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._base = httpx.URL(str(settings.api_url))
        self._path = self._base.path.rstrip("/")
        self._timeout = httpx.Timeout(settings.api_timeout, connect=2)
        self._transport = transport or httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=200))
        self._client: httpx.AsyncClient | None = None

    @asynccontextmanager
    async def lifespan(self, _app: object) -> AsyncIterator[None]:
        """Holds the connections to the API while the web app runs."""
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        async with httpx.AsyncClient(
            transport=self._transport, timeout=self._timeout, cookies=no_cookies
        ) as self._client:
            yield

    def routes(self) -> list[Route]:
        """One route for every forwarded path."""
        files = [Route(path, self.forward, methods=["GET"]) for path in DOWNLOADED_PATHS]
        return [*files, *(Route(path, self.forward, methods=_METHODS) for path in FORWARDED_PATHS)]

    async def forward(self, request: Request) -> Response:
        """The API's answer, or the error in the API's own shape when there is none."""
        if ".." in request.url.path.split("/"):
            return _refusal(404, ErrorCode.NOT_FOUND, "There is nothing at this address.")
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > _MAX_BODY:
                return _refusal(413, ErrorCode.TOO_LARGE, "The request is larger than 10 MB.")
        assert self._client is not None, "the proxy serves only within its lifespan"
        outgoing = self._client.build_request(
            request.method,
            self._base.copy_with(path=self._path + request.url.path, query=request.url.query.encode() or None),
            headers=_forwarded(request),
            content=bytes(body),
        )
        try:
            answer = await self._client.send(outgoing, stream=True)
        except httpx.TransportError:
            return _refusal(503, ErrorCode.UNAVAILABLE, "The server does not answer. Try again in a moment.")
        response = StreamingResponse(
            answer.aiter_bytes(), status_code=answer.status_code, background=BackgroundTask(answer.aclose)
        )
        response.raw_headers = [
            (name.lower(), value) for name, value in answer.headers.raw if name.decode().lower() in _PASSED_BACK
        ]
        return response


def _forwarded(request: Request) -> dict[str, str]:
    headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
    if request.client is not None:
        headers["x-forwarded-for"] = request.client.host
    headers["x-forwarded-host"] = request.headers.get("host", "")
    headers["x-forwarded-proto"] = request.url.scheme
    return headers


def _refusal(status: int, code: ErrorCode, message: str) -> Response:
    body = ErrorEnvelope(error=ErrorBody(code=code, message=message, retryable=status >= 500))
    return Response(encode(body), status_code=status, media_type="application/json")
