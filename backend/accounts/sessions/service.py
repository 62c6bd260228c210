"""Opening, renewing and ending sessions."""

import time
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct
from sqlmodel.ext.asyncio.session import AsyncSession

from backend import paging
from backend.accounts import views
from backend.accounts.errors import NotSignedIn
from backend.accounts.identities import IdentityCache
from backend.accounts.identity import Identity
from backend.accounts.sessions import repository
from backend.accounts.sessions.repository import Spending
from backend.accounts.sessions.tokens import ACCESS_SECONDS, AccessTokens, new_token
from backend.accounts.visitor import Visitor
from backend.admin import audit
from backend.database import Database
from backend.errors import NotFound
from backend.secrets import Secrets
from shared.accounts import SessionView, Tokens
from shared.wire import Page

Kind = Literal["cookie", "token"]


class NewSession(Struct, frozen=True, kw_only=True):
    """A session with its one secret: what the cookie holds, or the first refresh token."""

    id: UUID
    kind: Kind
    secret: str

    def __repr__(self) -> str:
        return f"NewSession({self.id})"


class Opened(Struct, frozen=True, kw_only=True):
    """A session that is in force: a browser's cookie or a script's tokens."""

    identity: Identity
    cookie: str | None = None
    tokens: Tokens | None = None

    def __repr__(self) -> str:
        return f"Opened({self.identity})"


class Sessions:
    """The sessions of everybody. What ends here is forgotten in this process at once."""

    def __init__(self, database: Database, secrets: Secrets, identities: IdentityCache) -> None:
        self._database = database
        self._secrets = secrets
        self._identities = identities
        self._access_tokens = AccessTokens(secrets)

    async def open(self, session: AsyncSession, user_id: UUID, kind: Kind, visitor: Visitor) -> NewSession:
        """Adds a session to the caller's unit of work; `begin` it once that is committed."""
        secret = new_token("session" if kind == "cookie" else "refresh")
        made = await repository.open_session(
            session,
            user_id=user_id,
            token_hash=self._secrets.digest("session", secret) if kind == "cookie" else None,
            user_agent=visitor.user_agent,
            address=visitor.address,
        )
        if kind == "token":
            await repository.add_refresh_token(session, made, self._secrets.digest("refresh", secret))
        return NewSession(id=made, kind=kind, secret=secret)

    async def begin(self, new: NewSession) -> Opened:
        """What the new session gives. Raises `NotSignedIn` when it was ended meanwhile."""
        found = await repository.identity_by_session(self._database, new.id)
        if found is None:
            raise NotSignedIn("The session was ended as it began. Sign in again.")
        if new.kind == "cookie":
            return Opened(identity=found.identity, cookie=new.secret)
        return Opened(identity=found.identity, tokens=self._tokens(found.identity, new.secret))

    async def renew(self, refresh_token: str) -> Tokens:
        """New tokens for a refresh token, which works once.

        Raises `NotSignedIn`; a token that was used before ends its session, as one of its two holders stole it.
        """
        following = new_token("refresh")
        identity: Identity | None = None
        async with self._database.unit_of_work() as session:
            spending, session_id = await repository.spend_refresh_token(
                session, self._secrets.digest("refresh", refresh_token), self._secrets.digest("refresh", following)
            )
            if spending is Spending.SPENT and session_id is not None:
                identity = await repository.identity_within(session, session_id)
            elif spending is Spending.REUSED:
                audit.record(
                    session,
                    actor=None,
                    actor_name="Fairlead",
                    action="session.ended",
                    subject_kind="session",
                    subject_id=session_id,
                    subject="session",
                    reason="A refresh token was used a second time.",
                )
        if spending is Spending.REUSED and session_id is not None:
            self.forget([session_id])
        if identity is None:
            raise NotSignedIn("The refresh token was used, has expired or is unknown. Sign in again.")
        return self._tokens(identity, following)

    async def page(self, identity: Identity, limit: int, cursor: str | None) -> Page[SessionView]:
        """The caller's sessions, newest first. Raises `InvalidRequest` for a foreign cursor."""
        key = paging.after(cursor, tuple[UUID])
        async with self._database.reading() as session:
            rows = await repository.live_sessions(session, identity.user_id, key[0] if key else None, limit + 1)
        return paging.page(rows, limit, lambda row: (row.id,), lambda row: views.session(row, identity.session_id))

    async def end(self, identity: Identity, session_id: UUID) -> None:
        """Ends one of the caller's sessions. Raises `NotFound` when it is not theirs or has ended."""
        async with self._database.unit_of_work() as session:
            ended = await repository.end_session(session, identity.user_id, session_id)
        if not ended:
            raise NotFound("There is no such session. It may have ended already.")
        self.forget([session_id])

    async def end_others(self, identity: Identity) -> None:
        """Ends every session of the caller but the one that asks."""
        async with self._database.unit_of_work() as session:
            ended = await repository.end_sessions(session, identity.user_id, keep=identity.session_id)
        self.forget(ended)

    async def sign_out(self, identity: Identity) -> None:
        """Ends the session that asks; nothing if somebody else just did."""
        async with self._database.unit_of_work() as session:
            await repository.end_session(session, identity.user_id, identity.session_id)
        self.forget([identity.session_id])

    def forget(self, session_ids: Sequence[UUID]) -> None:
        """Drops ended sessions from this process without waiting for the notification."""
        for session_id in session_ids:
            self._identities.forget_session(session_id)

    def _tokens(self, identity: Identity, refresh_token: str) -> Tokens:
        return Tokens(
            access_token=self._access_tokens.issue(identity, int(time.time())),
            refresh_token=refresh_token,
            expires_in=ACCESS_SECONDS,
        )
