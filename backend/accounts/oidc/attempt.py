"""A sign-in under way: what must come back, kept by the browser in a sealed cookie that nobody else has."""

import binascii
import secrets as randomness
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
from msgspec import Struct

from backend.accounts.oidc.errors import SignInFailed
from backend.secrets import Secrets, UnreadableSecretError
from shared.sign_on import SignInTrouble

LASTS_SECONDS = 600
COOKIE = "oidc_"
"""The cookie's name ends with the beginning of the state, so that two tabs can sign in at once."""
COOKIE_PATH = "/v1/auth/oidc"
LONGEST_STATE = 64
_OWNER = "oidc-attempt"


class Attempt(Struct, frozen=True, kw_only=True):
    """`verifier` is PKCE's (RFC 7636 §4.1), `nonce` binds the id token to it, `began_at` is in epoch seconds."""

    provider: str
    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    return_to: str
    began_at: int

    def __repr__(self) -> str:
        return f"Attempt({self.provider})"


def begin(provider: str, redirect_uri: str, return_to: str) -> Attempt:
    """A new one, with 256 random bits in each secret."""
    return Attempt(
        provider=provider,
        state=randomness.token_urlsafe(32),
        nonce=randomness.token_urlsafe(32),
        verifier=randomness.token_urlsafe(32),
        redirect_uri=redirect_uri,
        return_to=return_to,
        began_at=int(time.time()),
    )


def cookie_name(state: str) -> str:
    """Of the attempt with this state."""
    return COOKIE + "".join(each for each in state[:12] if each.isalnum() and each.isascii())


def sealed(attempt: Attempt, secrets: Secrets) -> str:
    """The cookie's value."""
    return urlsafe_b64encode(secrets.seal(msgspec.json.encode(attempt).decode(), _OWNER)).decode()


def opened(cookie: str | None, state: str, provider: str, secrets: Secrets) -> Attempt:
    """The attempt that a browser brings back. Raises `SignInFailed` for another state, provider or browser."""
    if cookie is None:
        raise expired("the browser has no cookie of this sign-in")
    try:
        plain = secrets.unseal(urlsafe_b64decode(cookie.encode()), _OWNER)
        attempt = msgspec.json.decode(plain, type=Attempt)
    except (UnreadableSecretError, binascii.Error, ValueError, msgspec.DecodeError):
        raise expired("the cookie of this sign-in cannot be read") from None
    if not randomness.compare_digest(attempt.state.encode(), state.encode()) or attempt.provider != provider:
        raise expired("the cookie is of another sign-in")
    if time.time() - attempt.began_at > LASTS_SECONDS:
        raise expired("the sign-in took too long")
    return attempt


def expired(reason: str) -> SignInFailed:
    """Nothing is wrong with the person: they may begin again."""
    return SignInFailed(SignInTrouble.EXPIRED, reason)
