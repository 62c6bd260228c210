"""Ending a request whose words a risk filter blocks: nothing reaches a model, and why is kept."""

from uuid import UUID

from backend.abuse.watch import Watch
from backend.chat.caller import Caller
from backend.chat.errors import RiskBlocked
from backend.precheck.service import Checked, record


def refusal(checked: Checked) -> RiskBlocked:
    """What the caller of a blocked prompt is told."""
    return RiskBlocked(
        checked.risk.message or "This prompt was not sent: a safety rule blocks it. Nothing was charged.",
        details={"categories": [str(category) for category in checked.risk.categories], "check_id": str(checked.id)},
    )


async def blocked(watch: Watch, caller: Caller, checked: Checked, conversation_id: UUID | None = None) -> RiskBlocked:
    """The refusal of what must not be sent, once the check is stored and counted."""
    evidence = record(checked, caller.identity, None, 0, request_id=caller.request_id, conversation_id=conversation_id)
    await watch.blocked(caller.identity, caller.address, caller.idempotency_key, evidence)
    return refusal(checked)
