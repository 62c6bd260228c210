"""Models, providers and factors as admins set them. Every change has a reason and takes effect at once."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.guards import requires_role
from backend.admin.desk import DESK, Desk
from backend.admin.text import contains
from backend.catalogue import admin_repository as repository
from backend.catalogue import endpoints, models, providers, views
from backend.catalogue.admin_repository import ListedModel, ModelFilter, ModelState
from backend.catalogue.keys import provider_key, why_unusable
from backend.catalogue.multipliers import set_multiplier
from backend.catalogue.repository import providers as all_providers
from backend.errors import NotFound
from backend.openapi import errors
from backend.paging import DEFAULT_LIMIT, Cursor, Limit, after, page
from shared.accounts import UserRole
from shared.catalogue import (
    Activation,
    AdminModel,
    AdminProvider,
    EndpointSwitch,
    ModelWrite,
    Multiplier,
    MultiplierWrite,
    NewEndpoint,
    ProviderWrite,
)
from shared.paths import ADMIN
from shared.wire import Page

Search = Annotated[str | None, QueryParameter(required=False, max_length=200, description="Part of a name.")]
ProviderName = Annotated[str | None, QueryParameter(required=False, max_length=120, description="A provider's name.")]
State = Annotated[
    ModelState | None,
    QueryParameter(name="state", required=False, description="`missing`: without a price that the model needs."),
]


class AdminModelsController(Controller):
    """The models of the catalogue."""

    path = f"{ADMIN}/models"
    guards = [requires_role(UserRole.ADMIN)]
    dependencies = DESK
    tags = ["Admin: catalogue"]

    @get(operation_id="ListAdminModels", summary="Models with prices and state", responses=errors(400, 401, 403))
    async def index(
        self,
        desk: NamedDependency[Desk],
        q: Search = None,
        provider: ProviderName = None,
        in_state: State = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[AdminModel]:
        """By provider and name."""
        wanted = ModelFilter(pattern=contains(q) if q else None, provider=provider, state=in_state)
        seen = after(cursor, tuple[str, str])
        async with desk.database.reading() as session:
            rows = await repository.list_models(session, wanted, seen, limit + 1)
        return page(rows, limit, lambda row: (row.provider.name, row.model.name), _shower(desk))

    @post(operation_id="AddModel", summary="Add a model", responses=errors(400, 401, 403, 409))
    async def add(self, data: JSONBody[ModelWrite], desk: NamedDependency[Desk]) -> AdminModel:
        """It is not active yet."""
        async with desk.configuring() as session:
            model_id = await models.add_model(session, data, desk.author)
            return await _model(session, model_id, desk)

    @patch(
        "/{model_id:uuid}",
        operation_id="ChangeModel",
        summary="Change a model or its prices",
        responses=errors(400, 401, 403, 404, 409),
    )
    async def change(
        self, model_id: FromPath[UUID], data: JSONBody[ModelWrite], desk: NamedDependency[Desk]
    ) -> AdminModel:
        """Prices given replace all of the model's prices from the next request on; past calls keep theirs."""
        async with desk.configuring() as session:
            await models.change_model(session, model_id, data, desk.author)
            return await _model(session, model_id, desk)

    @post(
        "/{model_id:uuid}/activate",
        operation_id="ActivateModel",
        summary="Turn a model on or off",
        status_code=200,
        responses=errors(400, 401, 403, 404, 409),
    )
    async def activate(
        self, model_id: FromPath[UUID], data: JSONBody[Activation], desk: NamedDependency[Desk]
    ) -> AdminModel:
        """Takes effect on the next request, in every process. Refused for a model without the prices it needs."""
        async with desk.configuring() as session:
            await models.switch_model(session, model_id, data, desk.author)
            return await _model(session, model_id, desk)


