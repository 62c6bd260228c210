"""Whether an id token can be believed (openid.net/specs/openid-connect-core-1_0.html §3.1.3.7). Pure."""

from typing import Any

from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jws, jwt
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import Key
from msgspec import Struct

from backend.accounts.oidc.errors import fault

LEEWAY_SECONDS = 60
KEY_TYPES = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    **dict.fromkeys(("EdDSA", "Ed25519"), "OKP"),
}
"""Algorithms that are believed, each with the type of its keys. Never `none`, nor one with a shared secret."""

Claims = dict[str, Any]
_WRONG = (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


class Expected(Struct, frozen=True, kw_only=True):
    """What the token must say. `now` is in epoch seconds."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    now: int


def key_id(token: str) -> str | None:
    """Which key a token says it is signed with. Raises `SignInFailed` for what is no token of an allowed kind."""
    try:
        header = jws.extract_compact(token.encode()).headers()
    except _WRONG:
        raise fault("its id token cannot be read") from None
    if header.get("alg") not in KEY_TYPES:
        raise fault("its id token is signed in a way that is not allowed")
    kid = header.get("kid")
    return kid if isinstance(kid, str) else None


def believed(token: str, keys: tuple[Key, ...], expected: Expected) -> Claims:
    """The claims of a token that one of the keys signed, for us, now, in answer to us. Raises `SignInFailed`."""
    found = _signed(token, keys)
    claims = CodeIDToken(
        found.claims,
        found.header,
        options={
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
            "sub": {"essential": True},
            "exp": {"essential": True},
            "iat": {"essential": True},
        },
        params={
            "nonce": expected.nonce,
            "client_id": expected.client_id,
            "access_token": expected.access_token,
        },
    )
    try:
        claims.validate(now=expected.now, leeway=LEEWAY_SECONDS)
    except _WRONG as error:
        raise fault(f"its id token is not valid: {_which(error)}") from None
    return dict(found.claims)


def _signed(token: str, keys: tuple[Key, ...]) -> jwt.Token:
    kid = key_id(token)
    header = jws.extract_compact(token.encode()).headers()
    algorithm = str(header["alg"])
    for key in keys:
        named = kid is None or key.kid is None or key.kid == kid
        if not named or key.key_type != KEY_TYPES[algorithm] or key.get("alg", algorithm) != algorithm:
            continue
        try:
            return jwt.decode(token, key, [algorithm])
        except _WRONG:
            continue
    raise fault("its id token is signed with none of its keys")


def _which(error: Exception) -> str:
    """The claim that is wrong, without its value."""
    return error.claim if isinstance(error, ClaimError) else type(error).__name__
