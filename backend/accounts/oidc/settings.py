"""What an operator says about one OpenID provider.

The words are those of OpenID Connect: openid.net/specs/openid-connect-core-1_0.html.
"""

import json
import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)
from pydantic_settings import NoDecode

from shared.accounts import UserRole

_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


def _words(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _blank_is_none(value: object) -> object:
    return None if value == "" else value


def _pairs(value: object) -> object:
    """`group=right, other group=right`, or the same as a JSON object for groups with `=` or `,` in their names."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("{"):
        try:
            read = json.loads(value)
        except ValueError:
            raise ValueError("it is not a JSON object") from None
        if not isinstance(read, dict):
            raise ValueError("it is not a JSON object")
        return tuple(read.items())
    pairs = [part.rpartition("=") for part in value.split(",") if part.strip()]
    if not all(group.strip() and right.strip() for group, _, right in pairs):
        raise ValueError("write it as group=value, separated by commas")
    return tuple((group.strip(), right.strip()) for group, _, right in pairs)


def _with_openid(scopes: tuple[str, ...]) -> tuple[str, ...]:
    if "openid" not in scopes:
        raise ValueError("the scope openid is what makes it OpenID Connect")
    return scopes


def _domains(domains: tuple[str, ...]) -> tuple[str, ...]:
    lower = tuple(domain.lower() for domain in domains)
    if not all(_DOMAIN.fullmatch(domain) for domain in lower):
        raise ValueError("write domains as example.org, separated by commas")
    return lower


def _address(issuer: str) -> str:
    parts = urlsplit(issuer)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("it is not an address like https://accounts.example.org")
    return issuer


Visible = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^[\x21-\x7e]+$")]
"""Printable ASCII without spaces (RFC 6749 appendix A)."""


class OpenIdProvider(BaseModel):
    """One provider; `FAIRLEAD_OIDC_<NAME>_` goes before each name."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    issuer: Annotated[Visible, AfterValidator(_address)]
    """Exactly as the provider's discovery document has it."""
    client_id: Visible
    client_secret: Annotated[SecretStr | None, BeforeValidator(_blank_is_none)] = None
    """None for a public client, which PKCE alone protects."""
    label: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)] = "single sign-on"
    """What stands on the button after "Continue with"."""
    scopes: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_with_openid)] = (
        "openid",
        "email",
        "profile",
    )
    groups_claim: Annotated[str, StringConstraints(min_length=1, max_length=200)] = "groups"
    """Where the groups are: a claim, or the path to one within others, with dots (`realm_access.roles`)."""
    role_map: Annotated[tuple[tuple[str, UserRole], ...], NoDecode, BeforeValidator(_pairs)] = ()
    plan_map: Annotated[tuple[tuple[str, str], ...], NoDecode, BeforeValidator(_pairs)] = ()
    """Plans by their slugs; the first entry whose group somebody has counts."""
    allowed_domains: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_domains)] = ()
    """Only people with a verified address in one of these; empty for everybody."""
    trust_email: bool = False
    """Takes addresses for verified though the provider does not say so."""
    signup: Annotated[Literal["open", "closed"] | None, BeforeValidator(_blank_is_none)] = None
    """Whether people without an account get one; None as FAIRLEAD_SIGNUP says."""
    allow_private_network: bool = False
    """Whether the provider may be in a private network, and answer without TLS."""

    @model_validator(mode="after")
    def _protected(self) -> "OpenIdProvider":
        if self.issuer.startswith("http:") and not self.allow_private_network:
            raise ValueError("its issuer must be https, unless ALLOW_PRIVATE_NETWORK is true")
        return self

    def makes_admins(self) -> bool:
        """Whether a group makes administrators."""
        return any(role is UserRole.ADMIN for _, role in self.role_map)


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,30}$")]
"""Of a provider, in addresses and settings."""
Providers = Annotated[dict[Name, OpenIdProvider], NoDecode]
