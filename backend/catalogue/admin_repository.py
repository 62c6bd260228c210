"""Models, providers and factors as the admin desk lists and changes them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, func, or_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.tables import Organisation
from backend.catalogue.prices import enough_buckets
from backend.catalogue.repository import latest_prices
from backend.catalogue.tables import Model, ModelAlias, ModelPrice, ModelProvider, Multiplier, ProviderEndpoint
from backend.metering.tables import ModelCall, TokenRatio

WEEK = timedelta(days=7)
ModelState = Literal["active", "off", "missing"]


class ModelFilter(Struct, frozen=True, kw_only=True):
    """Which models to list; what is None does not narrow. `pattern` is a LIKE pattern for their names."""

    pattern: str | None = None
    provider: str | None = None
    state: ModelState | None = None


class ListedModel(Struct, frozen=True, kw_only=True):
    """A model with what belongs to it."""

    model: Model
    provider: ModelProvider
    price: ModelPrice | None
    factor: Decimal
    calls: int
    ratio: TokenRatio | None


async def list_models(
    session: AsyncSession, wanted: ModelFilter, seen: tuple[str, str] | None, limit: int
) -> list[ListedModel]:
    """Models by provider and name, after the key (provider name, model name) that was seen last."""
    query = select(Model, ModelProvider).join(ModelProvider).order_by(col(ModelProvider.name), col(Model.name))
    if wanted.pattern is not None:
        query = query.where(or_(col(Model.name).ilike(wanted.pattern), col(Model.display_name).ilike(wanted.pattern)))
    if wanted.provider is not None:
        query = query.where(ModelProvider.name == wanted.provider)
    if wanted.state == "missing":
        query = query.where(~_priced())
    elif wanted.state is not None:
        query = query.where(col(Model.active).is_(wanted.state == "active"))
    if seen is not None:
        query = query.where(tuple_(col(ModelProvider.name), col(Model.name)) > seen)
    rows = (await session.exec(query.limit(limit))).all()
    return await _with_belongings(session, rows)


async def model_with_belongings(session: AsyncSession, model_id: UUID) -> ListedModel | None:
    """One model as `list_models` gives it."""
    rows = (await session.exec(select(Model, ModelProvider).join(ModelProvider).where(Model.id == model_id))).all()
    return next(iter(await _with_belongings(session, rows)), None)


async def locked_model(session: AsyncSession, model_id: UUID) -> Model | None:
    """A model that nobody else can change until the unit of work ends."""
    return await session.get(Model, model_id, with_for_update=True, populate_existing=True)


async def price_in_force(session: AsyncSession, model_id: UUID) -> ModelPrice | None:
    """The newest price version of a model."""
    return next(iter(await latest_prices(session, [model_id])), None)


async def model_named(session: AsyncSession, name: str) -> Model | None:
    """The model of this name."""
    return (await session.exec(select(Model).where(Model.name == name))).first()


async def has_provider(session: AsyncSession, provider_id: UUID) -> bool:
    """Whether there is such a provider."""
    return await session.get(ModelProvider, provider_id) is not None


async def provider_named(session: AsyncSession, name: str) -> ModelProvider | None:
    """The provider of this name."""
    return (await session.exec(select(ModelProvider).where(ModelProvider.name == name))).first()


async def locked_provider(session: AsyncSession, provider_id: UUID) -> ModelProvider | None:
    """A provider that nobody else can change until the unit of work ends."""
    return await session.get(ModelProvider, provider_id, with_for_update=True, populate_existing=True)


async def model_counts(session: AsyncSession) -> dict[UUID, int]:
    """How many models each provider has; providers without any are left out."""
    query = select(col(Model.provider_id), func.count()).group_by(col(Model.provider_id))
    return dict((await session.exec(query)).all())


async def endpoints(session: AsyncSession) -> dict[UUID, list[ProviderEndpoint]]:
    """Every provider's endpoints, in the order in which they are tried."""
    found: dict[UUID, list[ProviderEndpoint]] = defaultdict(list)
    for row in await session.exec(select(ProviderEndpoint).order_by(col(ProviderEndpoint.id))):
        found[row.provider_id].append(row)
    return found


