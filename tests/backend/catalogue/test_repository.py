"""The snapshot as it is read."""

from decimal import Decimal

import psycopg
import pytest

from backend.catalogue.repository import load_catalogue
from backend.catalogue.snapshot import Catalogue, Model
from backend.database import Database
from backend.secrets import Secrets, load_secrets
from backend.settings import Settings
from tests.fixtures.databases import settings_for


async def load(settings: Settings, secrets: Secrets | None = None) -> Catalogue:
    database = Database(str(settings.database_url))
    try:
        async with database.reading() as session:
            return await load_catalogue(session, secrets or load_secrets(settings), settings)
    finally:
        await database.close()


async def model(settings: Settings, name: str) -> Model:
    found = (await load(settings)).model(name)
    assert found is not None
    return found


def run(settings: Settings, statement: str) -> None:
    with psycopg.connect(str(settings.database_url), autocommit=True) as connection:
        connection.execute(statement)


async def test_the_newest_price_version_is_in_force(settings: Settings) -> None:
    run(
        settings,
        "INSERT INTO model_prices (model_id, version, input, output)"
        " SELECT id, v, v, 2 * v FROM models, generate_series(2, 9) v WHERE name = 'sim-fast'",
    )
    price = (await model(settings, "sim-fast")).price
    assert price is not None
    assert (price.version, price.input, price.output, price.cached_input) == (9, Decimal(9), Decimal(18), None)


async def test_prices_are_exact(settings: Settings) -> None:
    price = (await model(settings, "openrouter/qwen3-235b")).price
    assert price is not None
    assert (str(price.input), str(price.output)) == ("0.1495", "0.598")


@pytest.mark.parametrize("bucket", ["input", "output"])
async def test_without_a_needed_price_there_is_none(settings: Settings, bucket: str) -> None:
    run(
        settings,
        f"INSERT INTO model_prices (model_id, version, {bucket}) SELECT id, 2, 1 FROM models WHERE name = 'sim-fast'",
    )
    assert (await model(settings, "sim-fast")).price is None


async def test_providers_say_why_they_cannot_be_called(settings: Settings, database_url: str) -> None:
    catalogue = await load(settings_for(database_url, openai_api_key="sk-1", simulator_url=settings.simulator_url))
    why = {provider.name: provider.why for provider in catalogue.providers}
    assert why["simulator"] is None
    assert why["openai"] is None
    assert why["anthropic"] == "No key is set for Anthropic."
    keys = {provider.name: provider.api_key for provider in catalogue.providers}
    assert keys["openai"] == "sk-1"
    assert keys["anthropic"] is None
    assert "sk-1" not in repr(catalogue)


async def test_a_key_sealed_under_another_secret_makes_the_provider_unusable_not_the_catalogue(
    settings: Settings,
) -> None:
    run(settings, "UPDATE model_providers SET key_ciphertext = decode('0102030405060708090a0b0c0d0e', 'hex')")
    catalogue = await load(settings)
    unreadable = [provider for provider in catalogue.providers if provider.name != "simulator"]
    assert unreadable
    for provider in unreadable:
        assert provider.why == (
            f"The stored key for {provider.display_name} cannot be read with this FAIRLEAD_SECRET_KEY."
        )


async def test_plans_and_assistants_come_in_their_order(settings: Settings) -> None:
    catalogue = await load(settings)
    assert [plan.slug for plan in catalogue.plans] == ["starter", "pro", "team"]
    assert [assistant.family for assistant in catalogue.assistants] == [
        "auto", "general", "code", "writing", "research", "data", "reasoning", "translation", "images",
    ]  # fmt: skip
    assert catalogue.multiplier("plan", "starter") == Decimal("1.5")
    assert catalogue.multiplier("model", "sim-fast") == 1


async def test_a_model_of_vectors_needs_no_price_of_its_output(settings: Settings) -> None:
    price = (await model(settings, "text-embedding-3-small")).price
    assert price is not None
    assert (price.input, price.output) == (Decimal("0.02"), Decimal(0))


async def test_pictures_are_priced_each_or_by_their_tokens(settings: Settings) -> None:
    by_tokens = (await model(settings, "gpt-image-2.6-sunburst")).price
    assert by_tokens is not None
    assert (by_tokens.output, by_tokens.image) == (Decimal(30), None)
    run(
        settings,
        "INSERT INTO model_prices (model_id, version, image)"
        " SELECT id, 2, 0.04 FROM models WHERE name = 'gpt-image-2.6-sunburst'",
    )
    each = (await model(settings, "gpt-image-2.6-sunburst")).price
    assert each is not None
    assert (each.input, each.output, each.image) == (Decimal(0), Decimal(0), Decimal("0.04"))
