"""What people present: opaque tokens, and the JWT that scripts get (RFC 7519, signed with HS256, RFC 7518 §3.2)."""

import secrets as randomness
from typing import Literal
from uuid import UUID

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from msgspec import Struct

from backend.accounts.identity import Identity
from backend.secrets import Secrets
from shared.accounts import UserRole

ACCESS_SECONDS = 15 * 60
LONGEST_TOKEN = 2048
SESSION_PREFIX = "fls_"
_ALGORITHM = "HS256"

Purpose = Literal["session", "refresh", "reset"]
_PREFIXES: dict[Purpose, str] = {"session": SESSION_PREFIX, "refresh": "flr_", "reset": "flp_"}
_PERMISSIONS = {
    UserRole.USER: ["chat"],
    UserRole.SUPPORT: ["chat", "admin:read"],
    UserRole.ADMIN: ["chat", "admin:read", "admin:write"],
}


def new_token(purpose: Purpose) -> str:
    """A random token of 256 bits; only its keyed hash under the same purpose is stored."""
    return _PREFIXES[purpose] + randomness.token_urlsafe(32)


class Claims(Struct, frozen=True, kw_only=True):
    """What an access token says. Only `sub`, `sid` and `exp` are relied on; rights are looked up."""

    sub: UUID
    org: UUID
    role: UserRole
    permissions: list[str]
    iat: int
    exp: int
    sid: UUID
    ver: int


class AccessTokens:
    """Issues and reads the JWTs of one master secret."""

    def __init__(self, secrets: Secrets) -> None:
        self._key = OctKey.import_key(secrets.token_key)
        self._header = {"alg": _ALGORITHM, "kid": secrets.digest("token-id", b"").hex()[:16]}

    def issue(self, identity: Identity, now: int) -> str:
        """A token of `ACCESS_SECONDS` for the identity's session; `now` is in epoch seconds."""
        claims = Claims(
            sub=identity.user_id,
            org=identity.organisation_id,
            role=identity.role,
            permissions=_PERMISSIONS[identity.role],
            iat=now,
            exp=now + ACCESS_SECONDS,
            sid=identity.session_id,
            ver=identity.version,
        )
        return jwt.encode(self._header, msgspec.to_builtins(claims), self._key, [_ALGORITHM])

    def read(self, token: str, now: float) -> Claims | None:
        """The claims of a token that we signed and that has not expired; None for anything else."""
        if len(token) > LONGEST_TOKEN:
            return None
        try:
            found = jwt.decode(token, self._key, [_ALGORITHM])
            claims = msgspec.convert(found.claims, Claims)
        except (JoseError, ValueError, TypeError, AttributeError):
            return None
        return claims if found.header.get("kid") == self._header["kid"] and claims.exp > now else None
