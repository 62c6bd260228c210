"""Roles and plans by groups, in the database."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from shared.accounts import UserRole
from tests.backend.accounts.house import House
from tests.backend.accounts.oidc.conftest import Door, Doors

MAPS = {"role_map": "bosses=admin,desk=support", "plan_map": "labs=pro,everybody=team"}


async def me_after(door: Door, client: httpx.AsyncClient, *groups: str, email: str = "mara@example.org") -> Any:
    """Who somebody is after signing in with these groups."""
    door.openid.person("m", email=email, email_verified=True, groups=list(groups))
    await door.sign_in(client, "m")
    return await door.whoever(client)


async def changes(house: House) -> list[tuple[object, ...]]:
    return await house.rows(
        "SELECT action, actor, before, after FROM audit_events"
        " WHERE action IN ('user.role_changed', 'entitlement.changed') ORDER BY id"
    )


async def test_they_follow_the_groups_at_every_sign_in_and_every_change_is_noted(doors: Doors) -> None:
    async with doors(**MAPS) as door, door.client() as client:
        me = await me_after(door, client, "bosses", "labs", "everybody")
        assert (me["role"], me["plan"]["name"]) == ("admin", "Pro")
        assert Decimal(me["balance"]) == Decimal(me["plan"]["monthly_credits"])
        me = await me_after(door, client, "bosses", "labs", "everybody")
        me = await me_after(door, client, "desk", "everybody")
        assert (me["role"], me["plan"]["name"]) == ("support", "Team")
        me = await me_after(door, client)
        assert (me["role"], me["plan"]["name"]) == ("user", "Starter")
        assert await changes(door.house) == [
            ("user.role_changed", "Acme", {"role": "user"}, {"role": "admin"}),
            ("entitlement.changed", "Acme", {"plan": "starter"}, {"plan": "pro"}),
            ("user.role_changed", "Acme", {"role": "admin"}, {"role": "support"}),
            ("entitlement.changed", "Acme", {"plan": "pro"}, {"plan": "team"}),
            ("user.role_changed", "Acme", {"role": "support"}, {"role": "user"}),
            ("entitlement.changed", "Acme", {"plan": "team"}, {"plan": "starter"}),
        ]


@pytest.mark.parametrize("role", [UserRole.SUPPORT, UserRole.ADMIN])
async def test_what_an_admin_gave_stays(doors: Doors, role: UserRole) -> None:
    async with doors(**MAPS) as door, door.client() as client:
        person = await door.house.person(role)
        await door.house.rows(
            "UPDATE user_entitlements SET plan_id = (SELECT id FROM plans WHERE slug = 'pro')"
            " WHERE user_id = %s RETURNING id",
            person.id,
        )
        me = await me_after(door, client, "everybody", email=person.email)
        assert (me["role"], me["plan"]["name"]) == (role.value, "Pro")
        assert await changes(door.house) == []


async def test_the_last_admin_stays_one(doors: Doors) -> None:
    async with doors(**MAPS) as door, door.client() as client:
        await me_after(door, client, "bosses")
        await door.house.rows("UPDATE users SET suspended = true WHERE email = 'admin@example.org' RETURNING id")
        assert (await me_after(door, client))["role"] == "admin"


async def test_groups_that_are_elsewhere_change_nothing(doors: Doors) -> None:
    async with doors(**MAPS) as door, door.client() as client:
        await me_after(door, client, "desk")
        door.openid.person("m", email="mara@example.org", email_verified=True, _claim_names={"groups": "src1"})
        await door.sign_in(client, "m")
        me = await door.whoever(client)
        assert me is not None
        assert me["role"] == "support"


async def test_a_plan_that_went_away_lets_everybody_in(doors: Doors) -> None:
    async with doors(plan_map="labs=gone") as door, door.client() as client:
        assert (await me_after(door, client, "labs"))["plan"]["name"] == "Starter"
