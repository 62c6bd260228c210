"""What people and admins are shown of assistants. Pure."""

import msgspec

from backend.assistants.tables import Assistant
from backend.catalogue import snapshot
from backend.entitlements.plans import Entitlement, lowest_plan_with_family
from shared.catalogue import AdminAssistant, AssistantView


def assistant_for(
    assistant: snapshot.Assistant, entitlement: Entitlement, plans: tuple[snapshot.Plan, ...]
) -> AssistantView:
    """An assistant as somebody with this entitlement sees it."""
    locked, plan = None, None
    if not entitlement.allows_family(assistant.family):
        locked = f"The {entitlement.plan_name} plan does not include {assistant.name}."
        plan = lowest_plan_with_family(plans, assistant.family)
    return AssistantView(
        id=assistant.id,
        family=assistant.family,
        name=assistant.name,
        purpose=assistant.purpose,
        icon=assistant.icon,
        locked=locked,
        plan=None if plan is None else plan.name,
        task_categories=None if assistant.task_categories is None else sorted(assistant.task_categories),
    )


def admin_assistant(row: Assistant) -> AdminAssistant:
    """An assistant with everything an admin sets."""
    return msgspec.convert(row, AdminAssistant, from_attributes=True)
