"""What may be asked of a key, and what is kept of it. Pure."""

import unicodedata
from datetime import datetime, timedelta
from typing import Any

from backend.accounts.api_keys.secret import holds_secret
from backend.amounts import check_credits
from backend.catalogue.snapshot import Catalogue
from backend.errors import InvalidRequest
from shared.api_keys import KeyName, Renewal, Scope

LONGEST_LIFE = timedelta(days=3660)


def key_name(text: KeyName) -> str:
    """A name without stray white space. Raises `InvalidRequest` for one that cannot be shown or holds a secret."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or any(unicodedata.category(character)[0] == "C" for character in name):
        raise InvalidRequest("The name is empty or holds characters that cannot be shown.", details={"field": "name"})
    if holds_secret(name):
        raise InvalidRequest("The name holds a secret, and others read names. Choose another.")
    return name


def scope_names(scopes: list[Scope]) -> list[str]:
    """Each once, in their own order."""
    return [scope.value for scope in Scope if scope in scopes]


def model_names(models: list[str] | None, catalogue: Catalogue) -> list[str] | None:
    """Catalogue names of models given by name or id. Raises `InvalidRequest` for one that does not exist."""
    if models is None:
        return None
    found = {model: catalogue.model(model) for model in models}
    unknown = [model for model, is_ in found.items() if is_ is None]
    if unknown:
        raise InvalidRequest(
            "Some of allowed_models are not in the catalogue. GET /api/ai/models lists those that are.",
            details={"unknown": unknown[:10]},
        )
    return sorted({model.name for model in found.values() if model is not None})


def check_end(expires_at: datetime | None, now: datetime) -> None:
    """Refuses an end that is past or too far off. Raises `InvalidRequest`."""
    if expires_at is None:
        return
    if expires_at <= now:
        raise InvalidRequest("expires_at is in the past.")
    if expires_at - now > LONGEST_LIFE:
        raise InvalidRequest("expires_at is more than ten years away. Leave it out for a key that does not expire.")


def check_renewal(renewal: Renewal | None, expires_at: datetime | None) -> None:
    """Refuses a renewal that would have nothing to do, or would never stop. Raises `InvalidRequest`."""
    if renewal is None:
        return
    if expires_at is None:
        raise InvalidRequest("Only a key with expires_at can be renewed.")
    if renewal.days_before >= renewal.period_days:
        raise InvalidRequest("renewal.days_before must be less than renewal.period_days.")


def check_cap(monthly_credits: Any) -> None:
    """Refuses what cannot be a number of credits; None, for no cap, can. Raises `InvalidRequest`."""
    check_credits(monthly_credits, "monthly_credits")
