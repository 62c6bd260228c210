"""What tests of the admin desk read beside its answers."""

from decimal import Decimal
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from tests.fixtures.api import Api, Person

WHY = {"reason": "A test."}


def code(answer: httpx.Response) -> tuple[int, str]:
    """A refusal's status and code."""
    return answer.status_code, answer.json()["error"]["code"]


def rows(api: Api, statement: str) -> list[dict[str, Any]]:
    """What the database says to a statement."""
    with psycopg.connect(str(api.services.settings.database_url), autocommit=True, row_factory=dict_row) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def events(api: Api, action: str = "") -> list[dict[str, Any]]:
    """What people changed, oldest first; of one action if one is given."""
    return rows(
        api,
        f"SELECT * FROM audit_events WHERE actor_id IS NOT NULL AND '{action}' IN ('', action) ORDER BY id",
    )


def account(api: Api, person: Person) -> tuple[Decimal, Decimal]:
    """The balance, and what the ledger sums to."""
    [row] = rows(
        api,
        "SELECT balance, (SELECT sum(amount) FROM ledger_entries l WHERE l.user_id = a.user_id) AS ledger"
        f" FROM credit_accounts a WHERE user_id = '{person.id}'",
    )
    return row["balance"], row["ledger"]
