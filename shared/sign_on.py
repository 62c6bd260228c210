"""Signing in at somebody else's: what is offered, and what can go wrong."""

from enum import StrEnum

from shared.wire import Answer

TROUBLE = "sign_in"
"""Query parameter of the page that a sign-in comes back to when it did not succeed."""


class SignInTrouble(StrEnum):
    """Why a sign-in at a provider did not succeed."""

    CANCELLED = "cancelled"
    EXPIRED = "expired"
    PROVIDER_AWAY = "provider_away"
    PROVIDER_FAULT = "provider_fault"
    EMAIL_MISSING = "email_missing"
    EMAIL_UNVERIFIED = "email_unverified"
    EMAIL_FOREIGN = "email_foreign"
    SIGNUP_CLOSED = "signup_closed"
    SUSPENDED = "suspended"
    BUSY = "busy"


class SingleSignOn(Answer, frozen=True, kw_only=True):
    """A provider to sign in with. Send the browser to `start`, perhaps with `?return_to=` a path of this site."""

    name: str
    label: str
    start: str


class SignedOut(Answer, frozen=True, kw_only=True):
    """Where to send the browser so that the provider, too, ends its session."""

    continue_at: str
