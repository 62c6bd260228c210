"""No input is a bug: every operation is given every kind of nonsense, and always answers in the one error shape."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import psycopg
import pytest

from backend.app import MAX_BODY_BYTES
from backend.settings import Settings
from shared.errors import ErrorEnvelope
from tests.backend.abuse.sending import send
from tests.fixtures.api import Api, Join, Person
from tests.fixtures.attachments import attach
from tests.fixtures.books import books_balance, holds
from tests.fixtures.databases import settings_for
from tests.fixtures.shapes import fault_of, shape_of

pytestmark = pytest.mark.timeout(600)
AT_ONCE = 8
JSON = {"content-type": "application/json"}
FORM = {"content-type": "multipart/form-data; boundary=x"}

NONSENSE: list[object] = [
    None,
    True,
    0,
    -1,
    2**31,
    10**40,
    1.5,
    "",
    " ",
    "a\0b",
    "\u202e𐍈",
    "x" * 5000,
    [],
    {},
    [None],
    {"a": {"b": [1]}},
]
RAW = {
    "nothing": b"",
    "spaces": b"  ",
    "cut off": b'{"a": ',
    "null": b"null",
    "a list": b"[]",
    "a string": b'"text"',
    "a number too large": b"1e999999",
    "not UTF-8": b'{"a": "\xff\xfe"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "a NUL byte": b'{"a": "\0"}',
    "two documents": b"{}{}",
    "a deep list": b"[" * 100_000,
    "a deep object": b'{"a":' * 100_000,
    "NaN": b'{"a": NaN}',
}
IN_THE_QUERY = [
    *("", " ", "nonsense", "-1", "0", "1.5", "201", str(10**40), "null", "true", "[]", "%00", "%ff", "%ED%A0%80", "%"),
    *("2026-13-45", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "W10", "WyJ4Il0", "x" * 3000),
    *(
        "WyIyMDI2LTExLTIxVDAwOjAwOjAwWiIsICIxIl0",
        "WzFlOTk5XQ",
        "WyJhXHUwMDAwIl0",
        "00000000-0000-0000-0000-000000000000",
    ),
]


@pytest.fixture
def settings(database_url: str, simulator_url: str) -> Settings:
    """Nobody is kept out by anything but their input."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE plans SET limits = '{}'")
    return settings_for(database_url, simulator_url=simulator_url, signup="open", log_level="error")


@pytest.fixture
async def document(api: Api) -> dict[str, Any]:
    found: dict[str, Any] = (await api.client.get("/schema/openapi.json")).json()
    return found


@pytest.fixture
async def ids(admin: Person, join: Join) -> dict[str, str]:
    """Ids that exist, for whatever a path or body names."""
    somebody = await join()

    async def first(path: str, name: str, value: str) -> str:
        items = (await admin.http.get(path, params={"limit": 200} if "models" in path else {})).json()["items"]
        return str(next(item["id"] for item in items if item[name] == value))

    asked = (await somebody.http.post("/api/plan-requests", json={"plan": "pro", "reason": "test"})).json()
    body = {"message": {"content": "hi"}, "stream": False, "params": {"max_tokens": 1}}
    alias = await admin.http.post("/api/admin/aliases", json={"alias": "gpt-x", "target": "sim-fast", "reason": "try"})
    rule = {"category": "hate", "low": "allow", "medium": "warn", "high": "block", "plan": "pro", "reason": "try"}
    ruled = await admin.http.put("/api/admin/risk-policies", json=rule)
    answered = await admin.http.post("/api/ai/chat", json=body)
    assert answered.status_code == 200, answered.text
    answer = answered.json()
    checked = (await admin.http.post("/api/ai/precheck", json={"prompt": "hi"})).json()
    marked = await admin.http.post("/api/admin/precheck/marks", json={"prompt": "hi", "risky": True})
    providers = (await admin.http.get("/api/admin/providers")).json()["items"]
    openai = next(item for item in providers if item["name"] == "openai")
    return {
        "user_id": str(somebody.id),
        "id": str(somebody.id),
        "conversation_id": answer["conversation_id"],
        "message_id": answer["message_id"],
        "request_id": answer["request_id"],
        "attachment_id": str((await attach(admin, b"words")).id),
        "plan_request_id": asked["id"],
        "model_id": await first("/api/admin/models", "name", "gpt-5-nano"),
        "provider_id": openai["id"],
        "endpoint_id": openai["endpoints"][0]["id"],
        "alias_id": alias.json()["id"],
        "rule_id": ruled.json()["id"],
        "import_id": await _import(admin, providers),
        "check_id": checked["id"],
        "mark_id": marked.json()["id"],
        "plan_id": await first("/api/admin/plans", "slug", "pro"),
        "key_id": (await admin.http.post("/v1/api-keys", json={"name": "bad input", "scopes": ["chat"]})).json()["id"],
        **await _abuse(admin),
        "provider": "nobody",
        "assistant_id": await first("/api/admin/assistants", "family", "data"),
    }


