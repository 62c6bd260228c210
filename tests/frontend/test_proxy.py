"""The browser's own calls, passed on to the API."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message

from frontend.proxy import Proxy
from frontend.settings import Settings
from shared.paths import ATTACHMENTS, LOGIN, MARKS, MARKS_EXPORT, PRECHECK

ADDRESS = "203.0.113.9"


class Upstream:
    """An API that remembers what reached it."""

    def __init__(self) -> None:
        self.seen: list[tuple[Request, bytes]] = []

    def app(self) -> Starlette:
        async def echo(request: Request) -> Response:
            self.seen.append((request, await request.body()))
            response = JSONResponse(
                {"path": request.url.path}, status_code=201, headers={"server": "api", "x-secret": "1"}
            )
            response.set_cookie("sid", "one", httponly=True)
            response.set_cookie("other", "two")
            return response

        methods = ["GET", "POST", "DELETE"]
        return Starlette(routes=[Route("/{rest:path}", echo, methods=methods)])


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
async def proxied(upstream: Upstream) -> AsyncIterator[httpx.AsyncClient]:
    """A browser's view of the web app, whose API is `upstream`."""
    proxy = Proxy(Settings(api_url="http://api:8000"), httpx.ASGITransport(upstream.app()))
    async with proxy.lifespan(None):
        app = Starlette(routes=list(proxy.routes()))
        transport = httpx.ASGITransport(app, client=(ADDRESS, 1))
        async with httpx.AsyncClient(transport=transport, base_url="https://chat.example.org") as client:
            yield client


async def test_only_sign_in_precheck_and_files_are_passed_on(proxied: httpx.AsyncClient) -> None:
    for path in ("/api/conversations", "/api/ai/chat", "/v1/chat/completions", "/v1/auth/../models"):
        assert (await proxied.post(path)).status_code == 404
    assert (await proxied.post(PRECHECK)).status_code == 201


async def test_own_files_can_be_read_and_nothing_else_done_with_them(proxied: httpx.AsyncClient) -> None:
    path = f"{ATTACHMENTS}/01a1fc9e-7b40-7c51-9d6e-2f3b8a4c5d6e"
    assert (await proxied.get(path)).json() == {"path": path}
    assert (await proxied.delete(path)).status_code == 405
    assert (await proxied.post(ATTACHMENTS)).status_code == 404
    assert (await proxied.delete("/v1/auth/sessions?id=1")).status_code == 201


async def test_the_export_of_marks_can_be_read_and_the_marks_beside_it_cannot(proxied: httpx.AsyncClient) -> None:
    assert (await proxied.get(MARKS_EXPORT)).json() == {"path": MARKS_EXPORT}
    assert (await proxied.post(MARKS_EXPORT)).status_code == 405
    assert (await proxied.get(MARKS)).status_code == 404


async def test_a_path_that_climbs_out_is_refused(upstream: Upstream) -> None:
    proxy = Proxy(Settings(), httpx.ASGITransport(upstream.app()))
    scope = {"type": "http", "method": "GET", "path": "/v1/auth/../../api/usage", "query_string": b"", "headers": []}
    async with proxy.lifespan(None):
        assert (await proxy.forward(Request(scope))).status_code == 404
    assert not upstream.seen


async def test_an_api_below_a_path_is_reached_there(upstream: Upstream) -> None:
    proxy = Proxy(Settings(api_url="http://api/fairlead/"), httpx.ASGITransport(upstream.app()))
    async with proxy.lifespan(None):
        transport = httpx.ASGITransport(Starlette(routes=list(proxy.routes())))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            assert (await client.post(LOGIN)).json() == {"path": f"/fairlead{LOGIN}"}


async def test_what_the_browser_sent_arrives_with_its_address_host_and_scheme(
    proxied: httpx.AsyncClient, upstream: Upstream
) -> None:
    headers = {"origin": "https://chat.example.org", "cookie": "sid=x", "content-type": "application/json"}
    await proxied.post(f"{LOGIN}?a=%20b&c", content=b'{"x": 1}', headers=headers)
    ((request, body),) = upstream.seen
    assert body == b'{"x": 1}'
    assert (request.url.path, request.url.query) == (LOGIN, "a=%20b&c")
    assert headers.items() <= dict(request.headers).items()
    assert request.headers["x-forwarded-for"] == ADDRESS
    assert request.headers["x-forwarded-host"] == "chat.example.org"
    assert request.headers["x-forwarded-proto"] == "https"


async def test_a_browser_cannot_say_where_it_is(proxied: httpx.AsyncClient, upstream: Upstream) -> None:
    forged = {"x-forwarded-for": "127.0.0.1", "x-forwarded-host": "evil", "forwarded": "for=1", "authorization": "B x"}
    await proxied.post(PRECHECK, headers=forged)
    ((request, _),) = upstream.seen
    assert request.headers["x-forwarded-for"] == ADDRESS
    assert "forwarded" not in request.headers
    assert "authorization" not in request.headers


async def test_cookies_come_back_each_for_itself_and_nothing_internal_does(proxied: httpx.AsyncClient) -> None:
    answer = await proxied.post(LOGIN)
    cookies = answer.headers.get_list("set-cookie")
    assert [cookie.split("=")[0] for cookie in cookies] == ["sid", "other"]
    assert "HttpOnly" in cookies[0]
    assert "x-secret" not in answer.headers
    assert "server" not in answer.headers


async def test_a_cookie_of_one_browser_is_not_sent_for_another(proxied: httpx.AsyncClient, upstream: Upstream) -> None:
    await proxied.post(LOGIN)
    proxied.cookies.clear()
    await proxied.post(LOGIN)
    assert "cookie" not in upstream.seen[1][0].headers


async def test_ten_megabytes_are_too_much_however_they_come(proxied: httpx.AsyncClient, upstream: Upstream) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 1024 * 1024

    answer = await proxied.post(PRECHECK, content=endless())
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"
    assert not upstream.seen


async def test_an_api_that_is_away_is_an_error_of_the_usual_shape() -> None:
    def refuse(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    proxy = Proxy(Settings(), httpx.MockTransport(refuse))
    async with proxy.lifespan(None):
        transport = httpx.ASGITransport(Starlette(routes=list(proxy.routes())))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            answer = await client.post(LOGIN)
    assert answer.status_code == 503
    assert answer.json()["error"]["retryable"]


async def test_what_the_api_streams_is_passed_on_as_it_comes() -> None:
    first_came = asyncio.Event()

    async def parts() -> AsyncIterator[bytes]:
        yield b"first"
        await asyncio.wait_for(first_came.wait(), 10)
        yield b"second"

    sent: list[bytes] = []

    async def receive() -> Message:
        return await asyncio.Future()

    async def send(message: Message) -> None:
        if message.get("body"):
            sent.append(message["body"])
            first_came.set()

    proxy = Proxy(Settings(), httpx.MockTransport(lambda _: httpx.Response(200, content=parts())))
    async with proxy.lifespan(None):
        request = Request({"type": "http", "method": "GET", "path": "/v1/auth/me", "query_string": b"", "headers": []})
        request._body = b""
        await (await proxy.forward(request))(request.scope, receive, send)
    assert sent == [b"first", b"second"]
