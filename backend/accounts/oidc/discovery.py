"""What a provider says about itself (openid.net/specs/openid-connect-discovery-1_0.html) and its keys (RFC 7517)."""

from typing import Any, TypeVar

import msgspec
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey
from msgspec import Struct

from backend.accounts.oidc.errors import away, fault
from backend.accounts.oidc.remembered import Remembered
from backend.accounts.oidc.settings import OpenIdProvider
from backend.accounts.oidc.web import Web

MOST_KEYS = 100
LEAST_RSA_BITS = 2048
"""RFC 7518 §3.3."""
Keys = tuple[Key, ...]
T = TypeVar("T")


class Metadata(Struct, frozen=True, kw_only=True):
    """The part of a discovery document that is used (§3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool = False


class KeySet(Struct, frozen=True):
    """A JWK set as it comes (RFC 7517 §5)."""

    keys: list[dict[str, Any]]


class Directory:
    """One provider's metadata and keys, fetched when needed and kept."""

    def __init__(self, provider: OpenIdProvider, web: Web) -> None:
        self._provider = provider
        self._web = web
        self._metadata = Remembered(self._fetch_metadata)
        self._keys = Remembered(self._fetch_keys)

    async def metadata(self) -> Metadata:
        """Raises `SignInFailed`."""
        return await self._metadata.get()

    async def keys(self, kid: str | None) -> Keys:
        """The provider's keys, fetched once more if none has this id. Raises `SignInFailed`."""
        known = await self._keys.get()
        if kid is None or any(key.kid == kid for key in known):
            return known
        return await self._keys.other_than(known)

    async def _fetch_metadata(self) -> Metadata:
        url: str = get_well_known_url(self._provider.issuer, external=True)
        found = await self._read(url, Metadata)
        if found.issuer != self._provider.issuer:
            raise fault("its discovery document is of another issuer than FAIRLEAD_OIDC_<NAME>_ISSUER says")
        schemes = ("https://", "http://") if self._provider.allow_private_network else ("https://",)
        addresses = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
        more = (found.userinfo_endpoint, found.end_session_endpoint)
        if not all(address.startswith(schemes) for address in (*addresses, *filter(None, more))):
            raise fault("its discovery document names an address that is not https")
        return found

    async def _fetch_keys(self) -> Keys:
        found = await self._read((await self.metadata()).jwks_uri, KeySet)
        return imported(found.keys)

    async def _read(self, url: str, kind: type[T]) -> T:
        reply = await self._web.ask(url)
        if reply.status != 200:
            raise away(f"HTTP {reply.status} for its {kind.__name__.lower()}")
        try:
            return msgspec.json.decode(reply.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise fault(f"its {kind.__name__.lower()} cannot be read") from None


def imported(keys: list[dict[str, Any]]) -> Keys:
    """The public keys that can be used for signatures; others are left out (RFC 7517 §5)."""
    found: list[Key] = []
    for each in keys[:MOST_KEYS]:
        try:
            key = JWKRegistry.import_key(each)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        weak = isinstance(key, RSAKey) and key.raw_value.key_size < LEAST_RSA_BITS
        if isinstance(key, RSAKey | ECKey | OKPKey) and not weak and key.get("use", "sig") == "sig":
            found.append(key)
    return tuple(found)
