"""Organisations and the limit that their people share."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.tables import Membership, Organisation
from backend.admin.text import contains, id_in
from backend.entitlements.tables import CreditAccount, OrganisationLimit
from backend.errors import Conflict
from backend.metering.tables import Hold


class Listed(NamedTuple):
    """An organisation. `active` is how many answers are being written for its people, of `concurrent_chats` at most."""

    id: UUID
    name: str
    personal: bool
    members: int
    active: int
    concurrent_chats: int | None


async def newest(session: AsyncSession, term: str | None, seen: UUID | None, limit: int) -> list[Listed]:
    """Organisations whose name or id is searched for, the newest first, after the one seen last."""
    query = select(Organisation.id).order_by(col(Organisation.id).desc()).limit(limit)
    if term is not None:
        query = query.where(or_(col(Organisation.name).ilike(contains(term)), col(Organisation.id) == id_in(term)))
    if seen is not None:
        query = query.where(col(Organisation.id) < seen)
    return await _listed(session, (await session.exec(query)).all())


async def one(session: AsyncSession, organisation_id: UUID) -> Listed | None:
    """One organisation as the list gives it."""
    return next(iter(await _listed(session, [organisation_id])), None)


async def locked_limit(
    session: AsyncSession, organisation_id: UUID
) -> tuple[Organisation, OrganisationLimit | None] | None:
    """An organisation and its limit, while none of its people can be admitted or settled.

    The accounts are locked first, as admission does. Raises `Conflict` when somebody joins at this moment.
    """
    accounts = await _locked_accounts(session, organisation_id)
    organisation = await session.get(Organisation, organisation_id, with_for_update=True)  # nobody can join any more
    if organisation is None:
        return None
    if await _accounts(session, organisation_id) != accounts:
        raise Conflict("Somebody is joining this organisation at the moment. Try again.")
    return organisation, await session.get(OrganisationLimit, organisation_id, with_for_update=True)


async def running(session: AsyncSession, organisation_id: UUID) -> int:
    """How many answers are being written for an organisation; exact under `locked_limit`."""
    query = select(func.count()).select_from(Hold).where(Hold.organisation_id == organisation_id)
    return (await session.exec(query)).one()


async def _locked_accounts(session: AsyncSession, organisation_id: UUID) -> set[UUID]:
    query = (
        select(CreditAccount.user_id)
        .where(CreditAccount.organisation_id == organisation_id)
        .order_by(col(CreditAccount.user_id))
        .with_for_update()
    )
    return set((await session.exec(query)).all())


async def _accounts(session: AsyncSession, organisation_id: UUID) -> set[UUID]:
    query = select(CreditAccount.user_id).where(CreditAccount.organisation_id == organisation_id)
    return set((await session.exec(query)).all())


async def _listed(session: AsyncSession, ids: Sequence[UUID]) -> list[Listed]:
    """Organisations with their figures, in the order of the ids."""
    members = (
        select(func.count())
        .where(Membership.organisation_id == col(Organisation.id))
        .correlate(Organisation)
        .scalar_subquery()
    )
    active = (
        select(func.coalesce(func.sum(CreditAccount.active), 0))
        .where(CreditAccount.organisation_id == col(Organisation.id))
        .correlate(Organisation)
        .scalar_subquery()
    )
    rows = await session.exec(
        select(
            Organisation,
            members,
            func.coalesce(OrganisationLimit.active, active),
            col(OrganisationLimit.concurrent_chats),
        )
        .outerjoin(OrganisationLimit, col(OrganisationLimit.organisation_id) == col(Organisation.id))
        .where(col(Organisation.id).in_(ids))
    )
    found = {row.id: Listed(row.id, row.name, row.personal, *figures) for row, *figures in rows}
    return [found[id] for id in ids if id in found]
