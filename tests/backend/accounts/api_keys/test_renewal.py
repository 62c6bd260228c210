"""Keys that renew: made to last longer in time, once, and on record."""

import asyncio
from typing import Any

import pytest

from backend.accounts import jobs
from shared.paths import API_KEYS
from tests.backend.desk import rows
from tests.fixtures.api import Api, Person
from tests.fixtures.programs import make_key


async def key(person: Person, api: Api, left: str, renewal: dict[str, int] | None) -> str:
    """A key that still lasts so long."""
    end = {"expires_at": "2027-11-20T00:00:00Z"} if renewal else {}
    made = await make_key(person, renewal=renewal, **end)
    rows(api, f"UPDATE api_keys SET expires_at = now() + interval '{left}' WHERE id = '{made['id']}'")
    return str(made["id"])


def days_left(api: Api) -> float:
    [row] = rows(api, "SELECT extract(epoch FROM expires_at - now()) / 86400 AS days FROM api_keys")
    return float(row["days"])


@pytest.mark.parametrize(
    ("left", "change"),
    [
        ("8 days", "name = 'not yet'"),
        ("-1 second", "name = 'too late'"),
        ("6 days", "revoked_at = now()"),
        ("6 days", "renewal_days = NULL"),
    ],
)
async def test_only_what_is_due_is_renewed(api: Api, user: Person, left: str, change: str) -> None:
    await key(user, api, left, {"period_days": 30, "days_before": 7})
    rows(api, f"UPDATE api_keys SET {change}")
    before = days_left(api)
    await jobs.renew_api_keys(api.services)
    assert days_left(api) == pytest.approx(before, abs=0.01)
    assert rows(api, "SELECT 1 FROM audit_events WHERE action = 'api_key.renewed'") == []


async def test_a_suspended_persons_is_not(api: Api, user: Person) -> None:
    await key(user, api, "6 days", {"period_days": 30, "days_before": 7})
    rows(api, f"UPDATE users SET suspended = true WHERE id = '{user.id}'")
    await jobs.renew_api_keys(api.services)
    assert days_left(api) == pytest.approx(6, abs=0.01)


async def test_by_many_processes_at_once_it_is_renewed_once(api: Api, user: Person) -> None:
    made = await key(user, api, "6 days", {"period_days": 30, "days_before": 7})
    await asyncio.gather(*(jobs.renew_api_keys(api.services) for _ in range(5)))
    await jobs.renew_api_keys(api.services)
    assert days_left(api) == pytest.approx(36, abs=0.01)
    shown: dict[str, Any] = (await user.http.get(f"{API_KEYS}/{made}")).json()
    assert shown["renewed_at"] is not None
    [event] = rows(api, "SELECT * FROM audit_events WHERE action = 'api_key.renewed'")
    assert (event["actor_id"], event["actor"], event["subject_id"]) == (None, "Fairlead", made)
    assert event["before"]["expires_at"] < event["after"]["expires_at"] == shown["expires_at"].replace("+00:00", "Z")
