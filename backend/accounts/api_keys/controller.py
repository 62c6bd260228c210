"""`/v1/api-keys`: a person's own keys. No key can be used here."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Request, delete, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.accounts.api_keys.service import ApiKeys
from backend.accounts.guards import requires_role, signed_in
from backend.accounts.identity import Identity
from backend.admin.audit import Author
from backend.openapi import errors
from backend.paging import DEFAULT_LIMIT, Cursor, Limit
from shared.accounts import UserRole
from shared.api_keys import AdminApiKey, ApiKeyChange, ApiKeyView, NewApiKey, Rotation, SecretApiKey
from shared.paths import ADMIN, API_KEYS
from shared.wire import Page, Reason

NO_STORE = {"cache-control": "no-store"}

AnyRequest = Request[Identity, str, State]
Whose = Annotated[UUID | None, QueryParameter(required=False, description="Everybody's when left out.")]
Why = Annotated[Reason, QueryParameter(description="As it will stand in the audit log.")]


class ApiKeysController(Controller):
    """Keys by which programs ask in their person's name. Secrets are in two answers only, which may not be cached."""

    path = API_KEYS
    guards = [signed_in]
    tags = ["API keys"]
    response_headers = NO_STORE

    @post(operation_id="MakeApiKey", summary="Make a key", responses=errors(400, 401, 403, 409))
    async def make(
        self, data: JSONBody[NewApiKey], request: AnyRequest, api_keys: NamedDependency[ApiKeys]
    ) -> SecretApiKey:
        """`key` is shown this once: only its hash is kept."""
        return await api_keys.make(_author(request), data)

    @get(operation_id="ListApiKeys", summary="Your keys", responses=errors(400, 401, 403))
    async def index(
        self,
        identity: NamedDependency[Identity],
        api_keys: NamedDependency[ApiKeys],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[ApiKeyView]:
        """Those that are not revoked, newest first."""
        return await api_keys.page(identity, limit, cursor)

    @get("/{key_id:uuid}", operation_id="GetApiKey", summary="One of your keys", responses=errors(400, 401, 403, 404))
    async def one(
        self, key_id: FromPath[UUID], identity: NamedDependency[Identity], api_keys: NamedDependency[ApiKeys]
    ) -> ApiKeyView:
        """Also one that is revoked."""
        return await api_keys.one(identity, key_id)

    @put(
        "/{key_id:uuid}",
        operation_id="ChangeApiKey",
        summary="Change one of your keys",
        responses=errors(400, 401, 403, 404, 409),
    )
    async def change(
        self,
        key_id: FromPath[UUID],
        data: JSONBody[ApiKeyChange],
        request: AnyRequest,
        api_keys: NamedDependency[ApiKeys],
    ) -> ApiKeyView:
        """At once. What is left out stays, null takes a restriction away; a later end brings an expired key back."""
        return await api_keys.change(_author(request), key_id, data)

    @delete(
        "/{key_id:uuid}",
        operation_id="RevokeApiKey",
        summary="Revoke one of your keys",
        responses=errors(400, 401, 403, 404),
    )
    async def revoke(self, key_id: FromPath[UUID], request: AnyRequest, api_keys: NamedDependency[ApiKeys]) -> None:
        """At once and for good, in every process. What it asked for before goes on."""
        await api_keys.revoke(_author(request), key_id)

    @post(
        "/{key_id:uuid}/rotate",
        operation_id="RotateApiKey",
        summary="Give a key a new secret",
        status_code=200,
        responses=errors(400, 401, 403, 404, 409),
    )
    async def rotate(
        self,
        key_id: FromPath[UUID],
        data: JSONBody[Rotation],
        request: AnyRequest,
        api_keys: NamedDependency[ApiKeys],
    ) -> SecretApiKey:
        """`key` is shown this once. Secrets of before stay good for the overlap, 24 hours unless said otherwise."""
        return await api_keys.rotate(_author(request), key_id, data)


class AdminApiKeysController(Controller):
    """Everybody's keys."""

    path = f"{ADMIN}/api-keys"
    guards = [requires_role(UserRole.ADMIN)]
    tags = ["Admin: people"]

    @get(operation_id="ListAllApiKeys", summary="Everybody's keys", responses=errors(400, 401, 403))
    async def index(
        self,
        api_keys: NamedDependency[ApiKeys],
        user_id: Whose = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[AdminApiKey]:
        """Also those that are revoked, newest first."""
        return await api_keys.everybodys(user_id, limit, cursor)

    @delete(
        "/{key_id:uuid}",
        operation_id="RevokeAnyApiKey",
        summary="Revoke somebody's key",
        responses=errors(400, 401, 403, 404),
    )
    async def revoke(
        self, key_id: FromPath[UUID], request: AnyRequest, api_keys: NamedDependency[ApiKeys], reason: Why
    ) -> None:
        """At once and for good, in every process."""
        await api_keys.revoke_anybodys(_author(request), key_id, reason)


def _author(request: AnyRequest) -> Author:
    return Author(identity=request.user, address=request.state.address)
