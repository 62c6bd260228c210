"""Setting another password: by who knows the old one, or by a one-time link."""

from uuid import UUID

from backend.accounts import repository, resets, tries
from backend.accounts.door import note_failure
from backend.accounts.errors import NotSignedIn, PasswordsOff, SpentLink, WrongPassword
from backend.accounts.identity import Identity
from backend.accounts.passwords import Passwords
from backend.accounts.sessions import repository as session_rows
from backend.accounts.sessions.service import Sessions
from backend.accounts.throttle import Throttle
from backend.accounts.visitor import Visitor
from backend.admin import audit
from backend.admin.audit import Author
from backend.database import Database
from backend.errors import NotFound
from backend.secrets import Secrets
from backend.settings import Settings
from shared.accounts import PasswordChange, PasswordReset
from shared.admin import ResetLink

WRONG = "The current password is not right."
USED = "This link was used, has expired or was replaced by a newer one. Ask an administrator for another."


class PasswordChanges:
    """Changes passwords, and ends the sessions that were opened with the old one."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        secrets: Secrets,
        passwords: Passwords,
        throttle: Throttle,
        sessions: Sessions,
    ) -> None:
        self._on = settings.password_sign_in == "on"
        self._database = database
        self._secrets = secrets
        self._passwords = passwords
        self._throttle = throttle
        self._sessions = sessions

    async def change(self, identity: Identity, change: PasswordChange, visitor: Visitor) -> None:
        """Sets a new password and ends every other session. Wrong passwords count like failed sign-ins.

        Raises `WrongPassword`, `TooManyTries`, `PasswordsOff` and `Unavailable`.
        """
        self._check()
        async with self._throttle.password(identity.email, visitor.address) as tried:
            async with self._database.reading() as session:
                user = await repository.person(session, identity.user_id)
            if user is None:
                raise NotSignedIn("This account does not exist any more.")
            stored = user.password_hash
            right = await self._passwords.matches(stored, change.current)
            if stored is None or not right:
                await note_failure(self._database, user, tried, visitor)
                raise WrongPassword(tries.told(WRONG, tried.left), details={"tries_left": tried.left})
            fresh = await self._passwords.hash(change.new)
            async with self._database.unit_of_work() as session:
                await tried.was_right(session)
                if not await repository.replace_password(session, user.id, stored, fresh):
                    raise WrongPassword(tries.told(WRONG, tried.left), details={"tries_left": tried.left})
                await repository.void_resets(session, user.id)
                ended = await session_rows.end_sessions(session, user.id, keep=identity.session_id)
                audit.record_by(
                    session,
                    Author(identity=identity, address=visitor.address),
                    action="password.changed",
                    subject_kind="user",
                    subject_id=user.id,
                    subject=user.email,
                    reason="The person changed it.",
                )
        self._sessions.forget(ended)

    async def reset(self, reset: PasswordReset, visitor: Visitor) -> None:
        """Sets the password of a link's person, ends all their sessions and any pause.

        Raises `SpentLink` and `PasswordsOff`.
        """
        self._check()
        token_hash = self._secrets.digest("reset", reset.token)
        async with self._database.reading() as session:
            user = await repository.person_to_reset(session, token_hash)
        if user is None:
            raise SpentLink(USED)
        fresh = await self._passwords.hash(reset.new)
        async with self._database.unit_of_work() as session:
            await self._throttle.clear(session, user.email)
            await repository.set_password(session, user.id, fresh)
            if not await repository.use_reset(session, token_hash):
                raise SpentLink(USED)
            ended = await session_rows.end_sessions(session, user.id)
            audit.record(
                session,
                actor=None,
                actor_name=user.email,
                action="password.reset",
                subject_kind="user",
                subject_id=user.id,
                subject=user.email,
                reason="By a one-time link.",
                address=visitor.address,
            )
        self._sessions.forget(ended)

    async def link(self, user_id: UUID, author: Author) -> ResetLink:
        """A one-time link for a person. Raises `NotFound` and `PasswordsOff`."""
        self._check()
        async with self._database.unit_of_work() as session:
            user = await repository.person(session, user_id)
            if user is None:
                raise NotFound("There is no such person.")
            link = await resets.issue(session, self._secrets, user)
            audit.record_by(
                session,
                author,
                action="password.link_issued",
                subject_kind="user",
                subject_id=user.id,
                subject=user.email,
                reason="A one-time link was asked for.",
            )
        return link

    def _check(self) -> None:
        if not self._on:
            raise PasswordsOff
