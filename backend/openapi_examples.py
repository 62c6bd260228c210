"""Examples in the OpenAPI document: written ones for requests, for answers made of their schemas.

They are the same at every start; tests hold them to the types they are examples of.
"""

from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import OpenAPI
from msgspec import Struct

from backend.openapi_words import describe

FILE = Path(__file__).with_name("openapi_examples.toml")
JSON = "application/json"
ID = "01a1fc9e-7b40-7c51-9d6e-2f3b8a4c5d6e"
_FORMATS = {"uuid": ID, "date-time": "2026-11-21T09:30:00Z", "date": "2026-11-21"}
_TYPES: dict[str, object] = {"string": "12.5", "integer": 12, "number": 0.5, "boolean": False, "object": {}}
"""A string without a name of its own is an amount: what else is said in text has a name in the file."""

Schema = dict[str, Any]


class Written(Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    requests: dict[str, dict[str, Any]]
    values: dict[str, Any]


@cache
def written() -> Written:
    """The file's content."""
    return msgspec.toml.decode(FILE.read_bytes(), type=Written)


class Document(OpenAPI):
    """An OpenAPI document that shows by example."""

    def to_schema(self) -> dict[str, Any]:
        """As JSON, with the meaning of every type, and an example for every body and parameter that is an id."""
        document: dict[str, Any] = _any_of(super().to_schema())
        schemas: dict[str, Schema] = document["components"]["schemas"]
        describe(schemas)
        for operations in document["paths"].values():
            for operation in operations.values():
                _show(operation, schemas)
        return document


def _any_of(part: Any) -> Any:
    """Litestar writes unions as `oneOf`, of which 4 (an integer and a number) would be none: they are `anyOf`."""
    if isinstance(part, dict):
        return {"anyOf" if key == "oneOf" else key: _any_of(value) for key, value in part.items()}
    return [_any_of(value) for value in part] if isinstance(part, list) else part


class ExemplifiedConfig(OpenAPIConfig):
    """Configuration of a document with examples."""

    def to_openapi_schema(self) -> OpenAPI:
        """The document, still without operations."""
        plain = super().to_openapi_schema()
        return Document(**{field.name: getattr(plain, field.name) for field in fields(OpenAPI)})


def _show(operation: dict[str, Any], schemas: dict[str, Schema]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter.get("schema", {}).get("format") == "uuid":
            parameter["example"] = ID
    for body in (operation.get("requestBody", {}), *operation["responses"].values()):
        content = body.get("content", {}).get(JSON, {})
        shown = example(content["schema"], schemas) if "schema" in content else None
        if shown is not None:
            content["example"] = shown


def example(schema: Schema, schemas: dict[str, Schema], name: str = "") -> Any:
    """A value of a schema; `name` is `Type.field` where it stands in one."""
    values = written().values
    if name in values:
        return values[name]
    if "$ref" in schema:
        title = schema["$ref"].rpartition("/")[2]
        return written().requests.get(title) or example(schemas[title], schemas)
    if "properties" in schema:
        title = schema.get("title", "")
        return {key: example(part, schemas, f"{title}.{key}") for key, part in schema["properties"].items()}
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas, name)
    for choice in ("const", "enum"):
        if choice in schema:
            return schema[choice] if choice == "const" else schema[choice][0]
    if (field := name.rpartition(".")[2]) in values:
        return values[field]
    if schema.get("type") == "array":
        return [example(schema["items"], schemas, name)]
    kinds = schema.get("type", "object")
    return _FORMATS.get(schema.get("format", "")) or _TYPES.get(kinds if isinstance(kinds, str) else kinds[0])
