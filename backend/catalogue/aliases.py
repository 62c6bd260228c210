"""Names that stand for models: what an unchanged client asks for is answered by what is configured here."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.admin.audit import Author, State, record_by
from backend.assistants.repository import families
from backend.catalogue import admin_repository as repository
from backend.catalogue.repository import model_names, take_turns
from backend.catalogue.tables import ModelAlias
from backend.errors import InvalidRequest, NotFound
from shared.catalogue import AliasWrite

ASSISTANT_PREFIX = "assistant:"
"""Before an assistant family where a model is named."""
AUTO = "auto"


async def set_alias(session: AsyncSession, wanted: AliasWrite, author: Author) -> ModelAlias:
    """Says what a name stands for in an organisation, or everywhere. Raises `InvalidRequest`."""
    await take_turns(session)
    await _check_target(session, wanted)
    if wanted.organisation_id is not None and not await repository.organisation_exists(session, wanted.organisation_id):
        raise InvalidRequest("There is no such organisation.")
    row = await repository.locked_alias(session, wanted.organisation_id, wanted.alias)
    before: State | None = None if row is None else {"target": row.target}
    if row is None:
        row = ModelAlias(organisation_id=wanted.organisation_id, alias=wanted.alias, target=wanted.target)
    elif row.target == wanted.target:
        return row
    row.target = wanted.target
    session.add(row)
    await session.flush()
    _record(session, author, "alias.set", row, wanted.reason, before, {"target": row.target})
    return row


async def remove_alias(session: AsyncSession, alias_id: UUID, reason: str, author: Author) -> None:
    """The name stands for itself again. Raises `NotFound`."""
    row = await repository.alias(session, alias_id)
    if row is None:
        raise NotFound("There is no such alias.")
    await session.delete(row)
    _record(session, author, "alias.removed", row, reason, {"target": row.target}, None)


async def _check_target(session: AsyncSession, wanted: AliasWrite) -> None:
    if wanted.alias == AUTO or wanted.alias.startswith(ASSISTANT_PREFIX):
        raise InvalidRequest(f"{wanted.alias[:120]} has a meaning of its own and cannot stand for something else.")
    if wanted.target == AUTO:
        return
    if wanted.target.startswith(ASSISTANT_PREFIX):
        family = wanted.target.removeprefix(ASSISTANT_PREFIX)
        if family not in await families(session):
            raise InvalidRequest(f"There is no assistant family {family[:120]}.")
    elif wanted.target not in await model_names(session):
        raise InvalidRequest(f"There is no model named {wanted.target[:120]}.")


def _record(
    session: AsyncSession,
    author: Author,
    action: str,
    row: ModelAlias,
    reason: str,
    before: State | None,
    after: State | None,
) -> None:
    record_by(
        session,
        author,
        action=action,
        subject_kind="alias",
        subject_id=row.id,
        subject=row.alias if row.organisation_id is None else f"{row.alias} of {row.organisation_id}",
        reason=reason,
        before=before,
        after=after,
    )
