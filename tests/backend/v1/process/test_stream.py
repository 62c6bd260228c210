"""The unified endpoint streamed: native text, and the envelope as the last event."""

from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from backend.chat.feed import BUFFER_BYTES
from shared.errors import ErrorCode
from shared.paths import PROCESS
from tests.backend.desk import account, rows
from tests.fixtures.api import Api, Person
from tests.fixtures.books import books_balance, holds
from tests.fixtures.faults import PROMPT, Faults
from tests.fixtures.models import add_model, lift_limits
from tests.fixtures.programs import program
from tests.fixtures.upstream import eventually

Event = tuple[str, dict[str, Any]]


async def told(person: Person, body: dict[str, Any], **headers: str) -> list[Event]:
    """Every event, by name."""
    body = {"prompt": PROMPT, **body, "options": {"stream": True, **body.get("options", {})}}
    async with person.http.stream("POST", PROCESS, json=body, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        text = (await response.aread()).decode()
    events = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            events.append((fields["event"], msgspec.json.decode(fields["data"])))
    return events


def text_of(events: list[Event]) -> str:
    """What is left of the deltas after every restart."""
    parts: list[str] = []
    for name, data in events:
        if name == "restart":
            parts.clear()
        elif name == "delta":
            parts.append(data["text"])
    return "".join(parts)


def ended(api: Api) -> dict[str, str]:
    """The models whose calls are over, with how they ended."""
    return {row["model"]: row["status"] for row in rows(api, "SELECT model, status FROM model_calls")}


def running(api: Api) -> int:
    """How many requests are being answered."""
    return len(rows(api, "SELECT request_id FROM holds"))


@pytest.fixture
async def faults(api: Api, user: Person, simulator: httpx.Client) -> Faults:
    """A user without limits, and a model that fails as it is told."""
    url = str(api.services.settings.database_url)
    lift_limits(url)
    made = Faults(user, simulator, url)
    made.add("first")
    await api.services.catalogue.refresh()
    return made


async def test_the_last_event_has_all_of_it(api: Api, user: Person) -> None:
    before, _ = account(api, user)
    events = await told(user, {"context": {"sessionId": "s"}})
    assert {name for name, _ in events[:-1]} == {"delta"}
    name, envelope = events[-1]
    assert (name, envelope["success"]) == ("result", True)
    assert envelope["data"] == text_of(events) != ""
    assert envelope["metadata"]["labels"] == {"sessionId": "s"}
    assert account(api, user)[0] == before - Decimal(envelope["metadata"]["cost"])
    await books_balance(api)


async def test_alternatives_come_with_it(user: Person) -> None:
    *_, (name, envelope) = await told(user, {"options": {"alternatives": 1}})
    assert name == "result"
    assert envelope["alternatives"][0]["data"]


async def test_json_is_told_as_text_and_given_as_json(user: Person) -> None:
    events = await told(user, {"options": {"format": "json"}})
    assert msgspec.json.decode(text_of(events)) == events[-1][1]["data"]


async def test_a_repeated_request_is_told_again(api: Api, user: Person) -> None:
    key = {"idempotency-key": "again"}
    first, again = await told(user, {}, **key), await told(user, {}, **key)
    assert text_of(first) == text_of(again)
    assert first[-1][1]["metadata"]["requestId"] == again[-1][1]["metadata"]["requestId"]
    assert first[-1][1]["metadata"]["cost"] == again[-1][1]["metadata"]["cost"]


async def test_an_answer_that_breaks_off_for_good_ends_in_an_error(api: Api, user: Person, faults: Faults) -> None:
    faults.always("cut")
    before, _ = account(api, user)
    events = await told(user, {"options": {"model": "first"}})
    name, envelope = events[-1]
    assert (name, envelope["success"], envelope["data"]) == ("result", False, None)
    assert envelope["error"]["code"] in set(ErrorCode)
    assert envelope["metadata"]["routing"]["attempts"][-1]["status"] == "failed"
    assert account(api, user)[0] == before
    assert await holds(api) == 0


class TestTime:
    @pytest.fixture
    async def slow(self, api: Api) -> str:
        """A model that writes for twenty seconds."""
        url = str(api.services.settings.database_url)
        lift_limits(url)
        add_model(url, "slow", upstream="sim-bench-400-50")
        await api.services.catalogue.refresh()
        return "slow"

    async def test_what_is_not_whole_in_time_fails_and_is_free(self, api: Api, user: Person, slow: str) -> None:
        before, _ = account(api, user)
        asked = {"options": {"model": slow}, "constraints": {"maxResponseTime": 700}}
        events = await told(user, asked)
        name, envelope = events[-1]
        assert text_of(events)
        assert (name, envelope["error"]["code"], envelope["data"]) == ("result", "too_late", None)
        response = await user.http.post(PROCESS, json={"prompt": PROMPT, **asked})
        assert (response.status_code, response.json()["error"]["code"]) == (504, "too_late")
        assert 0.6 < response.elapsed.total_seconds() < 5
        assert account(api, user)[0] == before
        assert await holds(api) == 0

    async def test_asked_again_with_the_same_key_it_failed_the_same_way(self, user: Person, slow: str) -> None:
        body = {"prompt": PROMPT, "options": {"model": slow}, "constraints": {"maxResponseTime": 300}}
        first, again = [await user.http.post(PROCESS, json=body, headers={"idempotency-key": "k"}) for _ in range(2)]
        assert (first.status_code, again.status_code) == (504, 504)
        assert again.json()["error"] == first.json()["error"]
        assert again.json()["metadata"]["routing"] == first.json()["metadata"]["routing"]

    async def test_that_is_no_fault_of_the_provider(self, api: Api, user: Person, slow: str) -> None:
        for _ in range(3):
            body = {"prompt": PROMPT, "options": {"model": slow}, "constraints": {"maxResponseTime": 300}}
            assert (await user.http.post(PROCESS, json=body)).status_code == 504
        assert slow not in api.services.health or api.services.health[slow].uptime == 1.0

    async def test_in_time_nothing_happens(self, user: Person) -> None:
        events = await told(user, {"constraints": {"maxResponseTime": 20_000}})
        assert events[-1][1]["success"] is True


class TestLeaving:
    async def test_who_goes_away_before_the_end_has_nobody_else_asked(self, api: Api, user: Person) -> None:
        url = str(api.services.settings.database_url)
        lift_limits(url)
        add_model(url, "first", upstream="sim-bench-40-0")
        add_model(url, "second", upstream="sim-bench-400-50")
        await api.services.catalogue.refresh()
        asked = {
            "prompt": PROMPT,
            "preferences": {"preferredServices": ["first", "second"]},
            "options": {"stream": True, "alternatives": 1},
        }
        async with program(user, scopes=["chat"]) as talking:
            async with talking.http.stream("POST", PROCESS, json=asked) as response:
                await eventually(lambda: ended(api) == {"first": "answered"} and running(api) == 1)
                await response.aclose()
            await eventually(lambda: ended(api) == {"first": "answered", "second": "cancelled"})
        await books_balance(api)

    async def test_an_envelope_larger_than_what_a_reader_may_fall_behind_is_told(self, api: Api, user: Person) -> None:
        url = str(api.services.settings.database_url)
        lift_limits(url)
        add_model(url, "long", upstream="sim-echo", input="0.001", output="0.001")
        rows(api, "UPDATE models SET context_window = 1000000, max_output_tokens = 500000 WHERE name = 'long'")
        rows(api, "UPDATE plans SET max_context = 1000000")
        await api.services.catalogue.refresh()
        long = "rope " * 230_000
        events = await told(user, {"prompt": long, "options": {"model": "long", "maxTokens": 400_000}})
        name, envelope = events[-1]
        assert (name, envelope["success"]) == ("result", True)
        assert len(envelope["data"]) > BUFFER_BYTES
