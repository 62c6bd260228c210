"""What groups give and take: a table, and what must hold for all of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend.accounts.oidc import rights
from backend.accounts.oidc.rights import Held
from backend.accounts.oidc.settings import OpenIdProvider

ISSUER = {"issuer": "https://id.example", "client_id": "us"}
MAPPED = OpenIdProvider(**ISSUER, role_map="boss=admin,desk=support", plan_map="labs=pro,all=team")  # type: ignore[arg-type]
ROLES = ["user", "support", "admin"]


def held(now: str, given: str | None = None) -> Held:
    return Held(now=now, given=given)


@pytest.mark.parametrize(
    ("groups", "before", "after"),
    [
        ({"boss"}, held("user"), held("admin", "admin")),
        ({"boss", "desk"}, held("user"), held("admin", "admin")),
        ({"desk"}, held("admin", "admin"), held("support", "support")),
        (set(), held("admin", "admin"), held("user", "user")),
        (set(), held("admin"), held("admin")),
        ({"desk"}, held("admin"), held("admin")),
        ({"desk"}, held("admin", "support"), held("admin")),
        ({"boss"}, held("admin"), held("admin")),
        ({"boss"}, held("admin", "admin"), held("admin", "admin")),
        ({"boss"}, held("user", "admin"), held("admin", "admin")),
        (None, held("admin", "admin"), held("admin", "admin")),
        ({"BOSS", "boss "}, held("user"), held("user")),
    ],
)
def test_roles(groups: set[str] | None, before: Held, after: Held) -> None:
    assert rights.role(None if groups is None else frozenset(groups), MAPPED, before) == after


@pytest.mark.parametrize(
    ("groups", "before", "after"),
    [
        ({"all", "labs"}, held("starter"), held("pro", "pro")),
        ({"all"}, held("pro", "pro"), held("team", "team")),
        (set(), held("team", "team"), held("starter", "starter")),
        (set(), held("starter"), held("starter")),
        (set(), held("pro"), held("pro")),
        ({"all"}, held("pro"), held("pro")),
        ({"all"}, held("pro", "team"), held("pro")),
        ({"labs"}, held("pro"), held("pro")),
        ({"all"}, held("starter", "team"), held("team", "team")),
        (None, held("team", "team"), held("team", "team")),
    ],
)
def test_plans(groups: set[str] | None, before: Held, after: Held) -> None:
    assert rights.plan(None if groups is None else frozenset(groups), MAPPED, before, "starter") == after


@given(
    groups=some.frozensets(some.sampled_from(["boss", "desk", "labs"])),
    now=some.sampled_from(ROLES),
    by_groups=some.sampled_from([None, *ROLES]),
)
def test_a_second_sign_in_changes_nothing_and_no_role_given_by_hand_is_taken(
    groups: frozenset[str], now: str, by_groups: str | None
) -> None:
    once = rights.role(groups, MAPPED, held(now, by_groups))
    assert rights.role(groups, MAPPED, once) == once
    if now != by_groups:
        assert ROLES.index(once.now) >= ROLES.index(now)
    assert once.given in (None, once.now)


@given(groups=some.none() | some.frozensets(some.text()), now=some.sampled_from(ROLES))
def test_without_a_map_groups_mean_nothing(groups: frozenset[str] | None, now: str) -> None:
    plain = OpenIdProvider(**ISSUER)  # type: ignore[arg-type]
    assert rights.role(groups, plain, held(now)) == held(now)
    assert rights.plan(groups, plain, held("pro"), "starter") == held("pro")
