"""The OpenAPI document: complete, true, and shown without anybody else's help."""

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import httpx
import msgspec
import pytest
from litestar import Litestar, Response
from litestar.routes import HTTPRoute
from msgspec import Struct

from backend.app import create_app
from backend.openapi_words import meanings
from backend.v1.messages.refusals import AnthropicError
from tests.fixtures.api import Api
from tests.fixtures.databases import settings_for
from tests.fixtures.shapes import shape_of
from tests.test_authorisation import ROUTES, Who

JSON = "application/json"
NO_SIGN_IN_NEEDED = {route for route, who in ROUTES.items() if who is Who.EVERYBODY}


@pytest.fixture(scope="module")
def app() -> Litestar:
    return create_app(settings_for("postgresql://nobody@127.0.0.1:1/nothing"))


@pytest.fixture(scope="module")
def document(app: Litestar) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(app.openapi_schema.to_schema(), enc_hook=str))
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def bodies(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every JSON body: `request`, or the status of the response."""
    for name, part in (("request", operation.get("requestBody", {})), *operation["responses"].items()):
        content = part.get("content", {}).get(JSON)
        if content is not None and content["schema"].get("type") != "null":
            yield name, content


class TestDocument:
    def test_it_has_every_operation(self, document: dict[str, Any]) -> None:
        documented = {route for route, _ in operations(document)}
        assert documented == {route for route in ROUTES if "/schema" not in route}

    def test_types_say_what_they_mean(self, document: dict[str, Any]) -> None:
        schemas = document["components"]["schemas"]
        assert "camelCase or in snake_case" in schemas["ProcessRequest"]["description"]
        assert "never taken for who asks" in schemas["ProcessContext"]["description"]
        assert [name for name, words in meanings().items() if name in schemas and not words.strip()] == []

    def test_every_operation_says_what_it_does(self, document: dict[str, Any]) -> None:
        ids = [operation["operationId"] for _, operation in operations(document)]
        assert len(ids) == len(set(ids))
        for route, operation in operations(document):
            assert 3 < len(operation.get("summary", "")) <= 60, route
            assert operation.get("tags"), route

    def test_every_operation_says_how_it_refuses(self, document: dict[str, Any]) -> None:
        missing = []
        for route, operation in operations(document):
            who = ROUTES[route]
            needed = {"401", "403"} if who is not Who.EVERYBODY else set()
            if "requestBody" in operation or any(p["in"] == "query" for p in operation.get("parameters", ())):
                needed.add("400")
            if "{" in route:
                needed.add("404")
            if needed - set(operation["responses"]):
                missing.append(f"{route}: {needed - set(operation['responses'])}")
        assert missing == []

    def test_every_refusal_has_its_apis_one_shape(self, document: dict[str, Any]) -> None:
        for route, operation in operations(document):
            for status, response in operation["responses"].items():
                if status >= "400" and not (route == "GET /health/ready" and status == "503"):
                    schema = response["content"][JSON]["schema"]
                    shapes = [shape_of(path_of(route)), *([AnthropicError] if "/v1/models" in route else [])]
                    told = [{"$ref": f"#/components/schemas/{shape.__name__}"} for shape in shapes]
                    assert schema == (told[0] if len(told) == 1 else {"anyOf": told}), f"{route} {status}"

    def test_open_operations_do_not_ask_for_a_credential(self, document: dict[str, Any]) -> None:
        assert document["security"] == [{"bearer": []}, {"cookie": []}]
        for route, operation in operations(document):
            optional = {} in operation.get("security", [])
            assert optional is (route in NO_SIGN_IN_NEEDED), route


class TestExamples:
    def test_every_body_has_one_and_every_operation_some(self, document: dict[str, Any]) -> None:
        for route, operation in operations(document):
            shown = [name for name, content in bodies(operation) if content.get("example") is not None]
            assert shown == [name for name, _ in bodies(operation)], route
            assert shown or "204" in operation["responses"] or route == "GET /metrics", route

    def test_every_one_is_of_its_type(self, app: Litestar, document: dict[str, Any]) -> None:
        wrong = []
        for route, operation in operations(document):
            takes, gives = signature(app, route)
            for name, content in bodies(operation):
                kind = takes if name == "request" else gives if name < "300" else shape_of(path_of(route))
                if route == "GET /health/ready":
                    kind = gives
                if kind is None:
                    continue
                try:
                    msgspec.convert(content["example"], kind, strict=True)
                except msgspec.ValidationError as error:
                    wrong.append(f"{route} {name}: {error}")
        assert wrong == []

    def test_they_are_the_same_at_every_start(self, document: dict[str, Any]) -> None:
        again = create_app(settings_for("postgresql://nobody@127.0.0.1:1/nothing")).openapi_schema.to_schema()
        assert msgspec.json.decode(msgspec.json.encode(again, enc_hook=str)) == document

    def test_none_is_random_nor_a_repr(self, document: dict[str, Any]) -> None:
        text = msgspec.json.encode(document).decode()
        assert not re.search(r"Decimal\(|UUID\(|<\w+\.\w+: ", text)
        assert len(text) < 750_000


def path_of(route: str) -> str:
    """Without its method."""
    return route.split(" ")[1]


def signature(app: Litestar, route: str) -> tuple[Any, Any]:
    """The types of an operation's body and answer, None where there is none (or it is a stream)."""
    method, path = route.split(" ")
    for found in app.routes:
        if isinstance(found, HTTPRoute) and found.path_format == path and method in found.route_handler_map:
            handler, _ = found.route_handler_map[method]
            parsed = handler.parsed_fn_signature
            takes = parsed.parameters["data"].annotation if "data" in parsed.parameters else None
            gives = parsed.return_type.annotation
            if get_origin(gives) is Response:
                [gives] = get_args(gives)
            kind = get_origin(gives) or gives
            return takes, gives if isinstance(kind, type) and issubclass(kind, Struct) else None
    raise LookupError(route)


class TestPage:
    async def test_the_document_is_served_to_everybody(self, api: Api) -> None:
        served = await api.client.get("/schema/openapi.json")
        assert served.status_code == 200
        assert served.json()["openapi"].startswith("3.")

    async def test_the_page_needs_nobody_elses_server(self, api: Api) -> None:
        page = await api.client.get("/schema")
        assert page.status_code == 200
        assert "text/html" in page.headers["content-type"]
        named = re.findall(r"""(?:src|href|url)\s*[=:]\s*["']([^"']*)["']""", page.text)
        assert any(address.endswith(".js") for address in named)
        for address in filter(None, named):
            assert not address.startswith(("http:", "https:", "//")), address
            asset = await api.client.get(str(httpx.URL("/schema/").join(address)))
            assert asset.status_code == 200, address
            if address.endswith(".css"):
                assert not re.search(r"@import|url\(\s*['\"]?(https?:)?//", asset.text)
        assert not re.search(r"https?://(?!www\.w3\.org)", re.sub(r"\{.*\}", "", page.text, flags=re.DOTALL))

    @pytest.mark.parametrize("path", ["/schema/nothing", "/schema-assets/nothing.js", "/schema-assets/../app.py"])
    async def test_what_is_not_there_is_not_found(self, api: Api, path: str) -> None:
        response = await api.client.get(path)
        assert response.status_code == 404
