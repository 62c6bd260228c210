"""What people and admins are shown of API keys. Pure."""

from typing import Any

import msgspec

from backend.accounts.api_keys.repository import Listed
from shared.api_keys import AdminApiKey, ApiKeyView, KeyLimits, Renewal, Scope, SecretApiKey


def view(row: Listed) -> ApiKeyView:
    """A key as its person sees it."""
    return ApiKeyView(**_facts(row))


def with_secret(row: Listed, secret: str) -> SecretApiKey:
    """A key with its secret, this once."""
    return SecretApiKey(**_facts(row), key=secret)


def for_admin(row: Listed) -> AdminApiKey:
    """A key as admins see it."""
    return AdminApiKey(**_facts(row), user_id=row.key.user_id, user_email=row.email)


def _facts(row: Listed) -> dict[str, Any]:
    key = row.key
    expired = key.expires_at is not None and key.expires_at <= row.now
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "state": "revoked" if key.revoked_at is not None else "expired" if expired else "active",
        "scopes": msgspec.convert(key.scopes, list[Scope]),
        "allowed_models": key.allowed_models,
        "limits": msgspec.convert(key.limits, KeyLimits),
        "monthly_credits": key.monthly_credits,
        "credits_this_month": row.credits,
        "renewal": None
        if key.renewal_days is None or key.renewal_lead_days is None
        else Renewal(period_days=key.renewal_days, days_before=key.renewal_lead_days),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "renewed_at": key.renewed_at,
        "rotated_at": key.rotated_at,
        "earlier_secrets_until": row.earlier_until,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
    }
