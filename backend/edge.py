"""The outermost layer: request id, client address, identity and security headers for every request.

One plain ASGI middleware, because each layer costs on the hot path.
"""

from ipaddress import IPv6Address, ip_address
from typing import Literal
from uuid import UUID

import psycopg
import psycopg_pool
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from backend.accounts.api_keys.secret import PREFIX
from backend.accounts.guards import READING, same_origin_writes
from backend.accounts.identities import IdentityCache
from backend.columns import new_id
from backend.errors import AppError, Unavailable
from backend.load import MAX_BODY_BYTES, Load
from backend.settings import Settings
from backend.v1.shapes import in_shape
from shared.paths import REQUEST_ID_HEADER, SESSION_COOKIE
from shared.wire import encode

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline';"
    " object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
]
_AWAY = Unavailable("The database cannot be reached at the moment. Try again.", retry_after=2)
_COOKIE = SESSION_COOKIE.encode()
_API_KEY = b"x-api-key"
_KEY = PREFIX.encode()
_REQUEST_ID = REQUEST_ID_HEADER.encode()


class Edge:
    """Sets `request.user`, `request.auth` (the token) and, in `request.state`, what handlers need to know of it.

    An API key comes as a bearer token, or in `x-api-key` (as docs.anthropic.com/en/api/overview has it).

    `request_id`; `address`, "" when unknown; `secure`, whether the client speaks https; `credential`, `cookie` or
        `bearer` or "".
    """

    def __init__(self, app: ASGIApp, *, identities: IdentityCache, load: Load, settings: Settings) -> None:
        self._app = app
        self._load = load
        self._identities = identities
        self._trusted = settings.trusted_proxies
        self._check_origin = same_origin_writes(settings)
        self._peers: dict[str, bool] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Runs the request inside."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = new_id()
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        state["address"] = self._address(scope)
        state["secure"] = scope["scheme"] == "https" or self._forwarded_proto(scope) == b"https"
        token, state["credential"] = _credential(scope)
        scope["auth"] = token
        inside, size = self._app, _size(scope)
        try:
            self._load.take_in(size)
        except AppError as error:
            inside, size = _refusal(error, scope, request_id), 0
        try:
            scope["user"] = await self._identities.resolve(token) if token else None
            if state["credential"] != "bearer" and scope["method"] not in READING:
                self._check_origin(ASGIConnection(scope))
        except (psycopg.Error, psycopg_pool.PoolTimeout):
            inside = _refusal(_AWAY, scope, request_id)
        except AppError as error:
            inside = _refusal(error, scope, request_id)

        shown = str(request_id).encode()

        async def respond(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                more = [header for header in _HEADERS if header[0] not in present]
                if _REQUEST_ID not in present:
                    more.append((_REQUEST_ID, shown))
                message["headers"] = [*message["headers"], *more]
            await send(message)

        try:
            await inside(scope, receive, respond)
        finally:
            self._load.let_go(size)

    def _address(self, scope: Scope) -> str:
        """The client's address, as far as trusted proxies tell.

        A trusted peer that forwards nothing is the machine itself: its address says nothing about whom to
        throttle, so it is unknown.
        """
        client = scope.get("client")
        peer = client[0] if client else ""
        if not self._is_trusted(peer):
            return _parsed(peer) or peer
        forwarded = _header(scope, b"x-forwarded-for")
        if not forwarded:
            return ""
        for hop in reversed(forwarded.decode("latin-1").split(",")):
            address = _parsed(hop.strip())
            if address is None:
                break
            if not self._is_trusted(address):
                return address
        return ""

    def _forwarded_proto(self, scope: Scope) -> bytes:
        client = scope.get("client")
        if client is None or not self._is_trusted(client[0]):
            return b""
        return _header(scope, b"x-forwarded-proto")

    def _is_trusted(self, peer: str) -> bool:
        known = self._peers.get(peer)
        if known is None:
            address = _parsed(peer)
            known = address is not None and any(ip_address(address) in network for network in self._trusted)
            if len(self._peers) < 10_000:
                self._peers[peer] = known
        return known


def _header(scope: Scope, name: bytes) -> bytes:
    """A list header whole: lines of one name count as one (RFC 9110 §5.3), and a client may have begun it."""
    return b",".join(value for key, value in scope["headers"] if key == name)


def _credential(scope: Scope) -> tuple[str, Literal["bearer", "cookie", ""]]:
    """The token a request carries and how. With a header for it the cookie never counts; a key is no cookie."""
    cookie = b""
    key: bytes | None = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, token = value.partition(b" ")
            return (token.strip().decode("latin-1") if scheme.lower() == b"bearer" else ""), "bearer"
        if name == _API_KEY:
            key = value
        elif name == b"cookie":
            cookie = value
    if key is not None:
        return (key.decode("latin-1") if key.startswith(_KEY) else ""), "bearer"
    for part in cookie.split(b";"):
        name, equals, value = part.strip().partition(b"=")
        if equals and name == _COOKIE:
            token = value.strip(b'"')
            return ("" if token.startswith(_KEY) else token.decode("latin-1")), "cookie"
    return "", ""


def _size(scope: Scope) -> int:
    """Bytes that a request's body has, or may have when it does not say."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return min(int(value), MAX_BODY_BYTES) if value.isdigit() and len(value) < 10 else MAX_BODY_BYTES
        if name == b"transfer-encoding":
            return MAX_BODY_BYTES
    return 0


def _refusal(error: AppError, scope: Scope, request_id: UUID) -> ASGIApp:
    headers = {"retry-after": str(error.retry_after)} if error.retry_after is not None else {}
    return ASGIResponse(
        body=encode(in_shape(scope["path"], error.body(str(request_id)), error.status)),
        status_code=error.status,
        media_type="application/json",
        headers=headers,
    )


def _parsed(text: str) -> str | None:
    """The address as it is usually written; an IPv4 one also where a socket for both kinds maps it into IPv6."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
