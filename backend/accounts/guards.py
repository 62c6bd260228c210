"""What a caller must be, or must prove, before a handler runs."""

from collections.abc import Callable

from litestar.handlers.base import BaseRouteHandler
from litestar.types import Guard

from backend.accounts.api_keys.reach import requires_scope
from backend.accounts.errors import ForeignPage, NotJson, NotSignedIn
from backend.accounts.identity import Identity
from backend.accounts.origins import Connection, is_ours, stated_origin
from backend.errors import NotAllowed
from backend.settings import Settings
from shared.accounts import UserRole

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def caller(request: Connection) -> Identity:
    """The identity that the edge found, for every guard and handler that asks who it is.

    Raises `NotSignedIn` when there is none, and `NotAllowed` for an API key at an operation beyond its scopes.
    """
    identity = request.scope.get("user")
    if not isinstance(identity, Identity):
        raise NotSignedIn("Sign in first: there is no session, or it has ended.")
    if identity.key is not None:
        requires_scope(identity, str(request.scope.get("method")), request.scope["path_template"])
    return identity


async def signed_in(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Guard: somebody. Raises `NotSignedIn`. (Litestar would run a guard that is no coroutine in a thread.)"""
    caller(connection)


def requires_role(role: UserRole) -> Guard:
    """Guard: somebody who may do what this role may. Raises `NotSignedIn` and `NotAllowed`."""

    async def guard(connection: Connection, _handler: BaseRouteHandler) -> None:
        if not caller(connection).may_act_as(role):
            raise NotAllowed(f"This needs the role {role.value}. An administrator can give it to you.")

    return guard


def same_origin_writes(settings: Settings) -> Callable[[Connection], None]:
    """A check before every handler: no foreign page makes a browser write.

    A write without an `Authorization` header must be JSON, and the page that a browser names must be ours; by the
    session cookie it must be named. Without cookie and page (a script signing in) there is nothing to abuse.
    Raises `ForeignPage` and `NotJson`.
    """

    def check(connection: Connection) -> None:
        if connection.scope.get("method", "GET") in READING or "authorization" in connection.headers:
            return
        origin, site = stated_origin(connection), connection.headers.get("sec-fetch-site")
        ours = site == "same-origin" or (origin is not None and is_ours(origin, connection, settings))
        if not ours and (origin is not None or site is not None or _by_cookie(connection)):
            raise ForeignPage(
                "This write does not come from a page of this server. If it does, an administrator must add the"
                " page's origin to FAIRLEAD_PUBLIC_ORIGINS."
            )
        if _has_body(connection) and _media_type(connection) != "application/json":
            raise NotJson("Send the body as JSON, with the header Content-Type: application/json.")

    return check


def _by_cookie(connection: Connection) -> bool:
    return connection.scope.get("user") is not None and getattr(connection.state, "credential", "") == "cookie"


def _has_body(connection: Connection) -> bool:
    return "transfer-encoding" in connection.headers or connection.headers.get("content-length", "0") != "0"


def _media_type(connection: Connection) -> str:
    return connection.headers.get("content-type", "").partition(";")[0].strip().lower()
