"""Ending a request whose words a risk filter blocks: nothing reaches a model, and why is kept."""

from uuid import UUID

from backend.chat.caller import Caller
from backend.chat.errors import RiskBlocked
from backend.database import Database
from backend.metering import repository as metering
from backend.precheck.service import Checked, record
from shared.precheck import RiskAction


async def refuse_blocked(
    database: Database, caller: Caller, checked: Checked, conversation_id: UUID | None = None
) -> None:
    """Raises `RiskBlocked` for what must not be sent, once the check is stored."""
    risk = checked.risk
    if risk.action is not RiskAction.BLOCK:
        return
    evidence = record(checked, caller.identity, None, 0, request_id=caller.request_id, conversation_id=conversation_id)
    await metering.record_check(database, evidence)
    raise RiskBlocked(
        risk.message or "This prompt was not sent: a safety rule blocks it. Nothing was charged.",
        details={"categories": [str(category) for category in risk.categories], "check_id": str(checked.id)},
    )
