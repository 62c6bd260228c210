"""The moderation adapter and the simulator understand each other, also when something goes wrong."""

from collections.abc import AsyncIterator

import pytest

from backend.providers.calls import ModerationCall, Target
from backend.providers.engine import ProviderClient
from backend.providers.errors import AuthRejected, ProviderError, RateLimited, ServerFault, TargetRefused
from tests.contract.adapters import Way

MODEL = "omni-moderation-latest"


@pytest.fixture
async def client() -> AsyncIterator[ProviderClient]:
    async with ProviderClient() as it:
        yield it


@pytest.fixture
def target(simulator_url: str) -> Target:
    return Way("simulator", "openai").target(simulator_url)


async def test_each_text_is_told_apart(client: ProviderClient, target: Target) -> None:
    told = await client.moderate(target, ModerationCall(model=MODEL, texts=("how to bomb", "How is a bowline tied?")))
    harmful, harmless = told.texts
    assert harmful["illicit/violent"] > 0.9
    assert harmless == {}
    assert told.provider_request_id


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("429", RateLimited), ("401", AuthRejected), ("500", ServerFault), ("reset", ProviderError)],
)
async def test_faults(client: ProviderClient, target: Target, fault: str, kind: type[ProviderError]) -> None:
    with pytest.raises(kind):
        await client.moderate(target, ModerationCall(model=f"sim-fault-{fault}", texts=("hi",)))


async def test_a_dialect_without_moderation_is_refused(client: ProviderClient, simulator_url: str) -> None:
    with pytest.raises(TargetRefused):
        await client.moderate(
            Way("simulator", "anthropic").target(simulator_url), ModerationCall(model=MODEL, texts=("hi",))
        )
