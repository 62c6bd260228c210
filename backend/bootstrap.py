"""Prepares a migrated database for its first request: catalogue, assistants, plans and the first admin.

Safe to run at every start and by several processes at once; what exists is never overwritten.
"""

import secrets as randomness

import structlog
from msgspec import Struct
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts import repository as people
from backend.accounts.emails import normalised
from backend.accounts.passwords import Passwords
from backend.admin.audit import record
from backend.admin.users.repository import has_admin
from backend.assistants.seeding import add_assistants, default_assistants
from backend.assistants.service_types import add_service_types
from backend.catalogue import repository, seeding
from backend.catalogue.defaults import DefaultModel, default_catalogue
from backend.catalogue.ollama import installed_models
from backend.database import Database
from backend.entitlements.repository import plan_slugs
from backend.entitlements.seeding import add_plans, default_plans
from backend.running.errors import OperatorError
from backend.secrets import Secrets, load_secrets
from backend.settings import Settings
from shared.accounts import UserRole

FIRST_ADMIN = "admin@localhost"
GENERATED_BYTES = 15

log = structlog.get_logger()


class FirstAdmin(Struct, frozen=True, kw_only=True):
    """The admin that was made. `password` only if it was generated: this is the one time it can be shown."""

    email: str
    password: str | None
    by_password: bool = True

    def __repr__(self) -> str:
        return f"FirstAdmin({self.email})"


class Bootstrap(Struct, frozen=True, kw_only=True):
    """What was new. `first_admin` is None when there was an admin already."""

    first_admin: FirstAdmin | None


async def prepare(settings: Settings) -> Bootstrap:
    """Fills in what is absent, in one unit of work.

    Raises `ValueError` without a database URL or with an unusable admin address, `OSError` for unreadable secrets,
    and what the database raises.
    """
    if settings.database_url is None:
        raise ValueError("The database to prepare is not set.")
    database = Database(str(settings.database_url))
    try:
        return await prepare_database(database, load_secrets(settings), settings)
    finally:
        await database.close()


async def prepare_database(database: Database, secrets: Secrets, settings: Settings) -> Bootstrap:
    """`prepare` with connections that exist already."""
    catalogue = default_catalogue()
    installed = [] if settings.ollama_host is None else await installed_models(str(settings.ollama_host))
    models = seeding.merged(catalogue.models, installed)
    async with database.unit_of_work() as session:
        await repository.take_turns(session)
        await seeding.add_providers(session, catalogue.providers, settings)
        await _add_models(session, models, secrets, settings)
        await add_assistants(session, default_assistants())
        await add_plans(session, default_plans(), models)
        await session.flush()
        await add_service_types(session)
        await _check_plans(session, settings)
        return Bootstrap(first_admin=await _add_first_admin(session, settings))


async def _add_models(session: AsyncSession, models: list[DefaultModel], secrets: Secrets, settings: Settings) -> None:
    usable = await seeding.callable_providers(session, secrets, settings)
    await seeding.add_models(session, models, usable)
    await seeding.wake_models(session, models, usable)


async def _check_plans(session: AsyncSession, settings: Settings) -> None:
    """Raises `OperatorError` for a plan that no group can get because there is none of that name."""
    known = await plan_slugs(session)
    for name, provider in settings.oidc.items():
        for _, plan in provider.plan_map:
            if plan not in known:
                raise OperatorError(f"The setting FAIRLEAD_OIDC_{name.upper()}_PLAN_MAP is wrong: no plan is {plan!r}.")


async def _add_first_admin(session: AsyncSession, settings: Settings) -> FirstAdmin | None:
    by_password = settings.password_sign_in == "on"
    if await has_admin(session) or (settings.admin_email is None and not by_password):
        return None
    email = normalised(settings.admin_email or FIRST_ADMIN)
    if await people.person_by_email(session, email) is not None:
        log.warning("no_admin", advice="FAIRLEAD_ADMIN_EMAIL names somebody who is no admin; set another address.")
        return None
    given = None if settings.admin_password is None else settings.admin_password.get_secret_value()
    password = given or (randomness.token_urlsafe(GENERATED_BYTES) if by_password else None)
    admin = await people.create_person(
        session,
        email=email,
        name="Admin",
        password_hash=None if password is None else await _hashed(password),
        role=UserRole.ADMIN,
        plan=settings.default_plan,
    )
    record(
        session,
        actor=None,
        actor_name=seeding.NOBODY,
        action="user.created",
        subject_kind="user",
        subject_id=admin.id,
        subject=email,
        reason="The first admin.",
        after={"role": admin.role},
    )
    return FirstAdmin(email=email, password=None if given else password, by_password=by_password)


async def _hashed(password: str) -> str:
    passwords = Passwords()
    try:
        return await passwords.hash(password)
    finally:
        passwords.close()
