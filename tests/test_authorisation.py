"""Who may call what: every route of the application, tried as everybody."""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from litestar.routes import HTTPRoute

from backend.accounts.api_keys.reach import REACH
from backend.app import create_app
from shared.accounts import UserRole
from shared.api_keys import Scope
from tests.fixtures.api import Api, Join, Person
from tests.fixtures.attachments import attach
from tests.fixtures.databases import settings_for
from tests.fixtures.programs import make_key, program
from tests.fixtures.shapes import fault_of
from tests.fixtures.streams import ask

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
FOREIGN = "https://evil.example"


class Who(StrEnum):
    """Who gets past the guards of a route."""

    EVERYBODY = "everybody"
    USER = "user"
    SUPPORT = "support"
    ADMIN = "admin"


ROUTES: dict[str, Who] = {
    "GET /health": Who.EVERYBODY,
    "GET /health/ready": Who.EVERYBODY,
    "GET /health/detailed": Who.ADMIN,
    "GET /metrics": Who.EVERYBODY,  # from the operator's network
    "GET /schema": Who.EVERYBODY,
    "GET /schema/openapi.json": Who.EVERYBODY,
    "GET /schema/oauth2-redirect.html": Who.EVERYBODY,
    "GET /schema/{path}": Who.EVERYBODY,
    "GET /schema-assets/{file_path}": Who.EVERYBODY,
    "GET /v1/auth/options": Who.EVERYBODY,
    "POST /v1/auth/login": Who.EVERYBODY,
    "POST /v1/auth/signup": Who.EVERYBODY,
    "POST /v1/auth/refresh": Who.EVERYBODY,
    "POST /v1/auth/reset": Who.EVERYBODY,
    "POST /v1/auth/logout": Who.EVERYBODY,
    "GET /v1/auth/oidc/{provider}/start": Who.EVERYBODY,
    "GET /v1/auth/oidc/{provider}/callback": Who.EVERYBODY,
    "GET /v1/auth/me": Who.USER,
    "POST /v1/auth/password": Who.USER,
    "GET /v1/auth/sessions": Who.USER,
    "DELETE /v1/auth/sessions": Who.USER,
    "GET /v1/api-keys": Who.USER,
    "POST /v1/api-keys": Who.USER,
    "GET /v1/api-keys/{key_id}": Who.USER,
    "PUT /v1/api-keys/{key_id}": Who.USER,
    "DELETE /v1/api-keys/{key_id}": Who.USER,
    "POST /v1/api-keys/{key_id}/rotate": Who.USER,
    "POST /api/ai/precheck": Who.USER,
    "GET /api/ai/prechecks/marks": Who.USER,
    "PUT /api/ai/prechecks/{check_id}/mark": Who.USER,
    "DELETE /api/ai/prechecks/{check_id}/mark": Who.USER,
    "GET /api/ai/assistants": Who.USER,
    "GET /api/ai/models": Who.USER,
    "POST /api/ai/chat": Who.USER,
    "POST /v1/chat/completions": Who.USER,
    "POST /v1/completions": Who.USER,
    "POST /v1/responses": Who.USER,
    "POST /v1/messages": Who.USER,
    "POST /v1/messages/count_tokens": Who.USER,
    "POST /v1/ai/process": Who.USER,
    "GET /v1/models": Who.USER,
    "GET /v1/models/{model_id}": Who.USER,
    "GET /v1/providers": Who.USER,
    "GET /v1/health/providers": Who.USER,
    "GET /v1/usage": Who.USER,
    "POST /v1/embeddings": Who.USER,
    "POST /v1/images/generations": Who.USER,
    "POST /v1/images/edits": Who.USER,
    "POST /v1/images/variations": Who.USER,
    "POST /api/ai/chat/{request_id}/cancel": Who.USER,
    "GET /api/ai/chat/{request_id}/events": Who.USER,
    "GET /api/conversations": Who.USER,
    "GET /api/conversations/{conversation_id}": Who.USER,
    "PATCH /api/conversations/{conversation_id}": Who.USER,
    "DELETE /api/conversations/{conversation_id}": Who.USER,
    "GET /api/conversations/{conversation_id}/messages": Who.USER,
    "PUT /api/messages/{message_id}/feedback": Who.USER,
    "POST /api/attachments": Who.USER,
    "GET /api/attachments/{attachment_id}": Who.USER,
    "DELETE /api/attachments/{attachment_id}": Who.USER,
    "GET /api/usage": Who.USER,
    "GET /api/plans": Who.USER,
    "GET /api/plan-requests": Who.USER,
    "POST /api/plan-requests": Who.USER,
    "GET /api/admin/overview": Who.SUPPORT,
    "GET /api/admin/providers/health": Who.SUPPORT,
    "GET /api/admin/model-calls": Who.SUPPORT,
    "GET /api/admin/model-calls/{request_id}": Who.SUPPORT,
    "GET /api/admin/users": Who.SUPPORT,
    "GET /api/admin/audit": Who.SUPPORT,
    "PATCH /api/admin/users": Who.ADMIN,
    "GET /api/admin/abuse": Who.SUPPORT,
    "GET /api/admin/abuse/settings": Who.SUPPORT,
    "PATCH /api/admin/abuse/settings": Who.ADMIN,
    "GET /api/admin/abuse/{subject_id}": Who.SUPPORT,
    "POST /api/admin/abuse/{subject_id}/revoke": Who.ADMIN,
    "POST /api/admin/abuse/{subject_id}/pause": Who.ADMIN,
    "POST /api/admin/abuse/events/{event_id}/take-back": Who.ADMIN,
    "GET /api/admin/api-keys": Who.ADMIN,
    "DELETE /api/admin/api-keys/{key_id}": Who.ADMIN,
    "GET /api/admin/organisations": Who.ADMIN,
    "PATCH /api/admin/organisations": Who.ADMIN,
    "POST /api/admin/users/{user_id}/grants": Who.ADMIN,
    "POST /api/admin/users/{user_id}/reset": Who.ADMIN,
    "GET /api/admin/models": Who.ADMIN,
    "POST /api/admin/models": Who.ADMIN,
    "PATCH /api/admin/models/{model_id}": Who.ADMIN,
    "POST /api/admin/models/{model_id}/activate": Who.ADMIN,
    "GET /api/admin/reconciliations": Who.ADMIN,
    "GET /api/admin/providers": Who.ADMIN,
    "POST /api/admin/providers": Who.ADMIN,
    "PATCH /api/admin/providers/{provider_id}": Who.ADMIN,
    "POST /api/admin/providers/{provider_id}/endpoints": Who.ADMIN,
    "PATCH /api/admin/providers/{provider_id}/endpoints/{endpoint_id}": Who.ADMIN,
    "POST /api/admin/providers/{provider_id}/imports": Who.ADMIN,
    "GET /api/admin/imports": Who.ADMIN,
    "GET /api/admin/imports/{import_id}": Who.ADMIN,
    "POST /api/admin/imports/{import_id}/apply": Who.ADMIN,
    "GET /api/admin/multipliers": Who.ADMIN,
    "POST /api/admin/multipliers": Who.ADMIN,
    "GET /api/admin/aliases": Who.ADMIN,
    "POST /api/admin/aliases": Who.ADMIN,
    "DELETE /api/admin/aliases/{alias_id}": Who.ADMIN,
    "GET /api/admin/service-types": Who.ADMIN,
    "POST /api/admin/service-types": Who.ADMIN,
    "GET /api/admin/risk-policies": Who.ADMIN,
    "PUT /api/admin/risk-policies": Who.ADMIN,
    "POST /api/admin/risk-policies/preview": Who.ADMIN,
    "DELETE /api/admin/risk-policies/{rule_id}": Who.ADMIN,
    "GET /api/admin/risk-guard": Who.ADMIN,
    "PUT /api/admin/risk-guard": Who.ADMIN,
    "GET /api/admin/assistants": Who.ADMIN,
    "POST /api/admin/assistants": Who.ADMIN,
    "PATCH /api/admin/assistants/{assistant_id}": Who.ADMIN,
    "GET /api/admin/plans": Who.ADMIN,
    "POST /api/admin/plans": Who.ADMIN,
    "PATCH /api/admin/plans/{plan_id}": Who.ADMIN,
    "GET /api/admin/entitlements": Who.ADMIN,
    "PATCH /api/admin/entitlements": Who.ADMIN,
    "GET /api/admin/plan-requests": Who.ADMIN,
    "POST /api/admin/plan-requests/{request_id}/decide": Who.ADMIN,
    "POST /api/admin/precheck/bench": Who.ADMIN,
    "GET /api/admin/precheck/marks": Who.ADMIN,
    "POST /api/admin/precheck/marks": Who.ADMIN,
    "GET /api/admin/precheck/marks/export": Who.ADMIN,
    "DELETE /api/admin/precheck/marks/{mark_id}": Who.ADMIN,
}

