"""Signing in with a password, and signing up."""

from backend.accounts import emails, repository, tries
from backend.accounts.errors import AccountSuspended, PasswordsOff, SignupClosed, WrongCredentials
from backend.accounts.identity import Identity
from backend.accounts.passwords import Passwords
from backend.accounts.sessions import repository as session_rows
from backend.accounts.sessions.service import Opened, Sessions
from backend.accounts.tables import User
from backend.accounts.throttle import Throttle, Try
from backend.accounts.visitor import Visitor
from backend.admin import audit
from backend.database import Database
from backend.settings import Settings
from shared.accounts import LoginRequest, SignupRequest, UserRole

MISMATCH = "Email and password do not match."


class Door:
    """Lets people in."""

    def __init__(
        self, settings: Settings, database: Database, passwords: Passwords, throttle: Throttle, sessions: Sessions
    ) -> None:
        self._settings = settings
        self._database = database
        self._passwords = passwords
        self._throttle = throttle
        self._sessions = sessions

    async def sign_in(self, request: LoginRequest, visitor: Visitor, replaces: Identity | None = None) -> Opened:
        """A session for whoever knows the password; the one that the browser had before ends.

        An unknown address takes the same work, counts the same and reads the same as a wrong password. Raises
        `WrongCredentials`, `TooManyTries`, `AccountSuspended`, `PasswordsOff` and `Unavailable`.
        """
        if self._settings.password_sign_in == "off":
            raise PasswordsOff
        email = emails.as_typed(request.email)
        async with self._throttle.password(email, visitor.address) as tried:
            async with self._database.reading() as session:
                user = await repository.person_by_email(session, email)
            stored = None if user is None else user.password_hash
            right = await self._passwords.matches(stored, request.password)
            if user is None or stored is None or not right:
                await note_failure(self._database, user, tried, visitor)
                raise WrongCredentials(tries.told(MISMATCH, tried.left), details={"tries_left": tried.left})
            fresh = await self._passwords.hash(request.password) if self._passwords.is_outdated(stored) else stored
            async with self._database.unit_of_work() as session:
                await tried.was_right(session)
                if not await repository.replace_password(session, user.id, stored, fresh):
                    raise WrongCredentials(tries.told(MISMATCH, tried.left), details={"tries_left": tried.left})
                if not user.suspended:
                    new = await self._sessions.open(session, user.id, request.session, visitor)
                    if replaces is not None:
                        await session_rows.end_session(session, replaces.user_id, replaces.session_id)
        if user.suspended:
            raise AccountSuspended("This account is suspended. Ask an administrator.")
        if replaces is not None:
            self._sessions.forget([replaces.session_id])
        return await self._sessions.begin(new)

    async def sign_up(self, request: SignupRequest, visitor: Visitor) -> Opened:
        """A new person, signed in.

        Raises `SignupClosed`, `PasswordsOff`, `InvalidRequest`, `EmailTaken`, `TooManyTries` and `Unavailable`. The
        password is hashed before the address is looked up, so that only the answer tells whether it was taken.
        """
        if self._settings.password_sign_in == "off":
            raise PasswordsOff
        if self._settings.signup == "closed":
            raise SignupClosed("Accounts are made by an administrator here. Ask one for yours.")
        email, name = emails.normalised(request.email), emails.display_name(request.name)
        await self._throttle.sign_up(visitor.address)
        password_hash = await self._passwords.hash(request.password)
        async with self._database.unit_of_work() as session:
            user = await repository.create_person(
                session,
                email=email,
                name=name,
                password_hash=password_hash,
                role=UserRole.USER,
                plan=self._settings.default_plan,
                email_vouched=False,
            )
            audit.record(
                session,
                actor=None,
                actor_name=email,
                action="user.signed_up",
                subject_kind="user",
                subject_id=user.id,
                subject=email,
                reason="Sign-up is open.",
                address=visitor.address,
            )
            new = await self._sessions.open(session, user.id, request.session, visitor)
        return await self._sessions.begin(new)


async def note_failure(database: Database, user: User | None, tried: Try, visitor: Visitor) -> None:
    """Writes a failed try into the audit log, without what was typed."""
    async with database.unit_of_work() as session:
        audit.record(
            session,
            actor=None,
            actor_name="unknown visitor",
            action="sign_in.failed",
            subject_kind="user",
            subject_id=None if user is None else user.id,
            subject="no account" if user is None else user.email,
            reason="The password did not match.",
            after={"tries_left": tried.left},
            address=visitor.address,
        )
