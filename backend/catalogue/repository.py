"""The configuration as PostgreSQL holds it, read whole."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import String, cast, exists, func, or_, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.abuse.rules import in_force
from backend.abuse.tables import AbuseRules as AbuseRulesRow
from backend.admin.tables import AuditEvent
from backend.assistants.tables import Assistant as AssistantRow
from backend.assistants.tables import ServiceTypeRow
from backend.catalogue import snapshot
from backend.catalogue.keys import provider_key, why_unusable
from backend.catalogue.prices import missing_buckets
from backend.catalogue.tables import (
    CatalogueVersion,
    ModelAlias,
    ModelPrice,
    ModelProvider,
    Multiplier,
    ProviderEndpoint,
)
from backend.catalogue.tables import Model as ModelRow
from backend.entitlements.tables import Plan as PlanRow
from backend.metering.tables import AnswerLength, TokenRatio
from backend.metering.token_ratios import ratio_in_force
from backend.precheck.risk.policy import RiskPolicy
from backend.precheck.risk.repository import guard_of, rule_of
from backend.precheck.risk.tables import RiskGuardRow, RiskRuleRow
from backend.precheck.tokens.tokenizers import tokenizer_of
from backend.providers.calls import Limits
from backend.secrets import Secrets
from backend.settings import Settings
from shared.catalogue import Capability, LatencyTier, Prices
from shared.plans import PlanLimits
from shared.precheck import Category, Complexity, PersonalData

CONFIGURATION_LOCK = 0x_FA1_71EAD
"""Key of the advisory lock under which configuration is added to, so that nothing is added twice."""


async def load_catalogue(session: AsyncSession, secrets: Secrets, settings: Settings) -> snapshot.Catalogue:
    """Everything at one version. The session must not have begun its transaction."""
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    version = (await session.exec(select(CatalogueVersion.version))).one()
    endpoints = await _endpoints(session)
    providers = {
        row.id: _provider(row, endpoints[row.id], secrets, settings)
        for row in await session.exec(select(ModelProvider))
    }
    prices = {row.model_id: row for row in await latest_prices(session)}
    models = await session.exec(select(ModelRow).order_by(col(ModelRow.name)))
    ratios = {
        row.model_id: ratio_in_force(row.log_ratio, row.samples) for row in await session.exec(select(TokenRatio))
    }
    assistants = await session.exec(select(AssistantRow).order_by(col(AssistantRow.rank), col(AssistantRow.family)))
    plans = await session.exec(select(PlanRow).order_by(col(PlanRow.rank), col(PlanRow.slug)))
    multipliers = await session.exec(select(Multiplier))
    aliases = await session.exec(select(ModelAlias))
    service_types = await session.exec(select(ServiceTypeRow))
    risks = await session.exec(select(RiskRuleRow))
    guard = (await session.exec(select(RiskGuardRow))).first()
    lengths = await session.exec(select(AnswerLength))
    return snapshot.Catalogue(
        version=version,
        models=tuple(
            _model(row, providers[row.provider_id], prices.get(row.id), ratios.get(row.id, 1.0)) for row in models
        ),
        providers=tuple(sorted(providers.values(), key=lambda provider: provider.name)),
        assistants=tuple(_assistant(row) for row in assistants),
        plans=tuple(plan_of(row) for row in plans),
        multipliers={(row.kind, row.target): row.factor for row in multipliers},
        aliases={(row.organisation_id, row.alias): row.target for row in aliases},
        service_types={row.service_type: row.assistant for row in service_types},
        abuse=in_force({row.organisation_id: row.rules for row in await session.exec(select(AbuseRulesRow))}),
        risks=RiskPolicy([rule_of(row) for row in risks]),
        guard=guard_of(guard),
        answer_lengths={(Category(row.category), Complexity(row.complexity)): (row.low, row.high) for row in lengths},
    )


async def _endpoints(session: AsyncSession) -> dict[UUID, tuple[snapshot.Endpoint, ...]]:
    """The enabled endpoints of each provider, oldest first."""
    rows = await session.exec(
        select(ModelProvider.id, ProviderEndpoint.id, ProviderEndpoint.base_url)
        .join(ProviderEndpoint, col(ProviderEndpoint.provider_id) == col(ModelProvider.id))
        .where(col(ProviderEndpoint.enabled))
        .order_by(col(ProviderEndpoint.id))
    )
    found: dict[UUID, tuple[snapshot.Endpoint, ...]] = defaultdict(tuple)
    for provider_id, endpoint_id, base_url in rows:
        found[provider_id] += (snapshot.Endpoint(endpoint_id, base_url),)
    return found


async def latest_prices(session: AsyncSession, model_ids: Sequence[UUID] | None = None) -> Sequence[ModelPrice]:
    """The price version in force of each model that has one; of all models when none are named."""
    query = select(ModelPrice).ext(distinct_on(col(ModelPrice.model_id)))
    query = query.order_by(col(ModelPrice.model_id), col(ModelPrice.version).desc())
    if model_ids is not None:
        query = query.where(col(ModelPrice.model_id).in_(model_ids))
    return (await session.exec(query)).all()


async def take_turns(session: AsyncSession) -> None:
    """Makes everybody else who calls this wait until the unit of work ends."""
    await session.exec(select(func.pg_advisory_xact_lock(CONFIGURATION_LOCK)))


async def providers(session: AsyncSession) -> Sequence[ModelProvider]:
    """Every provider, by name."""
    return (await session.exec(select(ModelProvider).order_by(col(ModelProvider.name)))).all()


async def move_provider(session: AsyncSession, provider: ModelProvider, address: str) -> None:
    """Gives a provider another address, its endpoint with it."""
    endpoint = update(ProviderEndpoint).where(
        col(ProviderEndpoint.provider_id) == provider.id, col(ProviderEndpoint.base_url) == provider.api_base_url
    )
    await session.exec(endpoint.values(base_url=address))
    provider.api_base_url = address
    session.add(provider)


async def model_names(session: AsyncSession) -> set[str]:
    """Every model there is."""
    return set((await session.exec(select(ModelRow.name))).all())


async def providers_with_models(session: AsyncSession) -> set[UUID]:
    """The providers that have any model."""
    return set((await session.exec(select(ModelRow.provider_id).distinct())).all())


async def undecided_models(session: AsyncSession, provider_ids: Sequence[UUID]) -> Sequence[ModelRow]:
    """Models of those of these providers that have none active and of whose models none was ever switched."""
    other = aliased(ModelRow)
    switched = exists().where(
        col(AuditEvent.subject_kind) == "model",
        col(AuditEvent.subject_id) == cast(col(other.id), String),
        col(AuditEvent.action).in_(("model.activated", "model.deactivated")),
    )
    decided = exists().where(col(other.provider_id) == col(ModelRow.provider_id), or_(col(other.active), switched))
    query = select(ModelRow).where(col(ModelRow.provider_id).in_(provider_ids), ~decided)
    return (await session.exec(query)).all()


async def multiplier_targets(session: AsyncSession) -> set[tuple[str, str]]:
    """What a factor is set for: kind and target."""
    return set((await session.exec(select(Multiplier.kind, Multiplier.target))).all())


def _provider(
    row: ModelProvider, endpoints: tuple[snapshot.Endpoint, ...], secrets: Secrets, settings: Settings
) -> snapshot.Provider:
    key = provider_key(row, secrets, settings)
    return snapshot.Provider(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        dialect=row.dialect,
        endpoints=endpoints,
        api_key=key.value,
        allow_private_network=row.allow_private_network,
        collects_data=row.collects_data,
        why=why_unusable(row, key, settings) or (None if endpoints else f"No address of {row.display_name} is in use."),
    )


def _model(row: ModelRow, provider: snapshot.Provider, price: ModelPrice | None, token_ratio: float) -> snapshot.Model:
    return snapshot.Model(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        upstream_name=row.upstream_name,
        family=row.family,
        model_type=row.model_type,
        provider=provider,
        context_window=row.context_window,
        max_output_tokens=row.max_output_tokens,
        capabilities=frozenset(_known(row.capabilities, Capability)),
        latency_tier=LatencyTier(row.latency_tier),
        quality=row.quality,
        active=row.active,
        price=_price(price, row.model_type),
        limits=msgspec.convert(row.limits, Limits),
        tokenizer=tokenizer_of(row.upstream_name),
        token_ratio=token_ratio,
    )


def _price(row: ModelPrice | None, model_type: str) -> snapshot.Price | None:
    """The price to charge by; what a model of its type does not need to have priced is free where it has no price."""
    if row is None:
        return None
    prices = msgspec.convert(row, Prices, from_attributes=True)
    if missing_buckets(prices, model_type):
        return None
    given = msgspec.structs.asdict(prices) | {
        "input": prices.input or Decimal(0),
        "output": prices.output or Decimal(0),
    }
    return snapshot.Price(version=row.version, **given)


def _assistant(row: AssistantRow) -> snapshot.Assistant:
    return snapshot.Assistant(
        id=row.id,
        family=row.family,
        name=row.name,
        purpose=row.purpose,
        icon=row.icon,
        system_prompt=row.system_prompt,
        task_types=frozenset(_known(row.default_task_types, Category)),
        preferred_traits=frozenset(_known(row.preferred_traits, Capability)),
        enabled=row.enabled,
        task_categories=_tasks(row.task_categories),
    )


def plan_of(row: PlanRow) -> snapshot.Plan:
    """A plan's row as the snapshot has it."""
    return snapshot.Plan(
        id=row.id,
        slug=row.slug,
        name=row.name,
        rank=row.rank,
        monthly_credits=row.monthly_credits,
        models=None if row.models is None else frozenset(row.models),
        families=frozenset(row.families),
        max_context=row.max_context,
        limits=msgspec.convert(row.limits, PlanLimits),
        task_categories=_tasks(row.task_categories),
        personal_data=PersonalData(row.personal_data),
    )


def _tasks(stored: Sequence[str] | None) -> frozenset[Category] | None:
    return None if stored is None else frozenset(_known(stored, Category))


def _known(values: Sequence[Any], kind: Any) -> list[Any]:
    return [kind(value) for value in values]
