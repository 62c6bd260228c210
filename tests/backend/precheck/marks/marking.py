"""Prompts that were sent and checked, and what the database holds of them."""

from typing import Any

import psycopg

from tests.fixtures.api import Api, Person
from tests.fixtures.streams import ask

WORDS = "write an email to Zyxqwv Canary about the invoice 4711-CANARY"
PIECES_OF_IT = ("zyxqwv", "4711-canary", "zyxqwv canary")


async def checked(person: Person, prompt: str = WORDS) -> str:
    """The id of the check of a prompt that was answered in a conversation."""
    answer = await ask(person, prompt)
    items = (await person.http.get(f"/api/conversations/{answer.conversation_id}/messages")).json()["items"]
    return str(items[-1]["precheck_id"])


async def only_checked(person: Person, prompt: str = WORDS) -> str:
    """The id of the check of a prompt that was never sent."""
    return str((await person.http.post("/api/ai/precheck", json={"prompt": prompt})).json()["id"])


async def mark(person: Person, check: str, **judged: Any) -> dict[str, Any]:
    """Marks a check; what the API says."""
    answer = await person.http.put(f"/api/ai/prechecks/{check}/mark", json=judged)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def holds(api: Api, words: str, *, but: tuple[str, ...] = ()) -> list[str]:
    """The tables, all but those named, that hold these words in any column, readable or as bytes."""
    found = []
    with psycopg.connect(str(api.services.settings.database_url)) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t').fetchall()  # type: ignore[arg-type]
            text = "\n".join(row[0] for row in rows).lower()
            if table not in but and (words.lower() in text or words.lower().encode().hex() in text):
                found.append(table)
    assert len(tables) > 20
    return found
