import asyncio
from decimal import Decimal

import pytest

from backend.accounts.errors import EmailTaken, UnknownPlan
from backend.accounts.repository import create_person
from shared.accounts import UserRole
from tests.backend.accounts.house import House, new_email


async def _create(house: House, email: str, plan: str = "starter", role: UserRole = UserRole.USER) -> None:
    async with house.database.unit_of_work() as session:
        await create_person(session, email=email, name="Ada", password_hash=None, role=role, plan=plan)


TABLES = ("organisations", "users", "memberships", "user_entitlements", "credit_accounts", "ledger_entries")


async def _sizes(house: House) -> list[object]:
    return [(await house.rows(f"SELECT count(*) FROM {table}"))[0][0] for table in TABLES]


async def test_an_unknown_plan_leaves_nothing_behind(house: House) -> None:
    before = await _sizes(house)
    with pytest.raises(UnknownPlan, match="FAIRLEAD_DEFAULT_PLAN"):
        await _create(house, new_email(), plan="no such plan")
    assert await _sizes(house) == before


async def test_a_taken_address_leaves_nothing_behind(house: House) -> None:
    email = new_email()
    await _create(house, email)
    before = await _sizes(house)
    answers = await asyncio.gather(*(_create(house, email) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [EmailTaken] * 3
    assert await _sizes(house) == before


@pytest.mark.parametrize("plan", ["starter", "pro", "team"])
async def test_a_person_gets_organisation_plan_and_the_months_credits(house: House, plan: str) -> None:
    email = new_email()
    await _create(house, email, plan)
    ((monthly,),) = await house.rows("SELECT monthly_credits FROM plans WHERE slug = %s", plan)
    rows = await house.rows(
        "SELECT o.personal, m.role, p.slug, a.balance, a.granted, a.held,"
        " a.period = date_trunc('month', now() AT TIME ZONE 'UTC')::date, a.day = (now() AT TIME ZONE 'UTC')::date"
        " FROM users u JOIN organisations o ON o.id = u.organisation_id JOIN memberships m ON m.user_id = u.id"
        " JOIN user_entitlements e ON e.user_id = u.id JOIN plans p ON p.id = e.plan_id"
        " JOIN credit_accounts a ON a.user_id = u.id AND a.organisation_id = o.id WHERE u.email = %s",
        email,
    )
    assert rows == [(True, "owner", plan, monthly, monthly, Decimal(0), True, True)]
    ledger = await house.rows(
        "SELECT l.kind, l.amount, l.reason FROM ledger_entries l JOIN users u ON u.id = l.user_id WHERE u.email = %s",
        email,
    )
    assert ledger == [("grant", monthly, "monthly credits")]


async def test_a_plan_without_credits_grants_none(house: House) -> None:
    await house.rows("UPDATE plans SET monthly_credits = 0 WHERE slug = 'starter' RETURNING id")
    email = new_email()
    await _create(house, email)
    rows = await house.rows(
        "SELECT a.balance, (SELECT count(*) FROM ledger_entries l WHERE l.user_id = u.id)"
        " FROM users u JOIN credit_accounts a ON a.user_id = u.id WHERE u.email = %s",
        email,
    )
    assert rows == [(Decimal(0), 0)]
