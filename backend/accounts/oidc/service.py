"""Signing in with OpenID providers, and out again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from backend.accounts.errors import EmailTaken
from backend.accounts.identity import Identity
from backend.accounts.oidc import attempt as attempts
from backend.accounts.oidc import repository
from backend.accounts.oidc.attempt import COOKIE_PATH, LASTS_SECONDS, Attempt
from backend.accounts.oidc.errors import SignInFailed, away
from backend.accounts.oidc.grants import apply_groups
from backend.accounts.oidc.party import Proven, RelyingParty
from backend.accounts.oidc.people import find_or_add
from backend.accounts.sessions import repository as session_rows
from backend.accounts.sessions.service import Opened, Sessions
from backend.accounts.visitor import Visitor
from backend.database import Database
from backend.errors import NotFound
from backend.secrets import Secrets, UnreadableSecretError
from backend.settings import Settings
from shared.sign_on import SignInTrouble, SingleSignOn

PATIENCE_SECONDS = 8
"""For all calls of one step. The web app's proxy waits 10 s (`FAIRLEAD_API_TIMEOUT`) for us."""
FAREWELL_SECONDS = 2
"""How long signing out may wait for the provider: our own session has ended by then."""

log = structlog.get_logger()


class SignOn:
    """The providers of this installation. Close it in the loop that used it."""

    def __init__(self, settings: Settings, database: Database, secrets: Secrets, sessions: Sessions) -> None:
        self._settings = settings
        self._database = database
        self._secrets = secrets
        self._sessions = sessions
        self._parties = {name: RelyingParty(provider) for name, provider in settings.oidc.items()}

    def offered(self) -> list[SingleSignOn]:
        """What the sign-in page shows."""
        return [
            SingleSignOn(name=name, label=party.provider.label, start=f"{COOKIE_PATH}/{name}/start")
            for name, party in self._parties.items()
        ]

    async def start(self, name: str, origin: str, return_to: str) -> tuple[str, Attempt]:
        """Where the browser goes, and what it must bring back to `origin`. Raises `NotFound` and `SignInFailed`."""
        party = self._party(name)
        attempt = attempts.begin(name, f"{origin}{COOKIE_PATH}/{name}/callback", return_to)
        async with _patiently():
            return await party.authorization_url(attempt), attempt

    def sealed(self, attempt: Attempt) -> str:
        """An attempt for the browser to keep."""
        return attempts.sealed(attempt, self._secrets)

    async def resume(self, name: str, state: str, cookie: str | None) -> Attempt:
        """The attempt that comes back, for the first time. Raises `NotFound` and `SignInFailed`."""
        self._party(name)
        attempt = attempts.opened(cookie, state, name, self._secrets)
        async with self._database.unit_of_work() as session:
            fresh = await repository.spend(session, self._secrets.digest("oidc-state", state), 2 * LASTS_SECONDS)
        if not fresh:
            raise attempts.expired("the sign-in came back before")
        return attempt

    async def finish(
        self, attempt: Attempt, code: str, issuer: str | None, visitor: Visitor, replaces: Identity | None
    ) -> Opened:
        """A session for whoever comes with this code; the one that the browser had before ends.

        Raises `SignInFailed`, and `Unavailable` without a plan for new people.
        """
        party = self._party(attempt.provider)
        async with _patiently():
            proven = await party.redeem(attempt, code, issuer)
        try:
            return await self._let_in(attempt.provider, proven, visitor, replaces)
        except EmailTaken:
            raise SignInFailed(SignInTrouble.BUSY, "the account was made at the same moment") from None

    async def farewell(self, identity: Identity, origin: str) -> str | None:
        """Where the browser ends the provider's session, if the asking one began there."""
        if not self._parties:
            return None
        async with self._database.reading() as session:
            began = await repository.external_session(session, identity.session_id)
        party = None if began is None else self._parties.get(began.provider)
        if began is None or party is None:
            return None
        hint = None
        if began.id_token_ciphertext is not None:
            try:
                hint = self._secrets.unseal(began.id_token_ciphertext, _owner(identity.session_id))
            except UnreadableSecretError:
                log.warning("unreadable_id_token")
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                return await party.sign_out_url(hint, f"{origin}/")
        except TimeoutError:
            return None

    async def close(self) -> None:
        """Closes every connection."""
        for party in self._parties.values():
            await party.close()

    async def _let_in(self, name: str, proven: Proven, visitor: Visitor, replaces: Identity | None) -> Opened:
        provider, facts = self._parties[name].provider, proven.facts
        async with self._database.unit_of_work() as session:
            found = await find_or_add(session, facts, provider, self._settings, visitor.address)
            await apply_groups(session, found, facts.groups, provider, self._settings.default_plan)
            new = await self._sessions.open(session, found.user.id, "cookie", visitor)
            hint = None if proven.hint is None else self._secrets.seal(proven.hint, _owner(new.id))
            await repository.add_session(session, new.id, name, hint)
            if replaces is not None:
                await session_rows.end_session(session, replaces.user_id, replaces.session_id)
        self._sessions.forget([*found.ended, *([] if replaces is None else [replaces.session_id])])
        return await self._sessions.begin(new)

    def _party(self, name: str) -> RelyingParty:
        party = self._parties.get(name)
        if party is None:
            raise NotFound("There is no such OpenID provider.")
        return party


@asynccontextmanager
async def _patiently() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield
    except TimeoutError:
        raise away("no answers in time") from None


def _owner(session_id: UUID) -> str:
    return f"id-token:{session_id}"
