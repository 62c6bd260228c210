"""Gives somebody who signs in what their groups give, and takes what those gave before."""

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.oidc import repository, rights
from backend.accounts.oidc.people import Found
from backend.accounts.oidc.rights import Held
from backend.accounts.oidc.settings import OpenIdProvider
from backend.accounts.tables import User
from backend.admin import audit
from backend.admin.users.repository import locked_admins, locked_user
from backend.entitlements.entitlement_changes import set_entitlement
from backend.entitlements.repository import find_plan, locked_entitlement
from shared.accounts import UserRole

log = structlog.get_logger()

Groups = frozenset[str] | None


async def apply_groups(
    session: AsyncSession, found: Found, groups: Groups, provider: OpenIdProvider, default_plan: str
) -> None:
    """Sets role and plan as `rights` decides, and remembers what the groups gave."""
    role = await _apply_role(session, found, groups, provider)
    plan = await _apply_plan(session, found, groups, provider, default_plan)
    await repository.note_use(session, found.identity, role, plan)


async def _apply_role(session: AsyncSession, found: Found, groups: Groups, provider: OpenIdProvider) -> str | None:
    before = found.identity.given_role
    if not provider.role_map or groups is None:
        return before
    admins = await locked_admins(session)
    user = await locked_user(session, found.user.id)
    if user is None:
        return before
    wanted = rights.role(groups, provider, Held(now=user.role, given=before))
    if wanted.now == user.role:
        return wanted.given
    if admins == {user.id}:
        log.warning("last_admin_kept", provider=provider.label, advice="No group makes this person an admin any more.")
        return before
    was, user.role = user.role, UserRole(wanted.now).value
    session.add(user)
    _record(session, user, provider, "user.role_changed", {"role": was}, {"role": user.role})
    await session.flush()
    return wanted.given


async def _apply_plan(
    session: AsyncSession, found: Found, groups: Groups, provider: OpenIdProvider, default_plan: str
) -> str | None:
    before = found.identity.given_plan
    if not provider.plan_map or groups is None:
        return before
    entitlement = await locked_entitlement(session, found.user.id)
    if entitlement is None:
        return before
    wanted = rights.plan(groups, provider, Held(now=entitlement[1].slug, given=before), default_plan)
    plan = await find_plan(session, wanted.now)
    if plan is None:
        log.error("unknown_plan", plan=wanted.now, advice="Correct the PLAN_MAP of the OpenID provider.")
        return before
    reason = f"The groups at {provider.label} say so."
    done = await set_entitlement(session, found.user.id, plan=plan, overrides=None, reason=reason)
    if done.after:
        _record(session, found.user, provider, "entitlement.changed", done.before, done.after)
    return wanted.given


def _record(
    session: AsyncSession, user: User, provider: OpenIdProvider, action: str, before: audit.State, after: audit.State
) -> None:
    audit.record(
        session,
        actor=None,
        actor_name=provider.label,
        action=action,
        subject_kind="user",
        subject_id=user.id,
        subject=user.email,
        reason=f"The groups at {provider.label} say so.",
        before=before,
        after=after,
    )
