"""What a plan with somebody's overrides comes to. Pure."""

from decimal import Decimal
from uuid import UUID

from msgspec import Struct, structs

from backend.catalogue.snapshot import Model, Plan
from shared.plans import Overrides, PlanLimits
from shared.precheck import Category, PersonalData

AUTO = "auto"
_LIMITS = (
    "requests_per_minute",
    "tokens_per_minute",
    "concurrent_chats",
    "concurrent_chats_per_key",
    "credits_per_day",
    "credits_per_request",
)
_FIGURES = ("monthly_credits", "max_context")


class Entitlement(Struct, frozen=True, kw_only=True):
    """What somebody may use. `models` None means every active model; `key_models` are those their API key allows.

    `task_categories` are the tasks they may have done, None for all.
    """

    plan_id: UUID
    plan_slug: str
    plan_name: str
    monthly_credits: Decimal
    families: frozenset[str]
    models: frozenset[str] | None
    max_context: int
    limits: PlanLimits
    overridden: tuple[str, ...]
    personal_data: PersonalData = PersonalData.WARN
    key_models: frozenset[str] | None = None
    task_categories: frozenset[Category] | None = None

    def allows_family(self, family: str) -> bool:
        """Whether an assistant family may be used; Auto always may."""
        return family == AUTO or family in self.families

    def allows_model(self, model: Model) -> bool:
        """Whether a model may answer."""
        return self.models is None or model.name in self.models

    def key_forbids(self, model: Model) -> bool:
        """Whether it is the API key, not the plan, that keeps a model from answering."""
        return self.key_models is not None and model.name not in self.key_models

    def within(self, key_models: frozenset[str] | None) -> "Entitlement":
        """The same for an API key that allows only these models; None changes nothing."""
        if key_models is None:
            return self
        models = key_models if self.models is None else self.models & key_models
        return structs.replace(self, models=models, key_models=key_models)


def entitle(plan: Plan, overrides: Overrides) -> Entitlement:
    """The plan's terms with the overrides applied; an override only ever replaces what it names."""
    limits = {name: value for name in _LIMITS if (value := getattr(overrides, name)) is not None}
    figures = {name: value for name in _FIGURES if (value := getattr(overrides, name)) is not None}
    overridden = [*figures, *limits]
    if overrides.extra_families:
        overridden.append("extra_families")
    if overrides.extra_models:
        overridden.append("extra_models")
    return Entitlement(
        plan_id=plan.id,
        plan_slug=plan.slug,
        plan_name=plan.name,
        monthly_credits=figures.get("monthly_credits", plan.monthly_credits),
        families=plan.families | frozenset(overrides.extra_families),
        models=None if plan.models is None else plan.models | frozenset(overrides.extra_models),
        max_context=figures.get("max_context", plan.max_context),
        limits=structs.replace(plan.limits, **limits),
        overridden=tuple(overridden),
        task_categories=plan.task_categories,
        personal_data=plan.personal_data,
    )


def lowest_plan_with_family(plans: tuple[Plan, ...], family: str) -> Plan | None:
    """The first plan in rank that has an assistant family."""
    return next((plan for plan in plans if family in plan.families), None)


def lowest_plan_with_model(plans: tuple[Plan, ...], model: str) -> Plan | None:
    """The first plan in rank that has a model."""
    return next((plan for plan in plans if plan.models is None or model in plan.models), None)
