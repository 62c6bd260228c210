"""Reads a provider's list over the network, page by page."""

import asyncio

from backend.catalogue.imports.errors import ListUnread, unread
from backend.catalogue.imports.lists import Listing, ListPage, NotAList, first_query, read_page, whole
from backend.catalogue.snapshot import Provider
from backend.errors import Conflict
from backend.providers.calls import Target
from backend.providers.engine import LIST_SECONDS, ProviderClient
from backend.providers.errors import ProviderError, TimedOut

MOST_PAGES = 20


async def fetch(client: ProviderClient, provider: Provider) -> Listing:
    """The list of the provider's first address, in at most `LIST_SECONDS`. Raises `Conflict` and `ListUnread`."""
    if provider.why is not None:
        raise Conflict(f"The model list cannot be read: {provider.why}")
    target = Target(
        provider=provider.name,
        dialect=provider.dialect,
        base_url=provider.endpoints[0].base_url,
        api_key=provider.api_key,
        allow_private_network=provider.allow_private_network,
    )
    pages: list[ListPage] = []
    query: str | None = first_query(provider.dialect)
    asked: set[str] = set()
    try:
        async with asyncio.timeout(LIST_SECONDS):
            while query is not None:
                if query in asked or len(pages) == MOST_PAGES:
                    raise NotAList("it does not end")
                asked.add(query)
                pages.append(read_page(provider.dialect, await client.list_models(target, query)))
                query = pages[-1].query
        return whole(pages)
    except ProviderError as error:
        raise unread(provider.display_name, error) from None
    except TimeoutError:
        raise unread(provider.display_name, TimedOut("total")) from None
    except NotAList as error:
        raise ListUnread(f"The model list of {provider.display_name} could not be read: {error}.") from None
