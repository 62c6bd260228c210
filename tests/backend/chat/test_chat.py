"""Asking for answers, whole and streamed, as a caller over HTTP."""

from decimal import Decimal
from uuid import uuid4

import httpx
import pytest

from shared.chat import ChatAnswer
from tests.fixtures.api import Person
from tests.fixtures.streams import ask, streamed

CHAT = "/api/ai/chat"


class TestWhole:
    async def test_answers_and_charges_what_it_says(self, user: Person) -> None:
        answer = await ask(user, "Write a haiku about rope.")
        assert answer.text
        assert answer.usage.final
        assert answer.usage.credits > 0
        assert not answer.usage.estimated
        me = (await user.http.get("/v1/auth/me")).json()
        assert Decimal(me["balance"]) == 1000 - answer.usage.credits == answer.usage.balance


class TestStreamed:
    async def test_tells_the_events_in_order(self, user: Person) -> None:
        events = await streamed(user, {"message": {"content": "Explain a bowline."}})
        names = [name for name, _ in events]
        assert names[:3] == ["accepted", "precheck", "route"]
        assert names[-2:] == ["usage", "done"]
        assert set(names[3:-2]) <= {"delta", "usage"}