async def locked_endpoint(session: AsyncSession, provider_id: UUID, endpoint_id: UUID) -> ProviderEndpoint | None:
    """A provider's endpoint that nobody else can change until the unit of work ends."""
    row = await session.get(ProviderEndpoint, endpoint_id, with_for_update=True, populate_existing=True)
    return row if row is not None and row.provider_id == provider_id else None


async def multipliers(session: AsyncSession) -> Sequence[Multiplier]:
    """Every factor."""
    query = select(Multiplier).order_by(col(Multiplier.kind), col(Multiplier.target))
    return (await session.exec(query)).all()


async def locked_multiplier(session: AsyncSession, kind: str, target: str) -> Multiplier | None:
    """A factor that nobody else can change until the unit of work ends."""
    query = select(Multiplier).where(Multiplier.kind == kind, Multiplier.target == target).with_for_update()
    return (await session.exec(query)).first()


async def aliases(session: AsyncSession) -> Sequence[ModelAlias]:
    """Every alias, those of all organisations first."""
    query = select(ModelAlias).order_by(col(ModelAlias.organisation_id).nulls_first(), col(ModelAlias.alias))
    return (await session.exec(query)).all()


async def alias(session: AsyncSession, alias_id: UUID) -> ModelAlias | None:
    """One alias."""
    return await session.get(ModelAlias, alias_id, with_for_update=True)


async def locked_alias(session: AsyncSession, organisation_id: UUID | None, name: str) -> ModelAlias | None:
    """What a name stands for in an organisation, or in all; nobody else can change it until the unit of work ends."""
    owner = col(ModelAlias.organisation_id).is_not_distinct_from(organisation_id)
    return (await session.exec(select(ModelAlias).where(owner, ModelAlias.alias == name).with_for_update())).first()


async def organisation_exists(session: AsyncSession, organisation_id: UUID) -> bool:
    """Whether there is such an organisation."""
    return await session.get(Organisation, organisation_id) is not None


def _priced() -> ColumnElement[bool]:
    """Whether the newest price version has enough prices for the model's type."""
    newest = (
        select(func.max(ModelPrice.version)).where(ModelPrice.model_id == Model.id).correlate(Model).scalar_subquery()
    )
    complete = [
        (col(Model.model_type) == kind) & func.num_nulls(*(getattr(ModelPrice, bucket) for bucket in enough)).op("=")(0)
        for kind in ("chat", "embedding", "image")
        for enough in enough_buckets(kind)
    ]
    return (
        select(ModelPrice.id)
        .where(ModelPrice.model_id == Model.id, ModelPrice.version == newest, or_(*complete))
        .correlate(Model)
        .exists()
    )


async def _with_belongings(session: AsyncSession, rows: Sequence[tuple[Model, ModelProvider]]) -> list[ListedModel]:
    ids = [model.id for model, _ in rows]
    names = [model.name for model, _ in rows]
    prices = {price.model_id: price for price in await latest_prices(session, ids)}
    factors = await session.exec(
        select(col(Multiplier.target), col(Multiplier.factor)).where(
            Multiplier.kind == "model", col(Multiplier.target).in_(names)
        )
    )
    factor_of = dict(factors.all())
    calls = await session.exec(
        select(col(ModelCall.model), func.count())
        .where(col(ModelCall.model).in_(names), col(ModelCall.created_at) > func.now() - WEEK)
        .group_by(col(ModelCall.model))
    )
    calls_of = dict(calls.all())
    seen = await session.exec(select(TokenRatio).where(col(TokenRatio.model_id).in_(ids)))
    ratios = {ratio.model_id: ratio for ratio in seen}
    return [
        ListedModel(
            model=model,
            provider=provider,
            price=prices.get(model.id),
            factor=factor_of.get(model.name, Decimal(1)),
            calls=calls_of.get(model.name, 0),
            ratio=ratios.get(model.id),
        )
        for model, provider in rows
    ]
