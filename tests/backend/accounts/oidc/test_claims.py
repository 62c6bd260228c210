"""What claims mean, whatever a provider puts into them."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend.accounts.oidc.claims import facts, wants_more
from backend.accounts.oidc.errors import SignInFailed
from backend.accounts.oidc.settings import OpenIdProvider

ACME = OpenIdProvider(issuer="https://id.example", client_id="us")
NESTED = ACME.model_copy(update={"groups_claim": "realm_access.roles", "role_map": (("boss", "admin"),)})
MARA = {"sub": "1", "email": "Mara@Example.org", "email_verified": True}

anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inside: some.lists(inside) | some.dictionaries(some.text(), inside),
    max_leaves=5,
)
NAMES = ["sub", "email", "email_verified", "name", "preferred_username", "groups", "realm_access", "_claim_names"]


@given(claims=some.dictionaries(some.sampled_from(NAMES), anything), provider=some.sampled_from([ACME, NESTED]))
def test_no_claim_is_a_bug(claims: dict[str, object], provider: OpenIdProvider) -> None:
    wants_more(claims, provider)
    for told in (claims, {**claims, **MARA}, {**MARA, **claims}):
        try:
            found = facts(told, provider)
        except SignInFailed:
            continue
        assert found.email == found.email.strip().lower()
        assert found.name


@pytest.mark.parametrize(
    ("claims", "provider", "groups"),
    [
        ({"groups": ["a", 1, "b"]}, ACME, {"a", "b"}),
        ({"groups": "a"}, ACME, {"a"}),
        ({"groups": {"a": 1}}, ACME, set()),
        ({}, ACME, set()),
        ({"_claim_names": {"groups": "src1"}}, ACME, None),
        ({"realm_access": {"roles": ["boss"]}}, NESTED, {"boss"}),
        ({"realm_access.roles": ["x"], "realm_access": {"roles": ["boss"]}}, NESTED, {"x"}),
        ({"realm_access": ["boss"]}, NESTED, set()),
    ],
)
def test_groups_are_where_the_operator_says(
    claims: dict[str, object], provider: OpenIdProvider, groups: set[str] | None
) -> None:
    assert facts({**MARA, **claims}, provider).groups == groups


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": " Mara \n Lindqvist "}, "Mara Lindqvist"),
        ({"name": "\u202e", "preferred_username": "mara_l"}, "mara_l"),
        ({"name": ""}, "mara"),
        ({"name": "x" * 500}, "x" * 120),
    ],
)
def test_everybody_has_a_name_that_can_be_shown(claims: dict[str, object], name: str) -> None:
    assert facts({**MARA, **claims}, ACME).name == name


@pytest.mark.parametrize(
    ("claims", "provider", "more"),
    [
        (MARA, ACME, False),
        ({"sub": "1", "email": "a@b.example"}, ACME, True),
        ({"sub": "1", "email": "a@b.example"}, ACME.model_copy(update={"trust_email": True}), False),
        (MARA, NESTED, True),
        ({**MARA, "realm_access": {"roles": []}}, NESTED, False),
    ],
)
def test_userinfo_is_asked_only_for_what_is_missing(
    claims: dict[str, object], provider: OpenIdProvider, more: bool
) -> None:
    assert wants_more(claims, provider) is more