async def _abuse(admin: Person) -> dict[str, str]:
    """A blocked prompt, and what is known of it."""
    assert (await send(admin.http)).status_code == 422
    [subject] = (await admin.http.get("/api/admin/abuse")).json()["items"]
    [event] = (await admin.http.get(f"/api/admin/abuse/{subject['id']}")).json()["events"]
    return {"subject_id": subject["id"], "event_id": event["id"]}


async def _import(admin: Person, providers: list[dict[str, Any]]) -> str:
    """A model list of the simulator's."""
    simulator = next(item for item in providers if item["name"] == "simulator")
    answered = await admin.http.post(f"/api/admin/providers/{simulator['id']}/imports", json={})
    assert answered.status_code == 201, answered.text
    return str(answered.json()["id"])


def operations(document: dict[str, Any], ids: dict[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, address with ids that exist, and description of every operation."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            known = {**ids, "request_id": ids["plan_request_id"]} if "plan-requests" in path else ids
            yield method.upper(), path.format(**known), operation


def good_body(operation: dict[str, Any], ids: dict[str, str]) -> dict[str, Any] | None:
    """The example, about things that exist."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    body: dict[str, Any] = {name: ids.get(name, value) for name, value in content["example"].items()}
    if operation["operationId"] == "Chat":
        body["params"] = {"max_tokens": 1, "temperature": 0.5, "top_p": 0.5, "stop": ["x"], "seed": 1}
        body["metadata"] = {"ticket": "b"}
    return body


def spoilt(body: dict[str, Any], properties: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The body with one thing wrong: any field of it (or of an object in it) by any nonsense, missing or unknown."""
    for name in {**body, **dict.fromkeys(properties)}:
        for nonsense in NONSENSE:
            yield {**body, name: nonsense}
        yield {key: value for key, value in body.items() if key != name}
        inside = body.get(name)
        if isinstance(inside, dict):
            for key in inside:
                for nonsense in NONSENSE:
                    yield {**body, name: {**inside, key: nonsense}}
            yield {**body, name: {**inside, "nonsense": 1}}
    yield {**body, "nonsense": 1}


class Sweep:
    """Asks many questions at once and keeps the bad answers."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.bad: list[str] = []
        self.asked = 0
        self._http = http
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def ask(self, method: str, url: str, what: object, only: int | None = None, **more: Any) -> None:
        async with self._turn:
            response = await self._http.request(method, url, **more)
        self.asked += 1
        if not _is_good(response) or (only is not None and response.status_code != only):
            self.bad.append(f"{method} {url} {str(what)[:150]}: {response.status_code} {response.text[:200]}")


def _is_good(response: httpx.Response) -> bool:
    if response.status_code >= 500:
        return False
    if response.status_code < 400:
        return True
    error = fault_of(response)
    return bool(error.message) and error.request_id == response.headers["x-request-id"] and error.code != "internal"


async def test_no_body_is_a_bug(api: Api, admin: Person, document: dict[str, Any], ids: dict[str, str]) -> None:
    sweep, schemas = Sweep(admin.http), document["components"]["schemas"]
    for method, url, operation in operations(document, ids):
        body = good_body(operation, ids)
        if body is None:
            continue
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        schema = schemas[reference.rpartition("/")[2]]
        if method == "PATCH":  # one change at a time: an example may name what cannot be changed
            body = {name: body[name] for name in schema["required"]}
        async with asyncio.TaskGroup() as tasks:
            for number, wrong in enumerate(spoilt(body, schema["properties"])):
                only = 400 if "nonsense" in wrong and shape_of(url) is ErrorEnvelope else None
                key = {"idempotency-key": str(number)} if operation["operationId"] == "Chat" else {}
                tasks.create_task(sweep.ask(method, url, wrong, only, json=wrong, headers=key))
            for name, raw in RAW.items():
                tasks.create_task(sweep.ask(method, url, name, 400, content=raw, headers=JSON))
    assert sweep.bad == []
    assert sweep.asked > 1500
    assert await holds(api) == 0
    await books_balance(api)


async def test_a_lone_surrogate_is_nowhere_a_bug(
    api: Api, admin: Person, document: dict[str, Any], ids: dict[str, str]
) -> None:
    sweep = Sweep(admin.http)
    for method, url, operation in operations(document, ids):
        body = good_body(operation, ids)
        for name, value in (body or {}).items():
            if isinstance(value, str):
                raw = msgspec.json.encode({**(body or {}), name: "SURROGATE"}).replace(b"SURROGATE", b"a\\ud800b")
                await sweep.ask(method, url, raw, 400, content=raw, headers=JSON)
    assert sweep.bad == []
    assert sweep.asked > 30


async def test_more_than_ten_megabytes_are_too_large_everywhere(
    api: Api, admin: Person, document: dict[str, Any], ids: dict[str, str]
) -> None:
    sweep = Sweep(admin.http)
    huge = b'{"reason": "' + b"x" * MAX_BODY_BYTES + b'"}'

    async def in_pieces() -> Any:
        for start in range(0, len(huge), 1_000_000):
            yield huge[start : start + 1_000_000]

    for method, url, operation in operations(document, ids):
        if "requestBody" in operation:
            headers = JSON if "application/json" in operation["requestBody"]["content"] else FORM
            await sweep.ask(method, url, "11 MB", 413, content=huge, headers=headers)
    await sweep.ask("POST", "/api/ai/chat", "11 MB in pieces", 413, content=in_pieces(), headers=JSON)
    assert sweep.bad == []


async def test_no_query_is_a_bug(api: Api, admin: Person, document: dict[str, Any], ids: dict[str, str]) -> None:
    sweep = Sweep(admin.http)
    async with asyncio.TaskGroup() as tasks:
        for method, url, operation in operations(document, ids):
            if operation["operationId"] == "EndSessions":
                continue
            for parameter in operation.get("parameters", ()):
                if parameter["in"] != "query":
                    continue
                for nonsense in IN_THE_QUERY:
                    address = f"{url}?{parameter['name']}={nonsense if '%' in nonsense else quote(nonsense)}"
                    only = 400 if nonsense == "nonsense" and parameter["name"] in {"limit", "cursor", "from"} else None
                    tasks.create_task(sweep.ask(method, address, "", only))
    assert sweep.bad == []
    assert sweep.asked > 500


@pytest.mark.parametrize(
    "nonsense", ["nonsense", "%00", "%ff", "..", "0", "x" * 3000, "00000000-0000-0000-0000-00000000000g"]
)
async def test_no_address_is_a_bug(
    api: Api, admin: Person, document: dict[str, Any], ids: dict[str, str], nonsense: str
) -> None:
    sweep = Sweep(admin.http)
    for path, methods in document["paths"].items():
        if "{" not in path:
            continue
        for method, operation in methods.items():
            url = path.format_map(dict.fromkeys([*ids, "plan_request_id"], nonsense))
            await sweep.ask(method.upper(), url, "", None, json=good_body(operation, ids))
    assert sweep.bad == []
    assert sweep.asked > 15


@pytest.mark.parametrize(
    "name", ["idempotency-key", "last-event-id", "x-forwarded-for", "accept", "content-type", "origin"]
)
async def test_no_header_is_a_bug(api: Api, admin: Person, ids: dict[str, str], name: str) -> None:
    sweep = Sweep(admin.http)
    for value in (b"", b"x", b"\xff\xfe", b"x" * 5000, b"1.2.3", b"9" * 39, b"1." + b"9" * 37, b",,,", b"a/b; c=d; ="):
        headers = {**JSON, name: value}
        body = b'{"messages": [{"role": "user", "content": "hi"}], "stream": false, "params": {"max_tokens": 1}}'
        await sweep.ask("POST", "/api/ai/chat", value, content=body, headers=headers)
        await sweep.ask("GET", f"/api/ai/chat/{ids['request_id']}/events", value, headers=headers)
        await sweep.ask("GET", "/v1/auth/me", value, headers=headers)
    assert sweep.bad == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "TRACE"])
async def test_a_method_that_is_not_taken_is_said_so(api: Api, admin: Person, method: str) -> None:
    response = await admin.http.request(method, "/api/ai/chat")
    assert response.status_code == 405
    assert "POST" in response.headers["allow"]
    if method != "HEAD":
        assert response.json()["error"]["code"] == "method_not_allowed"
