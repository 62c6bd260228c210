"""What `fairlead user` does. The settings must name the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import msgspec
from sqlalchemy.exc import DBAPIError

from backend.accounts import emails, repository, resets
from backend.accounts.passwords import Passwords
from backend.admin import audit
from backend.database import Database
from backend.errors import AppError
from backend.running.errors import OperatorError
from backend.secrets import load_secrets
from backend.settings import Settings
from shared.accounts import NewPassword, UserRole

OPERATOR = "command line"


async def create_user(settings: Settings, email: str, name: str, password: str, role: UserRole | str) -> UUID:
    """A person who can sign in, and their id. Raises `OperatorError` with one sentence."""
    async with _database(settings) as database:
        address, shown = emails.normalised(email), emails.display_name(name)
        password_hash = await _hashed(password)
        async with database.unit_of_work() as session:
            user = await repository.create_person(
                session,
                email=address,
                name=shown,
                password_hash=password_hash,
                role=UserRole(role),
                plan=settings.default_plan,
            )
            audit.record(
                session,
                actor=None,
                actor_name=OPERATOR,
                action="user.created",
                subject_kind="user",
                subject_id=user.id,
                subject=user.email,
                reason="Created on the command line.",
                after={"role": user.role},
            )
    return user.id


async def reset_link(settings: Settings, email: str) -> str:
    """The path, with its token, of a one-time link for a person. Raises `OperatorError` with one sentence."""
    if settings.password_sign_in == "off":
        raise OperatorError("Passwords are switched off: FAIRLEAD_PASSWORD_SIGN_IN is off.")
    async with _database(settings) as database:
        address = emails.normalised(email)
        async with database.unit_of_work() as session:
            user = await repository.person_by_email(session, address)
            if user is None:
                raise OperatorError(f"There is nobody with the address {address}.")
            link = await resets.issue(session, load_secrets(settings), user)
            audit.record(
                session,
                actor=None,
                actor_name=OPERATOR,
                action="password.link_issued",
                subject_kind="user",
                subject_id=user.id,
                subject=user.email,
                reason="Asked for on the command line.",
            )
    return link.path


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    if settings.database_url is None:
        raise OperatorError("DATABASE_URL is not set.")
    database = Database(str(settings.database_url))
    try:
        yield database
    except AppError as error:
        raise OperatorError(error.message) from None
    except DBAPIError as error:
        raise OperatorError(f"The database failed: {' '.join(str(error.orig).split())}") from error
    finally:
        await database.close()


async def _hashed(password: str) -> str:
    try:
        msgspec.convert(password, NewPassword)
    except msgspec.ValidationError:
        raise OperatorError("A password has between 10 and 1,024 characters.") from None
    passwords = Passwords()
    try:
        return await passwords.hash(password)
    finally:
        passwords.close()
