"""Adding and changing assistant families, each with its audit event."""

from uuid import UUID

from msgspec import UNSET
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.admin.audit import Author, State, changed, record_by
from backend.admin.writes import check_rank, require
from backend.assistants import repository
from backend.assistants.tables import Assistant
from backend.catalogue.repository import take_turns
from backend.columns import new_id
from backend.entitlements.plans import AUTO
from backend.errors import Conflict, InvalidRequest, NotFound
from shared.catalogue import AssistantWrite

_REQUIRED = ("family", "name", "purpose", "icon", "system_prompt")
_SEVERAL = ("default_task_types", "preferred_traits", "task_categories")
_PLAIN = ("name", "purpose", "icon", "system_prompt", "enabled", "rank", *_SEVERAL)


async def add_assistant(session: AsyncSession, wanted: AssistantWrite, author: Author) -> Assistant:
    """A new family, which no plan has yet. Raises `InvalidRequest` and `Conflict`."""
    require(wanted, _REQUIRED)
    facts = _facts(wanted)
    await take_turns(session)
    family = str(wanted.family)
    if family in await repository.families(session):
        raise Conflict(f"There is an assistant family named {family} already.")
    assistant = Assistant(id=new_id(), family=family, **facts)
    session.add(assistant)
    _record(session, author, "assistant.added", assistant, wanted.reason, None, {"family": family, **facts})
    return assistant


async def change_assistant(
    session: AsyncSession, assistant_id: UUID, wanted: AssistantWrite, author: Author
) -> Assistant:
    """Changes what is named. Raises `NotFound` and `InvalidRequest`."""
    facts = _facts(wanted)
    assistant = await repository.locked_assistant(session, assistant_id)
    if assistant is None:
        raise NotFound("There is no such assistant.")
    if wanted.family not in (UNSET, assistant.family):
        raise InvalidRequest("An assistant keeps its family: plans and past calls know it by it.")
    if assistant.family == AUTO and facts.keys() & {"enabled", "system_prompt", "task_categories"}:
        raise InvalidRequest("Auto only picks among the others: it has no prompt or tasks and cannot be turned off.")
    was, is_ = changed({name: getattr(assistant, name) for name in facts}, facts)
    if not is_:
        return assistant
    for name, value in facts.items():
        setattr(assistant, name, value)
    session.add(assistant)
    _record(session, author, "assistant.changed", assistant, wanted.reason, was, is_)
    return assistant


def _facts(wanted: AssistantWrite) -> State:
    given: State = {name: value for name in _PLAIN if (value := getattr(wanted, name)) is not UNSET}
    for several in _SEVERAL:
        if given.get(several) is not None:
            given[several] = list(dict.fromkeys(given[several]))
    check_rank(given.get("rank", 0))
    return given


def _record(
    session: AsyncSession,
    author: Author,
    action: str,
    assistant: Assistant,
    reason: str,
    before: State | None,
    after: State,
) -> None:
    record_by(
        session,
        author,
        action=action,
        subject_kind="assistant",
        subject_id=assistant.id,
        subject=assistant.family,
        reason=reason,
        before=before,
        after=after,
    )
