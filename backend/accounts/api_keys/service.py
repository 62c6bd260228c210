"""Making, changing, rotating, renewing and revoking API keys; every one of these is in the audit log."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UnsetType
from sqlmodel.ext.asyncio.session import AsyncSession

from backend import paging
from backend.accounts.api_keys import repository, terms, views
from backend.accounts.api_keys.secret import new_secret, shown
from backend.accounts.identities import IdentityCache
from backend.accounts.identity import Identity
from backend.accounts.tables import ApiKey
from backend.admin.audit import Author, State, changed, record, record_by
from backend.catalogue.cache import CatalogueCache
from backend.columns import new_id
from backend.database import Database
from backend.errors import Conflict, NotFound
from backend.secrets import Secrets
from shared.api_keys import AdminApiKey, ApiKeyChange, ApiKeyView, NewApiKey, Renewal, Rotation, SecretApiKey
from shared.wire import Page

MOST_KEYS = 100
"""Of one person, not counting those that are revoked."""
MOST_SECRETS = 10
"""Good at once, of one key."""
RENEWALS = 200
"""In one run; the next one goes on."""
BY_OWNER = "By its owner."


class ApiKeys:
    """Everybody's keys. What ends here is forgotten in this process at once, in the others by notification."""

    def __init__(
        self, database: Database, secrets: Secrets, identities: IdentityCache, catalogue: CatalogueCache
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._identities = identities
        self._catalogue = catalogue

    async def make(self, author: Author, wanted: NewApiKey) -> SecretApiKey:
        """A new key with its secret. Raises `InvalidRequest`, and `Conflict` for a name or number that is taken."""
        secret, owner = new_secret(), author.identity
        async with self._database.unit_of_work() as session:
            await repository.keep_others_out(session, owner.user_id)
            if await repository.living(session, owner.user_id) >= MOST_KEYS:
                raise Conflict(f"You have {MOST_KEYS} keys, which is the limit. Revoke one first.")
            key = ApiKey(
                id=new_id(), organisation_id=owner.organisation_id, user_id=owner.user_id, name="", prefix=shown(secret)
            )
            await self._set(session, key, ApiKeyChange(**msgspec.structs.asdict(wanted)))
            session.add(key)
            await session.flush()
            await repository.add_secret(session, key.id, self._digest(secret))
            _record(session, author, "api_key.created", key, after=_state(key))
            return views.with_secret(await _found(session, key.id), secret)

    async def page(self, owner: Identity, limit: int, cursor: str | None) -> Page[ApiKeyView]:
        """The owner's keys that are not revoked, newest first. Raises `InvalidRequest` for a foreign cursor."""
        seen = paging.after(cursor, tuple[UUID])
        async with self._database.reading() as session:
            rows = await repository.keys_of(session, owner, seen[0] if seen else None, limit + 1)
        return paging.page(rows, limit, lambda row: (row.key.id,), views.view)

    async def everybodys(self, user_id: UUID | None, limit: int, cursor: str | None) -> Page[AdminApiKey]:
        """Everybody's or one person's keys, newest first. Raises `InvalidRequest` for a foreign cursor."""
        seen = paging.after(cursor, tuple[UUID])
        async with self._database.reading() as session:
            rows = await repository.all_keys(session, user_id, seen[0] if seen else None, limit + 1)
        return paging.page(rows, limit, lambda row: (row.key.id,), views.for_admin)

    async def one(self, owner: Identity, key_id: UUID) -> ApiKeyView:
        """One key of the owner's. Raises `NotFound`."""
        async with self._database.reading() as session:
            return views.view(await _found(session, key_id, owner))

    async def change(self, author: Author, key_id: UUID, wanted: ApiKeyChange) -> ApiKeyView:
        """Changes what is named, at once everywhere. Raises `NotFound`, `InvalidRequest` and `Conflict`."""
        async with self._database.unit_of_work() as session:
            key = await _usable(session, key_id, author.identity)
            before = _state(key)
            await self._set(session, key, wanted)
            session.add(key)
            await session.flush()
            was, is_ = changed(before, _state(key))
            if is_:
                _record(session, author, "api_key.changed", key, before=was, after=is_)
            shown_ = views.view(await _found(session, key.id))
        self._identities.forget_user(author.identity.user_id)
        return shown_

    async def rotate(self, author: Author, key_id: UUID, wanted: Rotation) -> SecretApiKey:
        """A new secret; those of before end after the overlap. Raises `NotFound` and `Conflict`."""
        secret = new_secret()
        async with self._database.unit_of_work() as session:
            key = await _usable(session, key_id, author.identity)
            await repository.end_secrets(session, key.id, timedelta(hours=wanted.overlap_hours))
            if await repository.good_secrets(session, key.id) >= MOST_SECRETS:
                raise Conflict("Too many secrets of this key are still good. Rotate with a shorter overlap.")
            await repository.add_secret(session, key.id, self._digest(secret))
            key.prefix, key.rotated_at = shown(secret), await repository.now(session)
            session.add(key)
            await session.flush()
            _record(session, author, "api_key.rotated", key, after={"overlap_hours": wanted.overlap_hours})
            made = views.with_secret(await _found(session, key.id), secret)
        self._identities.forget_user(author.identity.user_id)
        return made

    async def revoke(self, author: Author, key_id: UUID) -> None:
        """Ends one of the owner's keys for good, at once everywhere; again is no mistake. Raises `NotFound`."""
        await self._revoke(author, key_id, author.identity, BY_OWNER)

    async def revoke_anybodys(self, author: Author, key_id: UUID, reason: str) -> None:
        """An admin ends somebody's key. Raises `NotFound`."""
        await self._revoke(author, key_id, None, reason)

    async def renew(self) -> None:
        """Makes the keys last longer that are to be renewed and would soon expire."""
        async with self._database.reading() as session:
            due = await repository.due_for_renewal(session, RENEWALS)
        for key_id in due:
            async with self._database.unit_of_work() as session:
                key = await repository.locked_key(session, key_id, None)
                if key is None or not await repository.is_due(session, key_id):
                    continue
                _renew(session, key)
                key.renewed_at = await repository.now(session)
                session.add(key)
            self._identities.forget_user(key.user_id)

    async def _revoke(self, author: Author, key_id: UUID, owner: Identity | None, reason: str) -> None:
        async with self._database.unit_of_work() as session:
            key = await repository.locked_key(session, key_id, owner)
            if key is None:
                raise _no_key()
            if key.revoked_at is None:
                key.revoked_at = await repository.now(session)
                session.add(key)
                await repository.end_secrets(session, key.id, timedelta(0))
                _record(session, author, "api_key.revoked", key, reason=reason)
            user_id = key.user_id
        self._identities.forget_user(user_id)

    async def _set(self, session: AsyncSession, key: ApiKey, wanted: ApiKeyChange) -> None:
        if not isinstance(wanted.name, UnsetType):
            name = terms.key_name(wanted.name)
            if await repository.is_taken(session, key, name):
                raise Conflict("You have another key of this name.")
            key.name = name
        if not isinstance(wanted.scopes, UnsetType):
            key.scopes = terms.scope_names(wanted.scopes)
        if not isinstance(wanted.allowed_models, UnsetType):
            key.allowed_models = terms.model_names(wanted.allowed_models, self._catalogue.current)
        if not isinstance(wanted.expires_at, UnsetType):
            terms.check_end(wanted.expires_at, await repository.now(session))
            key.expires_at = wanted.expires_at
        if not isinstance(wanted.limits, UnsetType):
            key.limits = msgspec.to_builtins(wanted.limits)
        if not isinstance(wanted.monthly_credits, UnsetType):
            terms.check_cap(wanted.monthly_credits)
            key.monthly_credits = wanted.monthly_credits
        if not isinstance(wanted.renewal, UnsetType):
            key.renewal_days = None if wanted.renewal is None else wanted.renewal.period_days
            key.renewal_lead_days = None if wanted.renewal is None else wanted.renewal.days_before
        terms.check_renewal(_renewal(key), key.expires_at)

    def _digest(self, secret: str) -> bytes:
        return self._secrets.digest("api-key", secret)


def _renew(session: AsyncSession, key: ApiKey) -> None:
    if key.expires_at is None or key.renewal_days is None:
        return
    before = key.expires_at
    key.expires_at = before + timedelta(days=key.renewal_days)
    record(
        session,
        actor=None,
        actor_name="Fairlead",
        action="api_key.renewed",
        subject_kind="api_key",
        subject_id=key.id,
        subject=key.name,
        reason="It is set to renew.",
        before={"expires_at": before},
        after={"expires_at": key.expires_at},
    )


async def _found(session: AsyncSession, key_id: UUID, owner: Identity | None = None) -> repository.Listed:
    found = await repository.one_key(session, key_id, owner)
    if found is None:
        raise _no_key()
    return found


async def _usable(session: AsyncSession, key_id: UUID, owner: Identity) -> ApiKey:
    key = await repository.locked_key(session, key_id, owner)
    if key is None:
        raise _no_key()
    if key.revoked_at is not None:
        raise Conflict("This key is revoked for good. Make another one.")
    return key


def _no_key() -> NotFound:
    return NotFound("There is no such key.")


def _renewal(key: ApiKey) -> Renewal | None:
    if key.renewal_days is None or key.renewal_lead_days is None:
        return None
    return Renewal(period_days=key.renewal_days, days_before=key.renewal_lead_days)


def _state(key: ApiKey) -> dict[str, Any]:
    """What the audit log says of a key; its secrets are not among it."""
    names = ("name", "scopes", "allowed_models", "limits", "monthly_credits", "expires_at")
    return {name: getattr(key, name) for name in names} | {"renewal": _renewal(key)}


def _record(
    session: AsyncSession,
    author: Author,
    action: str,
    key: ApiKey,
    *,
    reason: str = BY_OWNER,
    before: State | None = None,
    after: State | None = None,
) -> None:
    record_by(
        session,
        author,
        action=action,
        subject_kind="api_key",
        subject_id=key.id,
        subject=key.name,
        reason=reason,
        before=before,
        after=after,
    )
