"""Which page a request comes from, and whether it is one of ours."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection

from backend.settings import LOOPBACK_HOSTS, Settings

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


def page_origin(connection: Connection, settings: Settings) -> str | None:
    """Origin of the page that a browser asks from, safe to be told to others; None when it is none of ours.

    One of `public_origins`, by the host in the address bar, or this machine; without public ones whatever host the
    request was sent to, as `is_ours` has it.
    """
    host = _host(connection, settings)
    for public in settings.public_origins:
        scheme = public.partition("://")[0]
        if _host_of(public) is not None and _host_of(public) == _host_of(f"{scheme}://{host}"):
            return _origin_of(public)
    here = _origin_of(f"{'https' if getattr(connection.state, 'secure', False) else 'http'}://{host}")
    if here is None or (settings.public_origins and urlsplit(here).hostname not in LOOPBACK_HOSTS):
        return None
    return here


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
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return name if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{name}:{port}"
