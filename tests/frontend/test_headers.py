"""What every page forbids the browser."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from frontend.headers import SecurityHeaders, content_security_policy


@pytest.fixture
async def answer() -> httpx.Response:
    async def page(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("x", headers={"referrer-policy": "no-referrer"})

    app = SecurityHeaders(Starlette(routes=[Route("/", page)]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        return await client.get("/")


def directives() -> dict[str, list[str]]:
    parts = [directive.split() for directive in content_security_policy().split("; ")]
    return {name: sources for name, *sources in parts}


def test_pictures_come_from_here_only() -> None:
    assert directives()["img-src"] == ["'self'", "data:", "blob:"]


def test_no_inline_script_runs_but_the_one_of_streamlits_own_page() -> None:
    script = directives()["script-src"]
    assert "'unsafe-inline'" not in script
    assert "'unsafe-eval'" not in script
    assert [source.startswith("'sha256-") for source in script].count(True) == 1


def test_nothing_is_loaded_from_or_framed_by_others() -> None:
    assert directives()["default-src"] == ["'self'"]
    assert directives()["frame-ancestors"] == ["'none'"]
    assert not any("http" in source or "*" in source for sources in directives().values() for source in sources)


def test_every_answer_carries_them_and_a_pages_own_headers_stay(answer: httpx.Response) -> None:
    assert answer.headers["content-security-policy"] == content_security_policy()
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
