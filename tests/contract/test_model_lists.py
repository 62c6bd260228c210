"""Model lists: every dialect's is read from the simulator, whole, as an import reads it."""

from uuid import UUID

import pytest

from backend.catalogue.imports.fetch import fetch
from backend.catalogue.snapshot import Endpoint, Provider
from backend.providers.engine import ProviderClient
from tests.contract.adapters import DIALECTS, KEY, Way


@pytest.mark.parametrize("way", DIALECTS, ids=str)
async def test_a_list_is_read_in_its_own_format(way: Way, simulator_url: str) -> None:
    provider = Provider(
        id=UUID(int=1),
        name=way.provider,
        display_name="Simulator",
        dialect=way.dialect,
        endpoints=(Endpoint(UUID(int=2), way.target(simulator_url).base_url),),
        api_key=KEY,
        allow_private_network=True,
        why=None,
    )
    async with ProviderClient() as client:
        listing = await fetch(client, provider)
    assert listing.refused == ()
    names = {offer.upstream_name for offer in listing.offers}
    assert {"sim-fast", "sim-balanced", "sim-strong"} <= names
    kinds = {offer.upstream_name: offer.model_type for offer in listing.offers}
    assert kinds["sim-fast"] == "chat"
    windows = [offer.context_window for offer in listing.offers if offer.model_type == "chat"]
    assert all(windows) or way.dialect == "openai"
