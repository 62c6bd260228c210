"""The outermost layer: what it finds out about a request, and what it puts on every response."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from backend import database
from backend.accounts.identities import IdentityCache
from backend.database import Database
from backend.edge import Edge
from backend.load import Load
from backend.secrets import Secrets
from shared.errors import ErrorEnvelope
from tests.fixtures.databases import settings_for

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
LOCAL = ("127.0.0.1", 40000)
PROXY = ("10.1.2.3", 40000)
STRANGER = ("203.0.113.9", 40000)

KEY = "fl_live_" + "x" * 43

Headers = list[tuple[bytes, bytes]]


class Inside:
    """The application behind the edge: remembers what it was told, and answers."""

    def __init__(self, headers: Headers | None = None) -> None:
        self.scope: dict[str, Any] | None = None
        self._headers = headers or []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = scope
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        await send({"type": "http.response.body", "body": b"inside"})


class Answer:
    """What came out."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status: int = messages[0]["status"]
        self.headers: list[tuple[str, str]] = [(k.decode(), v.decode()) for k, v in messages[0]["headers"]]
        self.body = b"".join(message.get("body", b"") for message in messages[1:])

    def header(self, name: str) -> str:
        [value] = [value for key, value in self.headers if key.lower() == name]
        return value


async def ask(
    inside: Inside,
    headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    *,
    client: tuple[str, int] | None = LOCAL,
    method: str = "GET",
    proxies: str = "127.0.0.1/32,::1/128,10.0.0.0/8",
) -> Answer:
    settings = settings_for(NOWHERE, trusted_proxies=proxies)
    pairs = list(headers.items()) if isinstance(headers, Mapping) else headers
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "scheme": "http",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in pairs],
        "client": client,
        "server": ("127.0.0.1", 8000),
    }
    identities = IdentityCache(Database(NOWHERE), Secrets(b"s" * 32))
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    edge = Edge(inside, load=Load(10), identities=identities, settings=settings)  # type: ignore[arg-type]
    await edge(scope, receive, send)  # type: ignore[arg-type]
    return Answer(sent)


async def state(*args: Any, **kwargs: Any) -> dict[str, Any]:
    inside = Inside()
    await ask(inside, *args, **kwargs)
    assert inside.scope is not None
    found: dict[str, Any] = inside.scope["state"]
    return found


class TestAddress:
    @pytest.mark.parametrize(
        ("client", "forwarded", "address"),
        [
            (STRANGER, [], "203.0.113.9"),
            (STRANGER, ["198.51.100.1"], "203.0.113.9"),  # a stranger says what it likes
            (LOCAL, [], ""),
            (PROXY, [], ""),
            (PROXY, ["198.51.100.1"], "198.51.100.1"),
            (PROXY, ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),  # what the client itself wrote comes first
            (PROXY, ["198.51.100.1, 10.9.9.9"], "198.51.100.1"),  # through two of our proxies
            (PROXY, ["6.6.6.6", "198.51.100.1"], "198.51.100.1"),  # a proxy that adds a line instead of a word
            (PROXY, ["198.51.100.1, nonsense"], ""),
            (PROXY, ["nonsense, 198.51.100.1"], "198.51.100.1"),
            (PROXY, ["10.9.9.9, 127.0.0.1"], ""),
            (PROXY, [""], ""),
            (PROXY, [" , "], ""),
            (PROXY, ["2001:db8::1"], "2001:db8::1"),
            (PROXY, ["::ffff:198.51.100.1"], "198.51.100.1"),
            (PROXY, ["198.51.100.1:4000"], ""),
            (("::1", 4000), ["198.51.100.1"], "198.51.100.1"),
            (("::ffff:10.1.2.3", 4000), ["198.51.100.1"], "198.51.100.1"),
            (("::ffff:203.0.113.9", 4000), ["198.51.100.1"], "203.0.113.9"),
            (("", 0), ["198.51.100.1"], ""),
            (None, ["198.51.100.1"], ""),
        ],
    )
    async def test_is_the_last_one_that_no_proxy_of_ours_has(
        self, client: tuple[str, int] | None, forwarded: list[str], address: str
    ) -> None:
        headers = [("x-forwarded-for", value) for value in forwarded]
        assert (await state(headers, client=client))["address"] == address

    @pytest.mark.parametrize(
        ("client", "proto", "secure"),
        [(PROXY, "https", True), (PROXY, "http", False), (PROXY, None, False), (STRANGER, "https", False)],
    )
    async def test_https_is_believed_of_proxies_only(
        self, client: tuple[str, int], proto: str | None, secure: bool
    ) -> None:
        headers = {} if proto is None else {"x-forwarded-proto": proto}
        assert (await state(headers, client=client))["secure"] is secure


