"""Who a token stands for, without asking the database while the answer is fresh."""

import hashlib
import time
from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from backend.accounts.api_keys import repository as keys
from backend.accounts.api_keys.secret import PREFIX, is_secret
from backend.accounts.identity import Identity
from backend.accounts.sessions import repository
from backend.accounts.sessions.repository import Found
from backend.accounts.sessions.tokens import SESSION_PREFIX, AccessTokens, Claims
from backend.database import Database
from backend.secrets import Secrets

FRESH_SECONDS = 60.0
"""How long an identity is believed when no notification says otherwise."""
MOST_IDENTITIES = 20_000
MOST_CLAIMS = 20_000


class Entry(Struct, frozen=True):
    """An identity and until when (monotonic clock) it is believed."""

    identity: Identity
    until: float


class IdentityCache:
    """Identities by the digest of their token. Keeps no token.

    Whoever hears of a change says so with `forget_user`, `forget_session` or, after notifications may have been
    missed, `clear`. An answer that was on its way at that moment is used once and not kept.
    """

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self._database = database
        self._secrets = secrets
        self._access_tokens = AccessTokens(secrets)
        self._entries: dict[bytes, Entry] = {}
        self._claims: dict[bytes, Claims] = {}
        self._keys: dict[UUID, set[bytes]] = {}
        self._used: set[UUID] = set()
        self._used_keys: set[UUID] = set()
        self._changes = 0

    async def resolve(self, token: str) -> Identity | None:
        """Who presents this token; None when it is unknown, expired, revoked, or its person suspended.

        Raises `psycopg.OperationalError` when the answer is not fresh and PostgreSQL is away.
        """
        key = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        entry = self._entries.get(key)
        if entry is not None and entry.until > time.monotonic():
            return entry.identity
        return await self._ask(key, token)

    def forget_user(self, user_id: UUID) -> None:
        """Something about a person changed."""
        self._forget(user_id)

    def forget_session(self, session_id: UUID) -> None:
        """A session ended."""
        self._forget(session_id)

    def clear(self) -> None:
        """Anything may have changed."""
        self._changes += 1
        self._entries.clear()
        self._keys.clear()

    def take_used(self) -> list[UUID]:
        """The sessions seen since the last call."""
        used, self._used = self._used, set()
        return list(used)

    def take_used_keys(self) -> list[UUID]:
        """The API keys seen since the last call."""
        used, self._used_keys = self._used_keys, set()
        return list(used)

    def give_back_used_keys(self, key_ids: Iterable[UUID]) -> None:
        """API keys that were taken and could not be noted."""
        self._used_keys.update(key_ids)

    def give_back_used(self, session_ids: Iterable[UUID]) -> None:
        """Sessions that were taken and could not be noted."""
        self._used.update(session_ids)

    async def _ask(self, key: bytes, token: str) -> Identity | None:
        before, started = self._changes, time.monotonic()
        found, believed = await self._found(key, token)
        if found is None:
            self._drop(key)
            return None
        (self._used if found.identity.key is None else self._used_keys).add(found.identity.session_id)
        if before == self._changes:
            self._keep(key, Entry(found.identity, started + min(FRESH_SECONDS, found.seconds, believed)))
        return found.identity

    async def _found(self, key: bytes, token: str) -> tuple[Found | None, float]:
        if token.startswith(SESSION_PREFIX):
            digest = self._secrets.digest("session", token)
            return await repository.identity_by_token(self._database, digest), FRESH_SECONDS
        if token.startswith(PREFIX):
            if not is_secret(token):
                return None, 0
            return await keys.identity_by_secret(self._database, self._secrets.digest("api-key", token)), FRESH_SECONDS
        claims = self._verified(key, token)
        if claims is None:
            return None, 0
        found = await repository.identity_by_session(self._database, claims.sid)
        if found is None or found.identity.user_id != claims.sub or found.identity.credential != "token":
            return None, 0
        return found, claims.exp - time.time()

    def _verified(self, key: bytes, token: str) -> Claims | None:
        claims = self._claims.get(key)
        if claims is None:
            claims = self._access_tokens.read(token, time.time())
            if claims is not None:
                _make_room(self._claims, MOST_CLAIMS)
                self._claims[key] = claims
        elif claims.exp <= time.time():
            del self._claims[key]
            return None
        return claims

    def _keep(self, key: bytes, entry: Entry) -> None:
        self._drop(key)
        while len(self._entries) >= MOST_IDENTITIES:
            self._drop(next(iter(self._entries)))
        self._entries[key] = entry
        for id_ in (entry.identity.user_id, entry.identity.session_id):
            self._keys.setdefault(id_, set()).add(key)

    def _forget(self, id_: UUID) -> None:
        self._changes += 1
        for key in tuple(self._keys.get(id_, ())):
            self._drop(key)

    def _drop(self, key: bytes) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        for id_ in (entry.identity.user_id, entry.identity.session_id):
            keys = self._keys[id_]
            keys.discard(key)
            if not keys:
                del self._keys[id_]


def _make_room(claims: dict[bytes, Claims], most: int) -> None:
    while len(claims) >= most:
        del claims[next(iter(claims))]
