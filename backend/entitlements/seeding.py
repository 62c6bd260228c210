"""The plans a new installation begins with, added where absent."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.defaults import DefaultModel
from backend.catalogue.repository import multiplier_targets
from backend.catalogue.tables import Multiplier
from backend.entitlements import repository
from backend.entitlements.tables import Plan
from shared.plans import Count, Family, PlanLimits
from shared.precheck import PersonalData
from shared.wire import Credits

FILE = Path(__file__).with_name("default_plans.toml")


class DefaultLimits(PlanLimits, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits in which a misspelt name is an error."""


class DefaultPlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan as the file describes it."""

    slug: Family
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    monthly_credits: Credits
    families: list[Family]
    max_context: Count
    multiplier: Decimal
    limits: DefaultLimits
    every_model: bool = False
    personal_data: PersonalData = PersonalData.WARN


class DefaultPlans(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file, the lowest plan first."""

    plans: list[DefaultPlan]


def default_plans() -> list[DefaultPlan]:
    """The file's content. Raises `msgspec.ValidationError` when it is not of this shape."""
    return msgspec.toml.decode(FILE.read_bytes(), type=DefaultPlans).plans


async def add_plans(session: AsyncSession, defaults: list[DefaultPlan], models: list[DefaultModel]) -> None:
    """Adds absent plans, each with its factor."""
    existing = await repository.plan_slugs(session)
    targets = await multiplier_targets(session)
    names: list[str] = []
    for rank, default in enumerate(defaults):
        names += [model.name for model in models if model.plan == default.slug]
        if default.slug in existing:
            continue
        session.add(
            Plan(
                slug=default.slug,
                name=default.name,
                rank=rank,
                monthly_credits=default.monthly_credits,
                models=None if default.every_model else list(names),
                families=default.families,
                max_context=default.max_context,
                limits=msgspec.to_builtins(default.limits),
                personal_data=default.personal_data,
            )
        )
        if ("plan", default.slug) not in targets:
            session.add(Multiplier(kind="plan", target=default.slug, factor=default.multiplier))
