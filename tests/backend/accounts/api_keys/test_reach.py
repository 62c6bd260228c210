"""What a key can be used for: an operation is named, or it is refused."""

from uuid import uuid4

import pytest
from msgspec import structs

from backend.accounts.api_keys.reach import REACH, requires_scope
from backend.accounts.identity import Identity, KeyFacts
from backend.errors import NotAllowed
from shared.accounts import UserRole
from shared.api_keys import KeyLimits, Scope
from shared.plans import Overrides

PERSON = Identity(
    user_id=uuid4(),
    organisation_id=uuid4(),
    email="mara@example.org",
    name="Mara",
    role=UserRole.USER,
    version=1,
    plan_id=uuid4(),
    overrides=Overrides(),
    session_id=uuid4(),
    credential="token",
    caller=uuid4(),
)


def key(*scopes: Scope) -> Identity:
    facts = KeyFacts(
        id=uuid4(), scopes=frozenset(scopes), allowed_models=None, limits=KeyLimits(), monthly_credits=None
    )
    return structs.replace(PERSON, credential="key", key=facts)


@pytest.mark.parametrize(
    "operation",
    [("GET", "/v1/api-keys"), ("POST", "/api/ai/models"), ("GET", "/api/admin/users"), ("GET", ""), ("", "")],
)
def test_what_is_not_named_needs_a_person(operation: tuple[str, str]) -> None:
    requires_scope(PERSON, *operation)
    with pytest.raises(NotAllowed, match="API key cannot be used here"):
        requires_scope(key(*Scope), *operation)


@pytest.mark.parametrize("operation", REACH)
def test_what_is_named_needs_its_scope_and_no_other(operation: tuple[str, str]) -> None:
    needed = REACH[operation]
    requires_scope(PERSON, *operation)
    requires_scope(key(needed), *operation)
    with pytest.raises(NotAllowed, match=f"scope {needed.value}") as refused:
        requires_scope(key(*(scope for scope in Scope if scope is not needed)), *operation)
    assert refused.value.details == {"scope": needed.value}


def test_no_key_reaches_what_is_a_persons_alone() -> None:
    forbidden = ("/api/admin", "/v1/auth", "/v1/api-keys", "/api/plan-requests", "/api/account")
    assert not [path for _, path in REACH if path.startswith(forbidden)]
