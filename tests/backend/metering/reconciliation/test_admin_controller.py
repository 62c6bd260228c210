"""The list of runs, and what the desk says of them."""

from datetime import UTC, datetime

import psycopg

from backend.metering.reconciliation.service import reconcile
from tests.fixtures.api import Api, Person

PATH = "/api/admin/reconciliations"


def unbalance(api: Api, person: Person, balance: int) -> None:
    with psycopg.connect(str(api.services.settings.database_url), autocommit=True) as connection:
        connection.execute("UPDATE credit_accounts SET balance = %s, held = 3 WHERE user_id = %s", (balance, person.id))


async def runs(api: Api, person: Person, number: int) -> None:
    for balance in range(number):
        unbalance(api, person, balance)
        await reconcile(api.services, "hand", datetime.now(UTC))


async def test_support_sees_the_desk_but_not_the_list(support: Person) -> None:
    assert (await support.http.get(PATH)).status_code == 403


async def test_runs_are_listed_newest_first_page_by_page(api: Api, admin: Person, user: Person) -> None:
    await runs(api, user, 3)
    first = (await admin.http.get(PATH, params={"limit": 2})).json()
    second = (await admin.http.get(PATH, params={"limit": 2, "cursor": first["next"]})).json()
    items = [*first["items"], *second["items"]]
    assert [item["findings"][1]["recorded"] for item in items] == ["2", "1", "0"]
    assert (second.get("next"), items[0]["counts"], items[0]["left"]) == (None, {"held": 1, "balance": 1}, 1)
    assert (await admin.http.get(PATH, params={"cursor": "nonsense"})).status_code == 400


async def test_the_desk_says_what_was_repaired_and_what_was_not(api: Api, support: Person, user: Person) -> None:
    assert (await support.http.get("/api/admin/overview")).json()["attention"] == []
    await runs(api, user, 2)
    said = (await support.http.get("/api/admin/overview")).json()["attention"]
    assert said[0].startswith("The books do not balance: 1 difference cannot be repaired")
    assert said[1].startswith("Reconciliation put 2 differences right in the last 24 hours.")
    with psycopg.connect(str(api.services.settings.database_url), autocommit=True) as connection:
        connection.execute("UPDATE reconciliation_runs SET created_at = created_at - interval '25 hours'")
    assert (await support.http.get("/api/admin/overview")).json()["attention"] == []
