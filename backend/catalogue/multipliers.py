"""Setting the factors of the display cost."""

from datetime import UTC, datetime
from decimal import Decimal

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.admin.audit import Author, record_by
from backend.amounts import check_amount
from backend.assistants.repository import families
from backend.catalogue import admin_repository as repository
from backend.catalogue.repository import model_names, take_turns
from backend.catalogue.tables import Multiplier
from backend.entitlements.repository import plan_slugs
from backend.errors import InvalidRequest
from shared.catalogue import MultiplierWrite

LARGEST = Decimal(1000)
PLACES = 6


async def set_multiplier(session: AsyncSession, wanted: MultiplierWrite, author: Author) -> Multiplier:
    """Sets the factor of a plan, model or assistant family. Raises `InvalidRequest`."""
    check_amount(wanted.factor, "The factor", least=Decimal(0), most=LARGEST, places=PLACES)
    await take_turns(session)
    await _check_target(session, wanted)
    row = await repository.locked_multiplier(session, wanted.kind, wanted.target)
    before = None if row is None else {"factor": row.factor}
    if row is None:
        row = Multiplier(kind=wanted.kind, target=wanted.target)
    elif row.factor == wanted.factor:
        return row
    row.factor = wanted.factor
    row.updated_at = datetime.now(UTC)
    session.add(row)
    await session.flush()
    record_by(
        session,
        author,
        action="multiplier.set",
        subject_kind=wanted.kind,
        subject_id=None,
        subject=wanted.target,
        reason=wanted.reason,
        before=before,
        after={"factor": wanted.factor},
    )
    return row


async def _check_target(session: AsyncSession, wanted: MultiplierWrite) -> None:
    existing = {"plan": plan_slugs, "model": model_names, "family": families}[wanted.kind]
    if wanted.target not in await existing(session):
        raise InvalidRequest(f"There is no {wanted.kind} named {wanted.target[:120]}.")
