"""The authorization code flow with one provider (openid.net/specs/openid-connect-core-1_0.html §3.1), with PKCE."""

import time
from typing import Any, TypeVar

import msgspec
from authlib.common.urls import add_params_to_uri  # type: ignore[import-untyped]
from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]
from authlib.oauth2.client import OAuth2Client  # type: ignore[import-untyped]
from msgspec import Struct

from backend.accounts.oidc import claims, id_token
from backend.accounts.oidc.attempt import Attempt
from backend.accounts.oidc.claims import Facts
from backend.accounts.oidc.discovery import Directory, Metadata
from backend.accounts.oidc.errors import SignInFailed, away, fault
from backend.accounts.oidc.settings import OpenIdProvider
from backend.accounts.oidc.web import Reply, Web

LONGEST_HINT = 6000
"""Characters of an id token that still fit into an address; a longer one is not shown at sign-out."""

T = TypeVar("T")


class TokenAnswer(Struct, frozen=True, kw_only=True):
    """What the token endpoint gives (Core §3.1.3.3)."""

    id_token: str
    access_token: str

    def __repr__(self) -> str:
        return "TokenAnswer(...)"


class TokenRefusal(Struct, frozen=True):
    """RFC 6749 §5.2."""

    error: str = ""


class Proven(Struct, frozen=True, kw_only=True):
    """Somebody who has signed in at the provider; `hint` is the id token for signing out there, if it is short."""

    facts: Facts
    hint: str | None

    def __repr__(self) -> str:
        return "Proven(...)"


class _Client(OAuth2Client):  # type: ignore[misc]
    """Authlib's client for OAuth 2, over our own calls: Authlib says what is sent, `Web` how far and how long."""

    async def _fetch_token(
        self, url: str, *, body: str, headers: dict[str, str], auth: ClientAuth, method: str, **_: object
    ) -> Reply:
        url, headers, body = auth.prepare(method, url, dict(headers), body)
        web: Web = self.session
        return await web.ask(url, headers={name.lower(): value for name, value in headers.items()}, body=body.encode())


class RelyingParty:
    """Us, as one provider knows us."""

    def __init__(self, provider: OpenIdProvider) -> None:
        self.provider = provider
        self._web = Web(private=provider.allow_private_network)
        self._directory = Directory(provider, self._web)

    async def authorization_url(self, attempt: Attempt) -> str:
        """Where the browser goes to sign in. Raises `SignInFailed`."""
        metadata = await self._directory.metadata()
        client = self._client(metadata, attempt)
        url, _ = client.create_authorization_url(
            metadata.authorization_endpoint,
            state=attempt.state,
            nonce=attempt.nonce,
            code_verifier=attempt.verifier,
        )
        return str(url)

    async def redeem(self, attempt: Attempt, code: str, issuer: str | None) -> Proven:
        """Who came back with this code; `issuer` is who the answer says it is from (RFC 9207).

        Raises `SignInFailed`.
        """
        metadata = await self._directory.metadata()
        if issuer != metadata.issuer and (issuer or metadata.authorization_response_iss_parameter_supported):
            raise fault("its answer is of another issuer, or does not say of which")
        client = self._client(metadata, attempt)
        reply = await client.fetch_token(metadata.token_endpoint, code=code, code_verifier=attempt.verifier)
        tokens = _tokens(reply)
        keys = await self._directory.keys(id_token.key_id(tokens.id_token))
        expected = id_token.Expected(
            issuer=metadata.issuer,
            client_id=self.provider.client_id,
            nonce=attempt.nonce,
            access_token=tokens.access_token,
            now=int(time.time()),
        )
        told = id_token.believed(tokens.id_token, keys, expected)
        if metadata.userinfo_endpoint is not None and claims.wants_more(told, self.provider):
            told = await self._with_userinfo(told, metadata.userinfo_endpoint, tokens.access_token)
        hint = tokens.id_token if len(tokens.id_token) <= LONGEST_HINT else None
        return Proven(facts=claims.facts(told, self.provider), hint=hint)

    async def sign_out_url(self, hint: str | None, return_to: str) -> str | None:
        """Where the browser goes to end its session there, too; None where that is not possible now.

        openid.net/specs/openid-connect-rpinitiated-1_0.html §2
        """
        try:
            endpoint = (await self._directory.metadata()).end_session_endpoint
        except SignInFailed:
            return None
        if endpoint is None:
            return None
        parameters = [("client_id", self.provider.client_id), ("post_logout_redirect_uri", return_to)]
        if hint is not None:
            parameters.append(("id_token_hint", hint))
        return str(add_params_to_uri(endpoint, parameters))

    async def close(self) -> None:
        """Closes the connections to the provider."""
        await self._web.close()

    def _client(self, metadata: Metadata, attempt: Attempt) -> _Client:
        secret = self.provider.client_secret
        return _Client(
            self._web,
            client_id=self.provider.client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            token_endpoint_auth_method=_auth_method(metadata, secret is not None),
            scope=" ".join(self.provider.scopes),
            redirect_uri=attempt.redirect_uri,
            code_challenge_method="S256",
        )

    async def _with_userinfo(self, told: id_token.Claims, url: str, access_token: str) -> id_token.Claims:
        """The id token's claims and, of those it lacks, the userinfo endpoint's (Core §5.3)."""
        if not (access_token.isascii() and access_token.isprintable()):
            raise fault("its access token cannot be sent")
        reply = await self._web.ask(url, headers={"authorization": f"Bearer {access_token}"})
        if reply.status != 200:
            raise away(f"HTTP {reply.status} for userinfo")
        more = _decoded(reply, dict[str, Any], "userinfo")
        if more.get("sub") != told["sub"]:
            raise fault("its userinfo is about somebody else")
        return {**more, **told}


def _auth_method(metadata: Metadata, secret: bool) -> str:
    """`client_secret_basic` unless only the other way is announced (Discovery §3)."""
    if not secret:
        return "none"
    known = metadata.token_endpoint_auth_methods_supported or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"


def _tokens(reply: Reply) -> TokenAnswer:
    if reply.status >= 500:
        raise away(f"HTTP {reply.status} for a token")
    if reply.status != 200:
        refusal = _decoded(reply, TokenRefusal, "refusal").error
        known = refusal if refusal in {"invalid_client", "invalid_grant", "unauthorized_client"} else "another reason"
        raise fault(f"it gives no token: {known}")
    return _decoded(reply, TokenAnswer, "token answer")


def _decoded(reply: Reply, kind: type[T], name: str) -> T:
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise fault(f"its {name} cannot be read") from None