class TestCredential:
    @pytest.mark.parametrize(
        ("headers", "credential", "token"),
        [
            ([], "", ""),
            ([("cookie", "other=1; sidx=2")], "", ""),
            ([("authorization", "Basic YTpi")], "bearer", ""),
            ([("authorization", "Bearer")], "bearer", ""),
            ([("authorization", ""), ("cookie", "sid=abc")], "bearer", ""),
            ([("authorization", ""), ("x-api-key", "fl_live_x")], "bearer", ""),
            ([("x-api-key", "sk-somebody-elses"), ("cookie", "sid=abc")], "bearer", ""),
            ([("x-api-key", "fls_a-session")], "bearer", ""),
            ([("cookie", "sid=fl_live_x")], "cookie", ""),
        ],
    )
    async def test_without_a_token_nobody_is_asked(
        self, headers: list[tuple[str, str]], credential: str, token: str
    ) -> None:
        inside = Inside()
        await ask(inside, headers)
        assert inside.scope is not None
        assert inside.scope["state"]["credential"] == credential
        assert inside.scope["auth"] == token
        assert inside.scope["user"] is None

    @pytest.mark.parametrize(
        ("headers", "token"),
        [
            ([("authorization", "Bearer fls_x")], "fls_x"),
            ([("authorization", "bearer   fls_x ")], "fls_x"),
            ([("cookie", "sid=fls_x")], "fls_x"),
            ([("x-api-key", KEY)], KEY),
            ([("authorization", f"Bearer {KEY}")], KEY),
            ([("x-api-key", KEY), ("authorization", "Bearer fls_x"), ("cookie", "sid=fls_y")], "fls_x"),
            ([("cookie", 'a=1; sid="fls_x"; b=2')], "fls_x"),
        ],
    )
    async def test_with_the_database_away_it_says_so(
        self, headers: list[tuple[str, str]], token: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(database, "PATIENCE_SECONDS", 0)
        inside = Inside()
        answer = await ask(inside, headers)
        assert inside.scope is None
        assert (answer.status, answer.header("retry-after")) == (503, "2")
        error = msgspec.json.decode(answer.body, type=ErrorEnvelope).error
        assert (error.code, error.retryable) == ("unavailable", True)
        assert error.request_id == answer.header("x-request-id")
        assert token not in answer.body.decode()


class TestHeaders:
    async def test_every_response_is_guarded_and_named(self) -> None:
        answer = await ask(Inside())
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("x-frame-options") == "DENY"
        assert answer.header("referrer-policy") == "no-referrer"
        assert "default-src 'self'" in answer.header("content-security-policy")
        assert len(answer.header("x-request-id")) == 36

    async def test_what_the_inside_says_itself_is_not_said_twice(self) -> None:
        own: Headers = [(b"x-request-id", b"mine"), (b"x-frame-options", b"SAMEORIGIN")]
        answer = await ask(Inside(own))
        assert answer.header("x-request-id") == "mine"
        assert answer.header("x-frame-options") == "SAMEORIGIN"

    async def test_request_ids_differ_and_are_never_the_callers(self) -> None:
        first, second = [(await ask(Inside(), {"x-request-id": "mine"})).header("x-request-id") for _ in range(2)]
        assert first != second
        assert "mine" not in (first, second)

    async def test_a_refusal_is_guarded_too(self) -> None:
        answer = await ask(
            Inside(), {"origin": "https://evil.example", "content-type": "application/json"}, method="POST"
        )
        assert answer.status == 403
        assert answer.header("x-frame-options") == "DENY"
        error = msgspec.json.decode(answer.body, type=ErrorEnvelope).error
        assert (error.code, error.request_id) == ("not_allowed", answer.header("x-request-id"))

    @pytest.mark.parametrize("kind", ["lifespan", "websocket"])
    async def test_other_connections_pass(self, kind: str) -> None:
        inside = Inside()
        edge = Edge(
            inside,
            load=Load(10),
            identities=IdentityCache(Database(NOWHERE), Secrets(b"s" * 32)),
            settings=settings_for(NOWHERE),
        )  # type: ignore[arg-type]

        async def nothing(*_: Any) -> Any:
            return {}

        await edge({"type": kind}, nothing, nothing)  # type: ignore[arg-type]
        assert inside.scope == {"type": kind}
