"""The judge of the crash test finds what it is there to find."""

from decimal import Decimal

import psycopg
import pytest

from tests.crash.evidence import offences
from tests.fixtures.api import Api, Person
from tests.fixtures.streams import ask
from tests.fixtures.visitors import Told

BREAKS = [
    "UPDATE messages SET content = content || '.' WHERE role = 'assistant'",
    "UPDATE messages SET state = 'streaming' WHERE role = 'assistant'",
    "UPDATE messages SET state = 'interrupted' WHERE role = 'assistant'",
    "UPDATE conversations SET active_request = uuidv7()",
    "DELETE FROM ledger_entries WHERE kind = 'charge'",
    "DELETE FROM usage_records",
    "DELETE FROM model_calls",
    "UPDATE cost_records SET charged = charged + 1",
    "UPDATE credit_accounts SET balance = balance + 1 WHERE balance < 1000 AND balance > 0",
    "UPDATE credit_accounts SET active = 1",
    "DELETE FROM messages",
]


async def told(user: Person) -> Told:
    answer = await ask(user, "hello")
    return Told(answer.request_id, "k", answer.text, answer.usage.credits, False)


async def test_the_truth_offends_nobody(api: Api, user: Person) -> None:
    first, second = await told(user), await told(user)
    assert first.credits > 0
    assert offences(str(api.services.settings.database_url), [first, first, second._replace(key="l")]) == []


@pytest.mark.parametrize("statement", BREAKS)
async def test_whatever_breaks_the_books_is_found(api: Api, user: Person, statement: str) -> None:
    url = str(api.services.settings.database_url)
    what_was_told = await told(user)
    with psycopg.connect(url, autocommit=True) as connection:
        assert connection.execute(statement).rowcount > 0  # type: ignore[arg-type]
    assert offences(url, [what_was_told]) != []


async def test_whatever_was_told_otherwise_is_found(api: Api, user: Person) -> None:
    url = str(api.services.settings.database_url)
    first, second = await told(user), await told(user)
    for lie in (
        first._replace(text=first.text[:-1]),
        first._replace(credits=first.credits + Decimal("0.0001")),
        first._replace(cancelled=True),
    ):
        assert len(offences(url, [lie])) == 1
    assert offences(url, [first, second]) == ["the key k was answered by 2 requests"]
