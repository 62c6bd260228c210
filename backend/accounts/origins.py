"""Which page a request comes from, and whether it is one of ours."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection

from backend.settings import Settings

_DEFAULT_PORTS = {"http": 80, "https": 443}

Connection = ASGIConnection[Any, Any, Any, Any]


def stated_origin(connection: Connection) -> str | None:
    """The page's origin as the browser states it (`Origin`, else from `Referer`); `null` for one it hides."""
    origin = connection.headers.get("origin")
    if origin is not None:
        return origin.lower()
    referer = connection.headers.get("referer")
    return None if referer is None else (_origin_of(referer) or "null")


def is_ours(origin: str, connection: Connection, settings: Settings) -> bool:
    """Whether a stated origin is one of `public_origins`, or has the host that the request was sent to."""
    if _origin_of(origin) is None:
        return False
    if _origin_of(origin) in {_origin_of(public) for public in settings.public_origins}:
        return True
    scheme = origin.partition("://")[0]
    return _host_of(origin) == _host_of(f"{scheme}://{_host(connection, settings)}")


def is_secure(connection: Connection, settings: Settings) -> bool:
    """Whether the browser speaks https: as the edge found, or as the origin of our own page says."""
    if getattr(connection.state, "secure", False):
        return True
    origin = connection.headers.get("origin", "").lower()
    return origin.startswith("https://") and is_ours(origin, connection, settings)


def _host(connection: Connection, settings: Settings) -> str:
    """The host that the browser has in its address bar, by `X-Forwarded-Host` when a trusted proxy says it."""
    forwarded = connection.headers.get("x-forwarded-host", "").partition(",")[0].strip()
    if forwarded and _is_trusted_proxy(connection, settings):
        return forwarded.lower()
    return connection.headers.get("host", "").lower()


def _is_trusted_proxy(connection: Connection, settings: Settings) -> bool:
    client = connection.scope.get("client")
    if client is None:
        return False
    try:
        peer = ipaddress.ip_address(client[0])
    except ValueError:
        return False
    return any(peer in network for network in settings.trusted_proxies)


def _origin_of(address: str) -> str | None:
    host = _host_of(address)
    return None if host is None else f"{urlsplit(address).scheme}://{host}"


def _host_of(address: str) -> str | None:
    """`host[:port]` without the scheme's default port; None for anything but http and https addresses."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    return parts.hostname if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{parts.hostname}:{port}"
