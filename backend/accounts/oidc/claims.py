"""What a provider's claims mean to us. Pure."""

from collections.abc import Mapping

from msgspec import Struct

from backend.accounts.emails import LONGEST_NAME, display_name, normalised
from backend.accounts.oidc.errors import SignInFailed
from backend.accounts.oidc.settings import OpenIdProvider
from backend.errors import InvalidRequest
from shared.sign_on import SignInTrouble

LONGEST_SUBJECT = 255
"""OpenID Connect Core §2."""

Claims = Mapping[str, object]


class Facts(Struct, frozen=True, kw_only=True):
    """Somebody as the provider knows them. `groups` is None when the provider does not tell them here."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str
    groups: frozenset[str] | None


def wants_more(claims: Claims, provider: OpenIdProvider) -> bool:
    """Whether the userinfo endpoint is worth asking."""
    told = "email" in claims and (provider.trust_email or "email_verified" in claims)
    return not told or (bool(provider.role_map or provider.plan_map) and _found(claims, provider) is None)


def facts(claims: Claims, provider: OpenIdProvider) -> Facts:
    """What the claims say. Raises `SignInFailed` when there is no address, or none that may sign in here."""
    subject, email = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or "\0" in subject:
        raise SignInFailed(SignInTrouble.PROVIDER_FAULT, "its subject is not usable")
    if not isinstance(email, str) or not email:
        raise SignInFailed(SignInTrouble.EMAIL_MISSING, "it tells no email address")
    try:
        address = normalised(email)
    except InvalidRequest:
        raise SignInFailed(SignInTrouble.EMAIL_MISSING, "the email address it tells is not valid") from None
    said = claims.get("email_verified")
    verified = provider.trust_email or said is True or said == "true"  # AWS Cognito says it as text
    if provider.allowed_domains:
        if address.rpartition("@")[2] not in provider.allowed_domains:
            raise SignInFailed(SignInTrouble.EMAIL_FOREIGN, "the address is of another domain")
        if not verified:
            raise SignInFailed(SignInTrouble.EMAIL_UNVERIFIED, "the address is of an allowed domain but not verified")
    return Facts(
        issuer=provider.issuer,
        subject=subject,
        email=address,
        email_verified=verified,
        name=_name(claims, address),
        groups=_groups(claims, provider),
    )


def _name(claims: Claims, address: str) -> str:
    for candidate in (claims.get("name"), claims.get("preferred_username"), address.partition("@")[0]):
        if isinstance(candidate, str):
            try:
                return display_name(candidate[:LONGEST_NAME])
            except InvalidRequest:
                continue
    return "Somebody"


def _groups(claims: Claims, provider: OpenIdProvider) -> frozenset[str] | None:
    """A claim that is absent is one without groups (some leave empty ones out), unless it is said to be elsewhere.

    Claims elsewhere: Core §5.6.2; Entra ID does so for people in more than 200 groups.
    """
    elsewhere = claims.get("_claim_names")
    found = _found(claims, provider)
    if found is None:
        away = isinstance(elsewhere, Mapping) and provider.groups_claim.partition(".")[0] in elsewhere
        return None if away else frozenset()
    listed = [found] if isinstance(found, str) else found
    return frozenset(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else frozenset()


def _found(claims: Claims, provider: OpenIdProvider) -> object:
    if provider.groups_claim in claims:
        return claims[provider.groups_claim]
    place: object = claims
    for part in provider.groups_claim.split("."):
        place = place.get(part) if isinstance(place, Mapping) else None
    return place
