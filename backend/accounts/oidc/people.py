"""Whose account somebody signs in to who has proven who they are at a provider."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts import repository as people
from backend.accounts.oidc import repository
from backend.accounts.oidc.claims import Facts
from backend.accounts.oidc.errors import SignInFailed
from backend.accounts.oidc.settings import OpenIdProvider
from backend.accounts.oidc.tables import ExternalIdentity
from backend.accounts.sessions import repository as session_rows
from backend.accounts.tables import User
from backend.admin import audit
from backend.settings import Settings
from shared.accounts import UserRole
from shared.sign_on import SignInTrouble


class Found(Struct, frozen=True):
    """Somebody's account and their identity at the provider. `ended` are sessions that no longer count."""

    user: User
    identity: ExternalIdentity
    ended: Sequence[UUID] = ()


async def find_or_add(
    session: AsyncSession, facts: Facts, provider: OpenIdProvider, settings: Settings, address: str
) -> Found:
    """The account of this identity, else of its verified email address, else a new one.

    Raises `SignInFailed`, `EmailTaken` and `UnknownPlan`; the unit of work is then void.
    """
    await repository.take_turn(session, f"{facts.issuer} {facts.subject}", facts.email)
    identity = await repository.identity(session, facts.issuer, facts.subject)
    if identity is not None:
        user = await people.person(session, identity.user_id)
        if user is not None:
            return Found(_admitted(user), identity)
    user = await people.person_by_email(session, facts.email)
    if user is None:
        return await _add(session, facts, provider, settings, address)
    if not facts.email_verified:
        raise SignInFailed(SignInTrouble.EMAIL_UNVERIFIED, "the address has an account here, but is not verified there")
    return await _link(session, _admitted(user), facts, provider, address)


def _admitted(user: User) -> User:
    if user.suspended:
        raise SignInFailed(SignInTrouble.SUSPENDED, "the account is suspended")
    return user


async def _add(
    session: AsyncSession, facts: Facts, provider: OpenIdProvider, settings: Settings, address: str
) -> Found:
    if (provider.signup or settings.signup) == "closed":
        raise SignInFailed(SignInTrouble.SIGNUP_CLOSED, "there is no account, and none is made")
    user = await people.create_person(
        session,
        email=facts.email,
        name=facts.name,
        password_hash=None,
        role=UserRole.USER,
        plan=settings.default_plan,
        email_vouched=facts.email_verified,
    )
    identity = await repository.add_identity(session, facts.issuer, facts.subject, user.id)
    _record(session, "user.signed_up", user, f"First sign-in with {provider.label}.", address)
    return Found(user, identity)


async def _link(session: AsyncSession, user: User, facts: Facts, provider: OpenIdProvider, address: str) -> Found:
    """A further way in. Whoever merely claimed the address before loses theirs: it may have been somebody else."""
    ended: Sequence[UUID] = ()
    if not user.email_vouched:
        await repository.hand_over(session, user.id)
        await people.void_resets(session, user.id)
        ended = await session_rows.end_sessions(session, user.id)
        await session.refresh(user)
        reason = f"{provider.label} says whose the address is; password, keys and sessions of before are void."
        _record(session, "user.handed_over", user, reason, address)
    identity = await repository.add_identity(session, facts.issuer, facts.subject, user.id)
    _record(session, "user.linked", user, f"First sign-in with {provider.label}; the address is verified.", address)
    return Found(user, identity, ended)


def _record(session: AsyncSession, action: str, user: User, reason: str, address: str) -> None:
    audit.record(
        session,
        actor=None,
        actor_name=user.email,
        action=action,
        subject_kind="user",
        subject_id=user.id,
        subject=user.email,
        reason=reason,
        address=address,
    )