OWN_OBJECTS = {
    "GET /v1/api-keys/{key_id}": None,
    "PUT /v1/api-keys/{key_id}": {"name": "mine"},
    "DELETE /v1/api-keys/{key_id}": None,
    "POST /v1/api-keys/{key_id}/rotate": {},
    "GET /api/conversations/{conversation_id}": None,
    "PATCH /api/conversations/{conversation_id}": {"title": "mine"},
    "DELETE /api/conversations/{conversation_id}": None,
    "GET /api/conversations/{conversation_id}/messages": None,
    "PUT /api/messages/{message_id}/feedback": {"rating": "up"},
    "GET /api/attachments/{attachment_id}": None,
    "DELETE /api/attachments/{attachment_id}": None,
    "PUT /api/ai/prechecks/{check_id}/mark": {"risky": False},
    "DELETE /api/ai/prechecks/{check_id}/mark": None,
    "POST /api/ai/chat/{request_id}/cancel": None,
    "GET /api/ai/chat/{request_id}/events": None,
}
"""Routes to what belongs to one person, each with a body that would be good."""
NOBODYS_OBJECTS = {"GET /v1/models/{model_id}"}
"""Routes to what belongs to nobody in particular."""

RANK = [Who.EVERYBODY, Who.USER, Who.SUPPORT, Who.ADMIN]
WRITES = [route for route in ROUTES if not route.startswith("GET ")]


