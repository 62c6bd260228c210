"""Lists read over the network, page by page."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from backend.catalogue.imports.errors import ListUnread
from backend.catalogue.imports.fetch import MOST_PAGES, fetch
from backend.catalogue.snapshot import Endpoint, Provider
from backend.errors import Conflict
from backend.providers import engine
from backend.providers.engine import ProviderClient
from tests.backend.catalogue.imports.listing import Lister, listing

KEY = "sk-canary-0123456789"


@pytest.fixture
async def client() -> AsyncIterator[ProviderClient]:
    async with ProviderClient() as it:
        yield it


def provider(at: Lister, dialect: str = "openai", *, private: bool = True, why: str | None = None) -> Provider:
    return Provider(
        id=UUID(int=1),
        name="house",
        display_name="House",
        dialect=dialect,
        endpoints=(Endpoint(UUID(int=2), at.base_url),),
        api_key=KEY,
        allow_private_network=private,
        why=why,
    )


async def test_one_that_cannot_be_used_is_not_asked(client: ProviderClient) -> None:
    async with listing() as at:
        with pytest.raises(Conflict, match=r"House is turned off\."):
            await fetch(client, provider(at, why="House is turned off."))
        assert at.asked == []


async def test_a_private_address_is_refused(client: ProviderClient) -> None:
    async with listing() as at:
        with pytest.raises(ListUnread, match="not a public address"):
            await fetch(client, provider(at, private=False))
        assert at.asked == []


async def test_a_key_that_the_provider_echoes_is_not_repeated(client: ProviderClient) -> None:
    async with listing({"error": {"message": f"Incorrect key {KEY} provided."}}) as at:
        at.status = 401
        with pytest.raises(ListUnread) as caught:
            await fetch(client, provider(at))
    assert "Incorrect key" in caught.value.message
    assert KEY not in f"{caught.value!r} {caught.value.message} {caught.value.__cause__} {caught.value.__context__}"


async def test_an_endless_body_is_refused(client: ProviderClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_LIST_BYTES", 1000)
    async with listing({"data": [{"id": f"model-{number}"} for number in range(100)]}) as at:
        with pytest.raises(ListUnread, match="more than 1000 bytes"):
            await fetch(client, provider(at))


async def test_pages_are_read_to_the_end_with_the_key_of_the_dialect(client: ProviderClient) -> None:
    first = {"data": [{"id": "claude-a"}], "has_more": True, "last_id": "claude-a"}
    async with listing(first, {"data": [{"id": "claude-b"}], "has_more": False, "last_id": "claude-b"}) as at:
        found = await fetch(client, provider(at, "anthropic"))
    assert [offer.upstream_name for offer in found.offers] == ["claude-a", "claude-b"]
    assert [asked.line for asked in at.asked] == [
        "GET /v1/models?limit=1000 HTTP/1.1",
        "GET /v1/models?limit=1000&after_id=claude-a HTTP/1.1",
    ]
    assert {(asked.headers.get("x-api-key"), asked.headers["anthropic-version"]) for asked in at.asked} == {
        (KEY, "2023-06-01")
    }


async def test_a_list_that_goes_round_in_circles_is_refused(client: ProviderClient) -> None:
    async with listing({"data": [{"id": "claude-a"}], "has_more": True, "last_id": "claude-a"}) as at:
        with pytest.raises(ListUnread, match="it does not end"):
            await fetch(client, provider(at, "anthropic"))
        assert len(at.asked) == 2


async def test_a_list_of_too_many_pages_is_refused(client: ProviderClient) -> None:
    pages = [{"data": [{"id": f"m{n}"}], "has_more": True, "last_id": f"m{n}"} for n in range(MOST_PAGES + 5)]
    async with listing(*pages) as at:
        with pytest.raises(ListUnread, match="it does not end"):
            await fetch(client, provider(at, "anthropic"))
        assert len(at.asked) == MOST_PAGES


async def test_a_bare_list_is_asked_for_without_a_query(client: ProviderClient) -> None:
    async with listing({"data": []}) as at:
        assert (await fetch(client, provider(at))).offers == ()
    (asked,) = at.asked
    assert asked.line == "GET /v1/models HTTP/1.1"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
