"""Which assistant handles a prompt. Pure."""

from uuid import UUID

from msgspec import Struct

from backend.catalogue.snapshot import Assistant, Catalogue
from backend.entitlements.plans import AUTO, Entitlement, lowest_plan_with_family
from backend.errors import NotFound, Unavailable
from backend.policy.errors import PlanForbidsFamily
from backend.policy.tasks import NO_TASK, Task, refusal, require_allowed, takes

FALLBACK_FAMILY = "general"

DIRECT = Assistant(
    id=UUID(int=0),
    family="direct",
    name="No assistant",
    purpose="Speak to a model as it is",
    icon="",
    system_prompt="",
    task_types=frozenset(),
    preferred_traits=frozenset(),
    enabled=True,
)
"""What stands in for an assistant when a program speaks to a model: no words of ours, open to every plan."""


class Picked(Struct, frozen=True, kw_only=True):
    """The assistant, whether the person chose it, and a sentence about how it came to be."""

    assistant: Assistant
    chosen: bool
    reason: str


def wanted_assistant(catalogue: Catalogue, entitlement: Entitlement, wanted: str) -> Assistant | None:
    """The assistant somebody names by id or family; None for Auto, `DIRECT` for its family's name.

    Raises `NotFound` for an unknown one and `PlanForbidsFamily` for a locked one.
    """
    if wanted == DIRECT.family:
        return DIRECT
    assistant = catalogue.assistant(wanted)
    if assistant is None and wanted != AUTO:
        raise NotFound("There is no such assistant. GET /api/ai/assistants lists them.")
    if assistant is None or assistant.family == AUTO:
        return None
    if not entitlement.allows_family(assistant.family):
        plan = lowest_plan_with_family(catalogue.plans, assistant.family)
        where = f" It comes with the {plan.name} plan; you can request it." if plan is not None else ""
        raise PlanForbidsFamily(
            f"The {assistant.name} assistant is not in your {entitlement.plan_name} plan.{where}",
            details={"family": assistant.family, "plan": plan.slug if plan is not None else None},
        )
    return assistant


def pick(
    catalogue: Catalogue,
    entitlement: Entitlement,
    chosen: Assistant | None,
    recommended: str | None,
    task: Task = NO_TASK,
) -> Picked:
    """The chosen assistant, else the recommended one if the plan has it, else General or another allowed one.

    Auto keeps to assistants that take the task as long as there is one. Raises `Unavailable` when no assistant at all
    is allowed and enabled, `PlanForbidsTask` and `AssistantRefusesTask` for a task that surely nobody here takes.
    """
    require_allowed(task, entitlement, catalogue.plans)
    if chosen is DIRECT:
        return Picked(assistant=DIRECT, chosen=True, reason="No assistant stands between you and the model.")
    if chosen is not None:
        if task.sure and not takes(chosen.task_categories, task.category):
            raise refusal(chosen, task, catalogue, entitlement)
        return Picked(assistant=chosen, chosen=True, reason=f"You chose the {chosen.name} assistant.")
    allowed = [a for a in catalogue.assistants if a.enabled and a.family != AUTO and a.family in entitlement.families]
    if not allowed:
        raise Unavailable("No assistant is enabled for your plan. Ask your admin.")
    taking = [a for a in allowed if takes(a.task_categories, task.category)]
    if not taking and task.sure:
        raise refusal(None, task, catalogue, entitlement)
    found = catalogue.assistant(recommended) if recommended is not None else None
    picked = _best(taking or allowed, found)
    why = "" if found is None or picked is found else _passed_over(found, entitlement, task)
    return Picked(assistant=picked, chosen=False, reason=f"Auto picked the {picked.name} assistant.{why}")


def _best(among: list[Assistant], recommended: Assistant | None) -> Assistant:
    if recommended is not None and recommended in among:
        return recommended
    return next((a for a in among if a.family == FALLBACK_FAMILY), among[0])


def _passed_over(found: Assistant, entitlement: Entitlement, task: Task) -> str:
    if not entitlement.allows_family(found.family):
        return f" {found.name} fits better, but is not in your plan."
    return f" {found.name} does not take {task.words} here."
