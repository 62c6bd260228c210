"""Which addresses a provider may have. Pure: what a name resolves to is checked when a call connects."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from backend.errors import InvalidRequest

_OWN_NAMES = ("localhost", ".localhost", ".local", ".internal")


def checked_base_url(url: str, *, allow_private_network: bool) -> str:
    """The address without a slash at its end. Raises `InvalidRequest` for one that must not be called."""
    if not url.isascii() or any(character.isspace() or not character.isprintable() for character in url):
        raise InvalidRequest("The base URL has spaces or characters that do not belong into an address.")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InvalidRequest("The base URL is not an address.") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise InvalidRequest("The base URL must begin with https:// (or http://) and name a host.")
    if parts.username is not None or parts.password is not None:
        raise InvalidRequest("The base URL must not hold credentials. Give the key as api_key.")
    if parts.query or parts.fragment:
        raise InvalidRequest("The base URL must not have a query or a fragment.")
    if not allow_private_network:
        if parts.scheme != "https":
            raise InvalidRequest("The base URL must be https, unless the private network is allowed.")
        if _is_private(host):
            raise InvalidRequest("The base URL is on a private network, which is not allowed for this provider.")
    return url.rstrip("/")


def _is_private(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host.endswith(_OWN_NAMES)
