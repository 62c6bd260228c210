"""What the books say afterwards, held against what people were told."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

import psycopg

from tests.fixtures.visitors import Told

QUIET = {
    "holds that outlive their lease": "SELECT count(*) FROM holds",
    "answers that still count as being written": "SELECT count(*) FROM messages WHERE state = 'streaming'",
    "conversations that wait for an answer": "SELECT count(*) FROM conversations WHERE active_request IS NOT NULL",
    "accounts with a balance that is not their ledger's sum, or below zero": (
        "SELECT count(*) FROM credit_accounts a WHERE balance < 0 OR balance <>"
        " (SELECT coalesce(sum(amount), 0) FROM ledger_entries l WHERE l.user_id = a.user_id)"
    ),
    "accounts that hold something": "SELECT count(*) FROM credit_accounts WHERE held <> 0 OR active <> 0",
    "admitted requests that are not accounted for exactly once": (
        "SELECT count(*) FROM (SELECT p.request_id FROM prompt_checks p LEFT JOIN model_calls m"
        " ON m.request_id = p.request_id AND m.final WHERE p.request_id IS NOT NULL AND p.risk_action <> 'block'"
        " GROUP BY p.request_id HAVING count(m.id) <> 1) wrong"
    ),
    "answers whose request is not accounted for exactly once": (
        "SELECT count(*) FROM messages a WHERE role = 'assistant' AND 1 <>"
        " (SELECT count(*) FROM model_calls m WHERE m.request_id = a.request_id AND m.final)"
    ),
    "costs that are not the ledger's charge, the usage and the message's credits": (
        "SELECT count(*) FROM cost_records c LEFT JOIN usage_records u USING (organisation_id, request_id)"
        " LEFT JOIN ledger_entries l ON l.organisation_id = c.organisation_id AND l.request_id = c.request_id"
        " AND l.kind = 'charge' LEFT JOIN messages m ON m.organisation_id = c.organisation_id"
        " AND m.request_id = c.request_id AND m.role = 'assistant' WHERE c.charged <> -coalesce(l.amount, 0)"
        " OR u.display_units IS DISTINCT FROM c.charged OR m.credits IS DISTINCT FROM c.charged"
        " OR c.charged + c.absorbed <> c.display_cost"
    ),
    "charges without a cost": (
        "SELECT count(*) FROM ledger_entries l WHERE kind = 'charge' AND NOT EXISTS"
        " (SELECT 1 FROM cost_records c WHERE c.request_id = l.request_id)"
    ),
}
"""What there must be none of once everything has come to rest."""


def offences(database_url: str, told: list[Told]) -> list[str]:
    """Everything that is wrong, in words; nothing is the only good answer."""
    with psycopg.connect(database_url) as connection:
        return [*_unrest(connection), *_lies(connection, told)]


def _unrest(connection: psycopg.Connection[tuple[object, ...]]) -> Iterator[str]:
    for what, query in QUIET.items():
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
        if row is None or row[0] != 0:
            yield f"{row[0] if row else '?'} {what}"


def _lies(connection: psycopg.Connection[tuple[object, ...]], told: list[Told]) -> Iterator[str]:
    kept: dict[UUID, tuple[str, str, Decimal]] = {
        request_id: (state, content, charged)
        for request_id, state, content, charged in connection.execute(
            "SELECT m.request_id, m.state, m.content, coalesce(c.charged, 0) FROM messages m"
            " LEFT JOIN cost_records c ON c.request_id = m.request_id WHERE m.role = 'assistant'"
        )
    }  # type: ignore[misc]
    by_key: defaultdict[str, set[UUID]] = defaultdict(set)
    for one in told:
        if one.key is not None:
            by_key[one.key].add(one.request_id)
        state, content, charged = kept.get(one.request_id, ("gone", "", Decimal(0)))
        wanted = "cancelled" if one.cancelled else "complete"
        if (state, content, charged) != (wanted, one.text, one.credits):
            yield (
                f"{one.request_id} was told to be {wanted} with {len(one.text)} characters for {one.credits};"
                f" it is {state} with {len(content)} for {charged}"
            )
    for key, requests in by_key.items():
        if len(requests) > 1:
            yield f"the key {key} was answered by {len(requests)} requests"
