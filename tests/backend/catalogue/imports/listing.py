"""A provider on a port of its own that lists what it is told to, and entries as real lists have them."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from backend.catalogue.imports.offers import Offer
from tests.backend.providers.loopback import Asked, Connection, reply, serving
from tests.fixtures.upstream import ANSWER, STREAM

CLAUDE: dict[str, Any] = {
    "id": "anthropic/claude-sonnet-4.5",
    "name": "Anthropic: Claude Sonnet 4.5",
    "context_length": 1_000_000,
    "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"], "tokenizer": "Claude"},
    "pricing": {
        "prompt": "0.000003",
        "completion": "0.000015",
        "request": "0",
        "image": "0",
        "web_search": "0.01",
        "internal_reasoning": "0",
        "input_cache_read": "0.0000003",
        "input_cache_write": "0.00000375",
    },
    "top_provider": {"context_length": 1_000_000, "max_completion_tokens": 64_000, "is_moderated": False},
    "supported_parameters": ["max_tokens", "tools", "tool_choice", "reasoning", "structured_outputs"],
}
LLAMA: dict[str, Any] = {
    "id": "meta-llama/llama-3.3-70b-instruct:free",
    "name": "Meta: Llama 3.3 70B (free)",
    "context_length": 65_536,
    "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
    "pricing": {"prompt": "0", "completion": "0"},
    "top_provider": {"context_length": 65_536, "max_completion_tokens": None},
    "supported_parameters": ["max_tokens"],
}
AUTO: dict[str, Any] = {
    "id": "openrouter/auto",
    "name": "Auto Router",
    "context_length": 2_000_000,
    "pricing": {"prompt": "-1", "completion": "-1"},
}


def entry(base: Mapping[str, Any] = CLAUDE, **changes: Any) -> dict[str, Any]:
    """An entry with some fields changed; `pricing` is changed by its own fields, None takes one away."""
    pricing = {**base["pricing"], **changes.pop("pricing", {})}
    return {**base, "pricing": {word: value for word, value in pricing.items() if value is not None}, **changes}


def offer(name: str = "vendor/model-1", **facts: Any) -> Offer:
    """An offer with prices of 1 and 2 dollars."""
    given = {"context_window": 100_000, "max_output_tokens": 8_000, "prices": prices("1", "2"), **facts}
    return Offer(upstream_name=name, **given)


def prices(read: str, write: str, **others: str | None) -> dict[str, Decimal | None]:
    """Prices as an offer has them."""
    given = {"input": read, "output": write, **others}
    return {bucket: None if value is None else Decimal(value) for bucket, value in given.items()}


class Lister:
    """`pages` answer one request after another, the last one again and again; bytes go out as they are, None never.

    Chats are answered too.
    """

    def __init__(self, *pages: object) -> None:
        self.pages: list[object] = list(pages) or [{"data": []}]
        self.status = 200
        self.base_url = ""
        self.asked: list[Asked] = []

    async def script(self, connection: Connection) -> None:
        """Answers whatever comes."""
        while True:
            asked = await connection.request()
            self.asked.append(asked)
            if asked.line.startswith("POST"):
                await connection.send(STREAM if b'"stream":true' in asked.body else reply(ANSWER))
                continue
            page = self.pages[0] if len(self.pages) == 1 else self.pages.pop(0)
            if page is None:
                await connection.left()
                return
            body = page if isinstance(page, bytes) else json.dumps(page).encode()
            await connection.send(reply(body, self.status))


@asynccontextmanager
async def listing(*pages: object) -> AsyncIterator[Lister]:
    """One on a free port."""
    it = Lister(*pages)
    async with serving(it.script) as target:
        it.base_url = target.base_url
        yield it


def add_provider(database_url: str, base_url: str, name: str = "router", dialect: str = "openai") -> UUID:
    """A provider at this address that needs no key; its id."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        row = connection.execute(
            "WITH p AS (INSERT INTO model_providers (name, display_name, dialect, api_base_url, needs_key,"
            " allow_private_network) VALUES (%s, %s, %s, %s, false, true) RETURNING id),"
            " e AS (INSERT INTO provider_endpoints (provider_id, base_url, region) SELECT id, %s, '' FROM p)"
            " SELECT id FROM p",
            (name, name.title(), dialect, base_url, base_url),
        ).fetchone()
    assert row is not None
    return UUID(str(row[0]))