def routes_of_the_application() -> set[str]:
    app = create_app(settings_for(NOWHERE))
    return {
        f"{method} {route.path_format}"
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method not in {"OPTIONS", "HEAD"}
    }


def test_every_route_says_here_who_may_call_it() -> None:
    """A new route needs a line in `ROUTES`, and in `OWN_OBJECTS` when it leads to what belongs to somebody.

    If programs may use it with a key, also one in `backend.accounts.api_keys.reach.REACH`.
    """
    assert routes_of_the_application() == set(ROUTES)
    assert {route for route, who in ROUTES.items() if who is Who.USER and "{" in route} == {
        *OWN_OBJECTS,
        *NOBODYS_OBJECTS,
    }


async def call(http: httpx.AsyncClient, route: str, ids: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    """Calls a route, with ids that belong to nobody where none are given."""
    method, path = route.split(" ")
    names = (
        "conversation_id",
        "message_id",
        "request_id",
        "user_id",
        "model_id",
        "provider_id",
        "endpoint_id",
        "attachment_id",
        "alias_id",
        "rule_id",
        "key_id",
        "import_id",
        "check_id",
        "mark_id",
        "subject_id",
        "event_id",
    )
    found = {name: str(uuid4()) for name in (*names, "assistant_id", "plan_id")}
    known = found | {"file_path": "x", "path": "x", "provider": "x"} | (ids or {})
    return await http.request(method, path.format(**known), **more)


async def refused(http: httpx.AsyncClient, status: int, routes: list[str]) -> list[str]:
    """The routes that do not answer with this status and the one error shape."""
    wrong = []
    for route in routes:
        response = await call(http, route, json={})
        code = {401: "not_signed_in", 403: "not_allowed"}[status]
        if response.status_code != status or fault_of(response).code != code:
            wrong.append(f"{route}: {response.status_code} {response.text[:100]}")
    return wrong


class TestRoles:
    async def test_nobody_gets_past_the_door(self, api: Api) -> None:
        closed = [route for route, who in ROUTES.items() if who is not Who.EVERYBODY]
        assert await refused(api.client, 401, closed) == []

    @pytest.mark.parametrize("token", ["", "nonsense", "fls_" + "x" * 43, "fl_live_x", "é", "x" * 8000, "a.b.c"])
    async def test_nor_does_a_token_that_is_none(self, api: Api, token: str) -> None:
        async with httpx.AsyncClient(base_url=api.url) as http:
            for headers in (
                {"authorization": f"Bearer {token}".strip().encode("latin-1")},
                {"cookie": f"sid={token}".encode()},
            ):
                response = await http.get("/v1/auth/me", headers=headers)
                assert (response.status_code, response.json()["error"]["code"]) == (401, "not_signed_in")

    @pytest.mark.parametrize("role", [UserRole.USER, UserRole.SUPPORT])
    async def test_who_may_do_less_is_refused_more(self, join: Join, role: UserRole) -> None:
        person = await join(role=role)
        more = [route for route, who in ROUTES.items() if RANK.index(who) > RANK.index(Who(role))]
        assert await refused(person.http, 403, more) == []

    @pytest.mark.parametrize("role", UserRole)
    async def test_who_may_is_let_in(self, join: Join, role: UserRole) -> None:
        """Whatever is wrong with the request after that."""
        person = await join(role=role)
        wrong = []
        for route, who in ROUTES.items():
            if RANK.index(who) > RANK.index(Who(role)) or route in {"POST /v1/auth/logout", "DELETE /v1/auth/sessions"}:
                continue
            response = await call(person.http, route, json={})
            if response.status_code in {401, 403, 405} or response.status_code >= 500:
                wrong.append(f"{route}: {response.status_code} {response.text[:100]}")
        assert wrong == []

    async def test_plain_people_see_nothing_under_admin(self) -> None:
        assert {who for route, who in ROUTES.items() if "/api/admin/" in route} == {Who.SUPPORT, Who.ADMIN}

    async def test_support_neither_writes_nor_reads_what_calls_cost_to_whom(self) -> None:
        for route, who in ROUTES.items():
            if "/api/admin/" in route and (
                not route.startswith("GET ")
                or any(thing in route for thing in ("/models", "/multipliers", "/plans", "/entitlements"))
                or route.endswith("/providers")
            ):
                assert who is Who.ADMIN, route

    async def test_a_role_that_is_taken_away_is_gone_at_once(self, api: Api, join: Join, admin: Person) -> None:
        other = await join(role=UserRole.ADMIN)
        assert (await other.http.get("/api/admin/models")).status_code == 200
        patch = {"id": str(other.id), "role": "user", "reason": "test"}
        assert (await admin.http.patch("/api/admin/users", json=patch)).status_code == 200
        assert (await other.http.get("/api/admin/models")).status_code == 403
        patch = {"id": str(other.id), "suspended": True, "reason": "test"}
        assert (await admin.http.patch("/api/admin/users", json=patch)).status_code == 200
        assert (await other.http.get("/v1/auth/me")).status_code == 401


class TestKeys:
    """Whoever its person is, a key does what its scopes name and nothing else."""

    REACHED = {f"{method} {path}" for method, path in REACH}
    BY_A_PERSON = [route for route, who in ROUTES.items() if who is not Who.EVERYBODY]

    def test_what_keys_reach_exists_and_is_everybodys_who_signed_in(self) -> None:
        assert {ROUTES[route] for route in self.REACHED} == {Who.USER}

    @pytest.mark.parametrize("role", [UserRole.USER, UserRole.ADMIN])
    async def test_with_every_scope_it_reaches_what_is_named_and_no_more(self, join: Join, role: UserRole) -> None:
        async with program(await join(role=role)) as script:
            closed = [route for route in self.BY_A_PERSON if route not in self.REACHED]
            assert await refused(script.http, 403, closed) == []
            for route in self.REACHED:
                response = await call(script.http, route, json={})
                assert response.status_code in {200, 400, 404}, f"{route}: {response.text}"
            assert (await script.http.post("/v1/auth/logout")).status_code == 204
            assert (await script.http.get("/api/ai/models")).status_code == 200, "a key is no session that ends"

    @pytest.mark.parametrize("scope", Scope)
    async def test_with_one_scope_it_reaches_what_that_names(self, user: Person, scope: Scope) -> None:
        async with program(user, scopes=[scope.value]) as script:
            reached = {f"{method} {path}" for (method, path), needed in REACH.items() if needed is scope}
            closed = [route for route in self.BY_A_PERSON if route not in reached]
            assert await refused(script.http, 403, closed) == []

    async def test_as_a_cookie_it_is_worth_nothing(self, api: Api, user: Person) -> None:
        secret = (await make_key(user))["key"]
        async with httpx.AsyncClient(base_url=api.url, cookies={"sid": secret}) as http:
            assert (await http.get("/api/ai/models")).status_code == 401
        async with httpx.AsyncClient(base_url=api.url, headers={"x-api-key": secret}) as http:
            assert (await http.get("/api/ai/models")).status_code == 200
            assert (await http.get("/v1/auth/me")).status_code == 403


class TestOwners:
    @pytest.fixture
    async def mine(self, user: Person) -> dict[str, str]:
        """Ids of what belongs to `user`."""
        answer = await ask(user, "hello")
        made = await user.http.post("/v1/api-keys", json={"name": "mine", "scopes": ["chat"]})
        said = (await user.http.get(f"/api/conversations/{answer.conversation_id}/messages")).json()["items"]
        check = next(message["precheck_id"] for message in said if message["precheck_id"])
        assert (await user.http.put(f"/api/ai/prechecks/{check}/mark", json={"risky": True})).status_code == 200
        return {
            "key_id": made.json()["id"],
            "conversation_id": str(answer.conversation_id),
            "message_id": str(answer.message_id),
            "request_id": str(answer.request_id),
            "attachment_id": str((await attach(user, b"words")).id),
            "check_id": check,
        }

    @pytest.mark.parametrize("role", UserRole)
    async def test_to_everybody_else_it_does_not_exist(
        self, join: Join, user: Person, mine: dict[str, str], role: UserRole
    ) -> None:
        other = await join(role=role)
        for route, body in OWN_OBJECTS.items():
            theirs, nothing = await call(other.http, route, mine, json=body), await call(other.http, route, json=body)
            assert theirs.status_code == nothing.status_code == 404, route
            told = [{**response.json()["error"], "request_id": None} for response in (theirs, nothing)]
            assert told[0] == told[1], f"{route} gives away that it exists"
        for body in (
            {"conversation_id": mine["conversation_id"], "message": {"content": "hi"}},
            {"conversation_id": mine["conversation_id"], "replace_from": mine["message_id"]},
        ):
            assert (await other.http.post("/api/ai/chat", json=body)).status_code == 404
        own = await ask(other, "mine")
        foreign = {
            "conversation_id": str(own.conversation_id),
            "message": {"content": "x"},
            "replace_from": mine["message_id"],
        }
        assert (await other.http.post("/api/ai/chat", json=foreign)).status_code == 404
        precheck = {"conversation_id": mine["conversation_id"], "prompt": "hi"}
        assert (await other.http.post("/api/ai/precheck", json=precheck)).status_code == 404
        page = await user.http.get(f"/api/conversations/{mine['conversation_id']}/messages")
        assert [message["feedback"] for message in page.json()["items"]] == [None, None]

    async def test_lists_hold_only_ones_own(self, join: Join, user: Person, mine: dict[str, str], api: Api) -> None:
        await user.http.post("/api/plan-requests", json={"plan": "pro", "reason": "more"})
        other = await join()
        for path in ("/api/conversations", "/api/plan-requests"):
            assert len((await user.http.get(path)).json()["items"]) == 1
            assert (await other.http.get(path)).json()["items"] == []
        assert (await other.http.get("/api/usage")).json()["total"]["calls"] == 0
        theirs = (await user.http.get("/v1/auth/sessions")).json()["items"]
        own = (await other.http.get("/v1/auth/sessions")).json()["items"]
        assert {s["id"] for s in theirs}.isdisjoint(s["id"] for s in own)
        ended = await other.http.delete("/v1/auth/sessions", params={"id": theirs[0]["id"]})
        assert ended.status_code == 404
        assert (await user.http.get("/v1/auth/me")).status_code == 200

    async def test_an_own_object_of_another_organisation_does_not_exist_either(
        self, api: Api, user: Person, mine: dict[str, str]
    ) -> None:
        """Somebody who was moved to another organisation leaves what belongs to the first one behind."""
        with psycopg.connect(str(api.services.settings.database_url), autocommit=True) as connection:
            organisation = connection.execute(
                "INSERT INTO organisations (name, personal) VALUES ('Elsewhere', false) RETURNING id"
            ).fetchone()
            assert organisation is not None
            connection.execute("UPDATE users SET organisation_id = %s WHERE id = %s", (organisation[0], user.id))
        api.services.identities.clear()
        for route, body in OWN_OBJECTS.items():
            if "/chat/" in route:
                continue
            assert (await call(user.http, route, mine, json=body)).status_code == 404, route


class TestForeignPages:
    @pytest.fixture
    async def browser(self, api: Api, admin: Person) -> AsyncIterator[httpx.AsyncClient]:
        """An admin's browser: the most that a foreign page could abuse."""
        async with httpx.AsyncClient(base_url=api.url, cookies={"sid": admin.token}, timeout=30) as http:
            yield http

    @pytest.mark.parametrize(
        "headers",
        [
            {"origin": FOREIGN},
            {"origin": "null"},
            {"referer": f"{FOREIGN}/page"},
            {"origin": FOREIGN, "sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {},
        ],
        ids=lambda headers: " ".join(headers) or "nothing said",
    )
    async def test_make_no_browser_write(self, browser: httpx.AsyncClient, headers: dict[str, str]) -> None:
        wrong = []
        for route in WRITES:
            response = await call(browser, route, json={}, headers=headers)
            if response.status_code != 403 or fault_of(response).code != "not_allowed":
                wrong.append(f"{route}: {response.status_code}")
        assert wrong == []
        assert (await browser.get("/v1/auth/me")).status_code == 200

    @pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
    async def test_nor_does_a_form(self, browser: httpx.AsyncClient, api: Api, media_type: str) -> None:
        wrong = []
        for route in WRITES:
            headers = {"content-type": media_type, "origin": api.url}
            response = await call(browser, route, content=b'{"a": 1}', headers=headers)
            if response.status_code != 415:
                wrong.append(f"{route}: {response.status_code}")
        assert wrong == []

    async def test_our_own_page_does(self, browser: httpx.AsyncClient, api: Api) -> None:
        wrong = []
        for route in WRITES:
            if route in {"POST /v1/auth/logout", "DELETE /v1/auth/sessions"}:
                continue
            response = await call(browser, route, json={}, headers={"origin": api.url})
            if response.status_code in {401, 403, 415}:
                wrong.append(f"{route}: {response.status_code}")
        assert wrong == []

    async def test_no_other_origin_is_told_that_it_may_read(self, browser: httpx.AsyncClient) -> None:
        for method in ("GET", "OPTIONS"):
            headers = {"origin": FOREIGN, "access-control-request-method": "POST"}
            response = await browser.request(method, "/v1/auth/me", headers=headers)
            assert not [name for name in response.headers if name.startswith("access-control-")]
