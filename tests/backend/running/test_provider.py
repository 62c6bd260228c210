"""Who answers when there is no key."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from backend.running import provider
from backend.running.ports import free_port
from backend.running.provider import find_stand_in
from backend.settings import Settings


@pytest.fixture
async def ollama() -> AsyncIterator[str]:
    """Something that answers like `GET /api/version` of Ollama."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        status = b"200 OK" if request.startswith(b"GET /api/version ") else b"404 Not Found"
        writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture(autouse=True)
def no_usual_ollama(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "USUAL_OLLAMA", f"http://127.0.0.1:{free_port()}")


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[call-arg,arg-type]


async def test_with_a_key_nothing_stands_in(ollama: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "USUAL_OLLAMA", ollama)
    found = await find_stand_in(settings(openai_api_key="sk-x"))
    assert (found.simulator_url, found.ollama_url) == (None, None)


async def test_a_simulator_that_was_named_is_not_doubled() -> None:
    found = await find_stand_in(settings(simulator_url="http://127.0.0.1:9"))
    assert (found.simulator_url, found.ollama_url) == (None, None)


async def test_an_ollama_that_answers_is_used(ollama: str) -> None:
    assert (await find_stand_in(settings(ollama_host=ollama))).ollama_url == ollama


async def test_an_ollama_at_its_usual_place_is_found(ollama: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "USUAL_OLLAMA", ollama)
    assert (await find_stand_in(settings())).ollama_url == ollama


async def test_an_ollama_that_does_not_answer_gives_way_to_the_simulator() -> None:
    found = await find_stand_in(settings(ollama_host=f"http://127.0.0.1:{free_port()}"))
    assert found.ollama_url is None
    assert found.simulator_url == f"http://127.0.0.1:{found.simulator_port}"
