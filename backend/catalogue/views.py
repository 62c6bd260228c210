"""What people and admins are shown of models and providers. Pure."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from backend.catalogue import snapshot
from backend.catalogue.keys import ProviderKey, why_unusable
from backend.catalogue.prices import missing_buckets
from backend.catalogue.tables import Model, ModelPrice, ModelProvider, Multiplier, ProviderEndpoint
from backend.entitlements.plans import Entitlement, lowest_plan_with_model
from backend.metering.tables import TokenRatio
from backend.metering.token_ratios import FEWEST, ratio_in_force
from backend.precheck.tokens.tokenizers import tokenizer_of
from backend.settings import Settings
from shared.catalogue import AdminEndpoint, AdminModel, AdminProvider, ModelView, Prices
from shared.catalogue import Multiplier as MultiplierView

TURNED_OFF = "Turned off."


def model_for(model: snapshot.Model, entitlement: Entitlement, plans: tuple[snapshot.Plan, ...]) -> ModelView:
    """A model as somebody with this entitlement sees it."""
    obstacle = why_not(model)
    plan: str | None = None
    if obstacle is None and entitlement.key_forbids(model):
        obstacle = "This API key does not allow it."
    elif obstacle is None and not entitlement.allows_model(model):
        obstacle = f"The {entitlement.plan_name} plan does not include it."
        with_it = lowest_plan_with_model(plans, model.name)
        plan = None if with_it is None else with_it.name
    return ModelView(
        id=model.id,
        name=model.name,
        display_name=model.display_name,
        provider=model.provider.display_name,
        family=model.family,
        context_window=model.context_window,
        latency_tier=model.latency_tier,
        capabilities=sorted(model.capabilities),
        available=obstacle is None,
        why=obstacle,
        plan=plan,
    )


def why_not(model: snapshot.Model) -> str | None:
    """What keeps a model from answering anybody, None when nothing does."""
    if model.provider.why is not None:
        return model.provider.why
    if model.price is None:
        return "It has no price."
    return None if model.active else TURNED_OFF


def prices_of(row: ModelPrice | None) -> Prices | None:
    """A price version as the wire has it."""
    return None if row is None else msgspec.convert(row, Prices, from_attributes=True)


def admin_model(
    row: Model,
    provider: ModelProvider,
    provider_why: str | None,
    price: ModelPrice | None,
    factor: Decimal,
    calls: int,
    ratio: TokenRatio | None,
) -> AdminModel:
    """A model with everything an admin sets."""
    prices = prices_of(price)
    missing = missing_buckets(prices, row.model_type)
    unpriced = f"No price is set for {' and '.join(missing)}." if missing else None
    why = provider_why or unpriced or (None if row.active else TURNED_OFF)
    facts = {
        name: getattr(row, name)
        for name in AdminModel.__struct_fields__
        if name in Model.model_fields and name not in {"capabilities", "latency_tier"}
    }
    return msgspec.convert(
        {
            **facts,
            "capabilities": row.capabilities,
            "latency_tier": row.latency_tier,
            "provider": provider.name,
            "provider_name": provider.display_name,
            "usable": why is None,
            "why": why,
            "prices": prices,
            "price_version": None if price is None else price.version,
            "priced_at": None if price is None else price.created_at,
            "price_missing": missing,
            "multiplier": factor,
            "calls_7_days": calls,
            "tokenizer": tokenizer_of(row.upstream_name).value,
            "token_ratio": round(ratio_in_force(ratio.log_ratio, ratio.samples), 4)
            if ratio is not None and ratio.samples >= FEWEST
            else None,
            "token_samples": ratio.samples if ratio is not None else 0,
        },
        AdminModel,
    )


def admin_provider(
    row: ModelProvider, key: ProviderKey, settings: Settings, models: int, endpoints: Sequence[ProviderEndpoint]
) -> AdminProvider:
    """A provider as admins see it; never its key."""
    why = why_unusable(row, key, settings)
    return msgspec.convert(
        {
            "id": row.id,
            "name": row.name,
            "display_name": row.display_name,
            "dialect": row.dialect,
            "api_base_url": row.api_base_url,
            "status": row.status,
            "allow_private_network": row.allow_private_network,
            "collects_data": row.collects_data,
            "has_key": key.source in ("stored", "environment"),
            "key_source": key.source,
            "usable": why is None,
            "why": why,
            "model_count": models,
            "created_at": row.created_at,
            "endpoints": [msgspec.convert(endpoint, AdminEndpoint, from_attributes=True) for endpoint in endpoints],
        },
        AdminProvider,
    )


def multiplier(row: Multiplier) -> MultiplierView:
    """A factor of the display cost."""
    return msgspec.convert(row, MultiplierView, from_attributes=True)