class AdminProvidersController(Controller):
    """Those whose models can be called."""

    path = f"{ADMIN}/providers"
    guards = [requires_role(UserRole.ADMIN)]
    dependencies = DESK
    tags = ["Admin: catalogue"]

    @get(operation_id="ListProviders", summary="Providers, never their keys", responses=errors(401, 403))
    async def index(self, desk: NamedDependency[Desk]) -> Page[AdminProvider]:
        """By name; all of them."""
        async with desk.database.reading() as session:
            return Page(items=await _providers(session, desk))

    @post(operation_id="AddProvider", summary="Add a provider", responses=errors(400, 401, 403, 409))
    async def add(self, data: JSONBody[ProviderWrite], desk: NamedDependency[Desk]) -> AdminProvider:
        """Its key is stored encrypted."""
        async with desk.configuring() as session:
            provider_id = await providers.add_provider(session, data, desk.secrets, desk.author)
            return await _provider(session, provider_id, desk)

    @patch(
        "/{provider_id:uuid}",
        operation_id="ChangeProvider",
        summary="Change a provider or its key",
        responses=errors(400, 401, 403, 404, 409),
    )
    async def change(
        self, provider_id: FromPath[UUID], data: JSONBody[ProviderWrite], desk: NamedDependency[Desk]
    ) -> AdminProvider:
        """`api_key: null` removes the stored key; one from the environment then counts again."""
        async with desk.configuring() as session:
            await providers.change_provider(session, provider_id, data, desk.secrets, desk.author)
            return await _provider(session, provider_id, desk)

    @post(
        "/{provider_id:uuid}/endpoints",
        operation_id="AddEndpoint",
        summary="Add an address of a provider",
        responses=errors(400, 401, 403, 404, 409),
    )
    async def add_endpoint(
        self, provider_id: FromPath[UUID], data: JSONBody[NewEndpoint], desk: NamedDependency[Desk]
    ) -> AdminProvider:
        """Calls go to it when those before it fail."""
        async with desk.configuring() as session:
            await endpoints.add_endpoint(session, provider_id, data, desk.author)
            return await _provider(session, provider_id, desk)

    @patch(
        "/{provider_id:uuid}/endpoints/{endpoint_id:uuid}",
        operation_id="SwitchEndpoint",
        summary="Use an address of a provider, or do not",
        responses=errors(400, 401, 403, 404, 409),
    )
    async def switch_endpoint(
        self,
        provider_id: FromPath[UUID],
        endpoint_id: FromPath[UUID],
        data: JSONBody[EndpointSwitch],
        desk: NamedDependency[Desk],
    ) -> AdminProvider:
        """Takes effect on the next request. One address stays in use."""
        async with desk.configuring() as session:
            await endpoints.switch_endpoint(session, provider_id, endpoint_id, data, desk.author)
            return await _provider(session, provider_id, desk)


class MultipliersController(Controller):
    """The named factors between raw and display cost."""

    path = f"{ADMIN}/multipliers"
    guards = [requires_role(UserRole.ADMIN)]
    dependencies = DESK
    tags = ["Admin: catalogue"]

    @get(operation_id="ListMultipliers", summary="Factors of the display cost", responses=errors(401, 403))
    async def index(self, desk: NamedDependency[Desk]) -> Page[Multiplier]:
        """Where none is set the factor is 1."""
        async with desk.database.reading() as session:
            return Page(items=[views.multiplier(row) for row in await repository.multipliers(session)])

    @post(operation_id="SetMultiplier", summary="Set a factor", status_code=200, responses=errors(400, 401, 403))
    async def put(self, data: JSONBody[MultiplierWrite], desk: NamedDependency[Desk]) -> Multiplier:
        """Past costs keep the factor they were charged with."""
        async with desk.configuring() as session:
            return views.multiplier(await set_multiplier(session, data, desk.author))


def _shower(desk: Desk) -> Callable[[ListedModel], AdminModel]:
    def show(row: ListedModel) -> AdminModel:
        key = provider_key(row.provider, desk.secrets, desk.settings)
        why = why_unusable(row.provider, key, desk.settings)
        return views.admin_model(row.model, row.provider, why, row.price, row.factor, row.calls, row.ratio)

    return show


async def _model(session: AsyncSession, model_id: UUID, desk: Desk) -> AdminModel:
    await session.flush()
    row = await repository.model_with_belongings(session, model_id)
    if row is None:
        raise NotFound("There is no such model.")
    return _shower(desk)(row)


async def _providers(session: AsyncSession, desk: Desk) -> list[AdminProvider]:
    counts = await repository.model_counts(session)
    addresses = await repository.endpoints(session)
    return [
        views.admin_provider(
            row,
            provider_key(row, desk.secrets, desk.settings),
            desk.settings,
            counts.get(row.id, 0),
            addresses.get(row.id, []),
        )
        for row in await all_providers(session)
    ]


async def _provider(session: AsyncSession, provider_id: UUID, desk: Desk) -> AdminProvider:
    await session.flush()
    return next(row for row in await _providers(session, desk) if row.id == provider_id)
