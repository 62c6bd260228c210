"""Which assistant family handles each service type of the unified endpoint."""

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.admin.audit import Author, record_by
from backend.assistants import repository
from backend.assistants.tables import ServiceTypeRow
from backend.catalogue.repository import take_turns
from backend.errors import InvalidRequest
from shared.catalogue import ServiceType, ServiceTypeWrite

DEFAULTS = {
    ServiceType.CONTENT_GENERATION: "writing",
    ServiceType.BLOG: "writing",
    ServiceType.OUTREACH: "writing",
    ServiceType.SEO: "writing",
    ServiceType.SOCIAL_MEDIA: "writing",
    ServiceType.CUSTOM: "auto",
}
"""What a new installation begins with."""


async def add_service_types(session: AsyncSession) -> None:
    """Adds absent mappings; the families must be there."""
    existing = {row.service_type for row in await repository.service_types(session)}
    for kind, family in DEFAULTS.items():
        if kind not in existing:
            session.add(ServiceTypeRow(service_type=kind.value, assistant=family))


async def set_service_type(session: AsyncSession, wanted: ServiceTypeWrite, author: Author) -> ServiceTypeRow:
    """Lets a family handle a service type. Raises `InvalidRequest` for one that does not exist."""
    await take_turns(session)
    if wanted.assistant not in await repository.families(session):
        raise InvalidRequest(f"There is no assistant family {wanted.assistant}.")
    row = await repository.locked_service_type(session, wanted.service_type.value)
    before = None if row is None else {"assistant": row.assistant}
    if row is None:
        row = ServiceTypeRow(service_type=wanted.service_type.value, assistant=wanted.assistant)
    elif row.assistant == wanted.assistant:
        return row
    row.assistant = wanted.assistant
    session.add(row)
    record_by(
        session,
        author,
        action="service_type.set",
        subject_kind="service_type",
        subject_id=row.service_type,
        subject=row.service_type,
        reason=wanted.reason,
        before=before,
        after={"assistant": row.assistant},
    )
    return row
