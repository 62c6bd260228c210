"""The desk's first screen."""

from collections.abc import Mapping
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.abuse.admin_repository import alerted_names
from backend.accounts.guards import requires_role
from backend.admin.overview import repository
from backend.admin.overview.attention import OLD_PRICES, attention
from backend.admin.overview.endpoints import BY_TROUBLE, endpoint_health, in_ms
from backend.admin.overview.repository import ProviderFigures
from backend.catalogue.cache import CatalogueCache
from backend.catalogue.repository import providers
from backend.catalogue.snapshot import Catalogue, Provider
from backend.catalogue.tables import EndpointCircuit, ModelProvider
from backend.database import Database
from backend.metering.reconciliation.repository import last_day
from backend.openapi import errors
from backend.providers.endpoint_health import WINDOW
from backend.providers.repository import circuit_rows, endpoint_figures
from backend.providers.score import QUIET, Figures
from shared.accounts import UserRole
from shared.admin import Overview, ProviderHealth
from shared.paths import ADMIN
from shared.wire import Page

NO_TRAFFIC = ProviderFigures(0, 0, None, None, None)


class OverviewController(Controller):
    """How the service is doing."""

    path = ADMIN
    guards = [requires_role(UserRole.SUPPORT)]
    tags = ["Admin: operations"]

    @get("/overview", operation_id="GetOverview", summary="Figures of the last 24 hours", responses=errors(401, 403))
    async def overview(
        self, database: NamedDependency[Database], catalogue: NamedDependency[CatalogueCache]
    ) -> Overview:
        """With the health of providers, expensive people, and what needs attention."""
        current = catalogue.current
        async with database.reading() as session:
            health = await _health(session, database, current)
            traffic = await repository.traffic(session)
            raw_cost, credits = await repository.costs(session)
            waiting = await repository.waiting(session)
            repaired, unbalanced = await last_day(session)
            return Overview(
                calls=traffic.calls,
                failed=traffic.failed,
                fallback_rate=traffic.fell_back / traffic.calls if traffic.calls else 0.0,
                blocked=await repository.blocked(session),
                raw_cost=raw_cost,
                credits=credits,
                active_requests=await repository.active_requests(session),
                users=await repository.users(session),
                waiting_requests=waiting.requests,
                active_models=sum(model.active for model in current.models),
                expensive_users=await repository.expensive_users(session),
                providers=health,
                attention=attention(
                    current,
                    health,
                    oldest_request=waiting.oldest,
                    waiting=waiting.requests,
                    old_prices=await repository.priced_before(session, OLD_PRICES),
                    repaired=repaired,
                    unbalanced=unbalanced,
                    now=await repository.now(session),
                    alerted=await alerted_names(database),
                ),
            )

    @get(
        "/providers/health",
        operation_id="GetProviderHealth",
        summary="Providers over the last 15 minutes",
        responses=errors(401, 403),
    )
    async def health(
        self, database: NamedDependency[Database], catalogue: NamedDependency[CatalogueCache]
    ) -> Page[ProviderHealth]:
        """By name."""
        async with database.reading() as session:
            return Page(items=await _health(session, database, catalogue.current))


async def _health(session: AsyncSession, database: Database, catalogue: Catalogue) -> list[ProviderHealth]:
    figures = await repository.provider_figures(session)
    known = {provider.id: provider for provider in catalogue.providers}
    circuits = await circuit_rows(session)
    calls = await endpoint_figures(database, WINDOW)
    return [
        _provider(row, known.get(row.id), figures.get(row.name, NO_TRAFFIC), circuits, calls)
        for row in await providers(session)
    ]


def _provider(
    row: ModelProvider,
    provider: Provider | None,
    figures: ProviderFigures,
    circuits: Mapping[UUID, EndpointCircuit],
    calls: Mapping[UUID, Figures],
) -> ProviderHealth:
    why = None if provider is None else provider.why
    endpoints = [
        endpoint_health(endpoint, circuits.get(endpoint.id), calls.get(endpoint.id, QUIET))
        for endpoint in (() if provider is None else provider.endpoints)
    ]
    return ProviderHealth(
        provider_id=row.id,
        name=row.name,
        display_name=row.display_name,
        status=row.status,
        usable=why is None,
        why=why,
        calls=figures.calls,
        error_rate=figures.failed / figures.calls if figures.calls else 0.0,
        latency_p50=in_ms(figures.latency_p50),
        latency_p95=in_ms(figures.latency_p95),
        first_token_p95=in_ms(figures.first_token_p95),
        health=max((endpoint.health for endpoint in endpoints), default=0.0),
        circuit=max((endpoint.state for endpoint in endpoints), key=BY_TROUBLE.index, default="closed"),
        endpoints=endpoints,
    )
