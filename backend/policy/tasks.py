"""Whether a plan and an assistant take the task that a prompt looks like. Pure.

Only a task that the precheck is sure of is refused; what it merely suspects is let through.
"""

from collections.abc import Iterator

from msgspec import Struct

from backend.catalogue.snapshot import Assistant, Catalogue, Plan
from backend.entitlements.plans import AUTO, Entitlement, lowest_plan_with_family
from backend.policy.errors import AssistantRefusesTask, PlanForbidsTask
from shared.precheck import Category

SURE = 0.75
"""Confidence from which a task counts as seen."""


class Task(Struct, frozen=True):
    """What a prompt looks like; `confidence` is between 0 and 1."""

    category: Category
    confidence: float

    @property
    def sure(self) -> bool:
        """Whether a refusal can be based on it; a prompt without a task is never refused."""
        return self.category is not Category.OTHER and self.confidence >= SURE

    @property
    def words(self) -> str:
        """The category as people read it."""
        return self.category.replace("_", " ")


NO_TASK = Task(Category.OTHER, 0.0)


def require_allowed(task: Task, entitlement: Entitlement, plans: tuple[Plan, ...]) -> None:
    """Raises `PlanForbidsTask` for a task that the plan surely does not take; names the lowest plan that does."""
    if not task.sure or takes(entitlement.task_categories, task.category):
        return
    plan = next((plan for plan in plans if takes(plan.task_categories, task.category)), None)
    where = f" It comes with the {plan.name} plan; you can request it." if plan is not None else ""
    raise PlanForbidsTask(
        f"This looks like {task.words}, which is not in your {entitlement.plan_name} plan.{where}",
        details={"category": task.category.value, "plan": plan.slug if plan is not None else None},
    )


def takes(categories: frozenset[Category] | None, category: Category) -> bool:
    """Whether a category is among those that are taken; None takes all."""
    return categories is None or category in categories


def refusal(
    refusing: Assistant | None, task: Task, catalogue: Catalogue, entitlement: Entitlement
) -> AssistantRefusesTask:
    """Why an assistant (None: every one of the plan) is not asked, with one that could be."""
    other = next(_others(task.category, catalogue, entitlement), None)
    who = f"the {refusing.name} assistant does not take" if refusing is not None else "no assistant of your plan takes"
    return AssistantRefusesTask(
        f"This looks like {task.words}, which {who}.{_advice(other, catalogue, entitlement)}",
        details={
            "category": task.category.value,
            "family": refusing.family if refusing is not None else None,
            "alternative": other.family if other is not None else None,
        },
    )


def _others(category: Category, catalogue: Catalogue, entitlement: Entitlement) -> Iterator[Assistant]:
    """Assistants that take a category: those of the plan first, and among them those that are made for it."""
    taking = [
        assistant
        for assistant in catalogue.assistants
        if assistant.enabled and assistant.family != AUTO and takes(assistant.task_categories, category)
    ]
    yield from sorted(
        taking, key=lambda each: (not entitlement.allows_family(each.family), category not in each.task_types)
    )


def _advice(other: Assistant | None, catalogue: Catalogue, entitlement: Entitlement) -> str:
    if other is None:
        return " Ask your admin."
    if entitlement.allows_family(other.family):
        return f" Choose {other.name}, or Auto."
    plan = lowest_plan_with_family(catalogue.plans, other.family)
    return f" {other.name} does" + (
        f" and comes with the {plan.name} plan." if plan is not None else ". Ask your admin."
    )
