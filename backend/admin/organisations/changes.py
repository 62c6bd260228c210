"""What admins change of organisations: how many answers may be written for their people at once."""

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.admin.audit import Author, record_by
from backend.admin.organisations import repository
from backend.entitlements.tables import OrganisationLimit
from backend.errors import NotFound
from shared.admin import OrganisationPatch


async def limit_chats(session: AsyncSession, wanted: OrganisationPatch, author: Author) -> None:
    """Sets the limit, or takes it away; what runs goes on and counts. Raises `NotFound` and `Conflict`."""
    found = await repository.locked_limit(session, wanted.id)
    if found is None:
        raise NotFound("There is no such organisation.")
    organisation, limit = found
    before = None if limit is None else limit.concurrent_chats
    if wanted.concurrent_chats == before:
        return
    if wanted.concurrent_chats is None:
        await session.delete(limit)
    elif limit is not None:
        limit.concurrent_chats = wanted.concurrent_chats
    else:
        active = await repository.running(session, organisation.id)
        session.add(
            OrganisationLimit(organisation_id=organisation.id, concurrent_chats=wanted.concurrent_chats, active=active)
        )
    record_by(
        session,
        author,
        action="organisation.limited",
        subject_kind="organisation",
        subject_id=organisation.id,
        subject=organisation.name,
        reason=wanted.reason,
        before={"concurrent_chats": before},
        after={"concurrent_chats": wanted.concurrent_chats},
    )
