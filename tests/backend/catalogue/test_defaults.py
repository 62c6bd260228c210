"""The default catalogue can be used as it is."""

from collections import Counter

import pytest

from backend.catalogue.defaults import DefaultModel, default_catalogue
from backend.catalogue.prices import check_prices, missing_buckets
from backend.entitlements.seeding import default_plans
from backend.providers.registry import DIALECTS, EMBEDDING_DIALECTS, PICTURE_DIALECTS
from backend.providers.vendors import VENDORS
from backend.simulator.personas import find
from shared.catalogue import Capability

CATALOGUE = default_catalogue()
MODELS = CATALOGUE.models
REAL = [model for model in MODELS if model.provider != "simulator"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_model_can_be_charged_for(model: DefaultModel) -> None:
    check_prices(model.prices)
    assert missing_buckets(model.prices, model.model_type) == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_models_figures_agree_with_each_other(model: DefaultModel) -> None:
    assert model.max_output_tokens <= model.context_window
    assert model.supports_images == (Capability.VISION in model.capabilities)
    assert (Capability.REASONING in model.capabilities) == (model.prices.reasoning is not None)
    assert model.prices.cached_input is None or model.prices.cached_input <= model.prices.input
    assert len(set(model.capabilities)) == len(model.capabilities)
    assert model.source


def test_names_are_unique() -> None:
    assert max(Counter(model.name for model in MODELS).values()) == 1
    assert max(Counter((model.provider, model.called) for model in MODELS).values()) == 1


def test_about_forty_real_models_of_eleven_providers() -> None:
    assert 35 <= len(REAL) <= 48
    assert {model.provider for model in REAL} == {
        "anthropic", "cohere", "deepseek", "google", "groq", "huggingface", "mistral", "ollama", "openai", "openrouter",
        "together",
    }  # fmt: skip


def test_vectors_and_pictures_can_be_had() -> None:
    for kind, providers in (("embedding", {"openai", "google", "cohere"}), ("image", {"openai"})):
        made = [model for model in REAL if model.model_type == kind]
        assert {model.provider for model in made} == providers
        for model in made:
            dialect = VENDORS[model.provider].dialect
            assert dialect in (EMBEDDING_DIALECTS if kind == "embedding" else PICTURE_DIALECTS)


def test_every_provider_is_known_to_the_adapters() -> None:
    for provider in CATALOGUE.providers:
        assert VENDORS[provider.name].dialect in DIALECTS
    assert {model.provider for model in MODELS} == {provider.name for provider in CATALOGUE.providers} - {"azure"}


def test_every_simulated_model_is_one_the_simulator_has() -> None:
    for model in MODELS:
        if model.provider == "simulator":
            persona = find(model.called)
            assert persona is not None
            assert (model.context_window, model.max_output_tokens) == (persona.context_window, persona.max_output)


@pytest.mark.parametrize("provider", sorted({model.provider for model in MODELS}))
def test_a_provider_with_a_key_starts_with_some_models_but_not_with_a_flood(provider: str) -> None:
    chats = [model for model in MODELS if model.provider == provider and model.model_type == "chat"]
    assert 1 <= sum(model.starts_active for model in chats) <= 4


def test_every_plan_gets_models_of_every_provider_it_can() -> None:
    slugs = [plan.slug for plan in default_plans()]
    assert {model.plan for model in MODELS} <= set(slugs)
    assert {model.provider for model in MODELS if model.plan == slugs[0]} == {model.provider for model in MODELS}
