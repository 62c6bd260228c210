"""GET /v1/providers and /v1/health/providers: who may be called, and how they are doing, for everybody."""

from collections import Counter

from litestar import Controller, get
from litestar.di import NamedDependency

from backend.accounts.guards import signed_in
from backend.accounts.identity import Identity
from backend.catalogue.cache import CatalogueCache
from backend.openapi import errors
from backend.policy.health import HealthBook
from backend.providers.condition import condition
from shared.paths import PROVIDERS, PROVIDERS_HEALTH
from shared.providers import ProviderCondition, ProviderView
from shared.wire import Page


class ProvidersController(Controller):
    """By name; without keys, addresses and prices."""

    guards = [signed_in]
    tags = ["Assistants and models"]

    @get(PROVIDERS, operation_id="ProviderNames", summary="Providers and their status", responses=errors(401, 503))
    async def index(
        self, identity: NamedDependency[Identity], catalogue: NamedDependency[CatalogueCache]
    ) -> Page[ProviderView]:
        """Their names are what `provider` in a request prefers or excludes."""
        current = catalogue.current
        entitlement = identity.entitlement(current)
        models = Counter(m.provider.name for m in current.models if m.usable and entitlement.allows_model(m))
        return Page(
            items=[
                ProviderView(
                    name=provider.name,
                    display_name=provider.display_name,
                    status="available" if provider.why is None else "unavailable",
                    why=provider.why,
                    model_count=models[provider.name],
                    collects_data=provider.collects_data,
                )
                for provider in current.providers
            ]
        )

    @get(
        PROVIDERS_HEALTH,
        operation_id="ProviderConditions",
        summary="How providers are doing",
        responses=errors(401, 503),
    )
    async def conditions(
        self, catalogue: NamedDependency[CatalogueCache], health: NamedDependency[HealthBook]
    ) -> Page[ProviderCondition]:
        """As this process knows it now, in words."""
        return Page(items=[condition(provider, health) for provider in catalogue.current.providers])
