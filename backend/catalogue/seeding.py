"""Fills the catalogue of a new installation and adds what later versions bring, never touching what is there."""

from uuid import UUID

from msgspec import structs
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.admin.audit import record
from backend.catalogue import repository
from backend.catalogue.defaults import DefaultModel, DefaultProvider
from backend.catalogue.keys import AZURE, OLLAMA, SIMULATOR, provider_key, why_unusable
from backend.catalogue.prices import BUCKETS
from backend.catalogue.tables import Model, ModelPrice, ModelProvider, ProviderEndpoint
from backend.columns import new_id
from backend.providers.vendors import VENDORS
from backend.secrets import Secrets
from backend.settings import Settings

NOBODY = "Fairlead"
"""Who acts in the audit log when nobody does."""


async def add_providers(session: AsyncSession, defaults: list[DefaultProvider], settings: Settings) -> None:
    """Adds absent providers, and follows the addresses of the simulator, Ollama and Azure as they are set."""
    existing = {provider.name: provider for provider in await repository.providers(session)}
    for default in defaults:
        address = _address(default.name, settings)
        provider = existing.get(default.name)
        if provider is None:
            provider = ModelProvider(
                id=new_id(),
                name=default.name,
                display_name=default.display_name,
                dialect=VENDORS[default.name].dialect,
                api_base_url=address or VENDORS[default.name].base_url or "",
                needs_key=default.needs_key,
                allow_private_network=default.allow_private_network,
                collects_data=default.collects_data,
            )
            session.add(provider)
            await session.flush()
            session.add(ProviderEndpoint(provider_id=provider.id, base_url=provider.api_base_url))
        elif address is not None and provider.api_base_url != address:
            await repository.move_provider(session, provider, address)


async def add_models(session: AsyncSession, defaults: list[DefaultModel], callable_providers: dict[str, UUID]) -> None:
    """Adds absent models. Only a provider without any models yet gets active ones: the others have an admin."""
    providers = {provider.name: provider.id for provider in await repository.providers(session)}
    existing = await repository.model_names(session)
    begun = await repository.providers_with_models(session)
    for default in defaults:
        if default.name in existing:
            continue
        provider_id = providers[default.provider]
        model = _model(default, provider_id)
        model.active = default.starts_active and default.provider in callable_providers and provider_id not in begun
        session.add(model)
        await session.flush()
        prices = {bucket: getattr(default.prices, bucket) for bucket in BUCKETS}
        session.add(ModelPrice(model_id=model.id, version=1, **prices))


async def wake_models(session: AsyncSession, defaults: list[DefaultModel], callable_providers: dict[str, UUID]) -> None:
    """Turns on the first models of a provider that has become callable since, unless an admin has ever decided."""
    dormant = await repository.undecided_models(session, list(callable_providers.values()))
    wanted = {default.name for default in defaults if default.starts_active}
    for model in dormant:
        if model.name in wanted:
            model.active = True
            record(
                session,
                actor=None,
                actor_name=NOBODY,
                action="model.activated",
                subject_kind="model",
                subject_id=model.id,
                subject=model.name,
                reason="Its provider can be called now.",
                before={"active": False},
                after={"active": True},
            )


async def callable_providers(session: AsyncSession, secrets: Secrets, settings: Settings) -> dict[str, UUID]:
    """Names and ids of the providers that can be called with the keys there are."""
    return {
        provider.name: provider.id
        for provider in await repository.providers(session)
        if why_unusable(provider, provider_key(provider, secrets, settings), settings) is None
    }


def merged(defaults: list[DefaultModel], installed: list[DefaultModel]) -> list[DefaultModel]:
    """The defaults, of Ollama's only what is installed active, and what else is installed there."""
    found = {model.called: model for model in installed}
    known = {model.called for model in defaults if model.provider == OLLAMA}
    kept = [
        model if model.provider != OLLAMA or model.called in found else structs.replace(model, starts_active=False)
        for model in defaults
    ]
    return kept + [model for name, model in found.items() if name not in known]


def _address(name: str, settings: Settings) -> str | None:
    """Where a provider of this installation's own answers."""
    if name == AZURE:
        return None if settings.azure_openai_endpoint is None else str(settings.azure_openai_endpoint).rstrip("/")
    at = {SIMULATOR: settings.simulator_url, OLLAMA: settings.ollama_host}.get(name)
    return None if at is None else f"{str(at).rstrip('/')}/v1"


def _model(default: DefaultModel, provider_id: UUID) -> Model:
    return Model(
        id=new_id(),
        provider_id=provider_id,
        name=default.name,
        display_name=default.display_name,
        upstream_name=default.called,
        family=default.family,
        model_type=default.model_type,
        context_window=default.context_window,
        max_output_tokens=default.max_output_tokens,
        supports_images=default.supports_images,
        capabilities=list(default.capabilities),
        latency_tier=default.latency_tier,
        quality=default.quality,
        tags=default.tags,
        source=default.source,
    )
