"""JSON Schemas as the Messages API takes them for answers and strict tools.

It compiles a schema to a grammar and refuses what that cannot express; objects must be closed. What is refused moves
into the description, where the model reads it, as the vendor's own package does. Sources:
platform.claude.com/docs/en/build-with-claude/structured-outputs (JSON Schema limitations), the `anthropic` package
(lib/_parse/_transform.py).
"""

import msgspec
from msgspec import Raw

_Schema = dict[str, object]

_KEPT = {"$ref", "$defs", "definitions", "type", "enum", "const", "description", "title", "default", "required"}
_FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"}
_OF_SCHEMAS = {"properties", "$defs", "definitions"}
_ALTERNATIVES = {"anyOf": "anyOf", "oneOf": "anyOf", "allOf": "allOf"}


def acceptable(schema: Raw) -> Raw:
    """The schema in the part of the language that is understood.

    What cannot be read, or is too deep, is left for the provider to refuse.
    """
    try:
        return Raw(msgspec.json.encode(_closed(msgspec.json.decode(schema))))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return schema


def _closed(schema: object) -> object:
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {name: _named(schema[name]) if name in _OF_SCHEMAS else schema[name] for name in schema if name in _KEPT}
    kept: _Schema = {}
    beyond: list[str] = []
    for name, value in schema.items():
        if name in _OF_SCHEMAS:
            kept[name] = _named(value)
        elif name in _ALTERNATIVES and isinstance(value, list):
            kept[_ALTERNATIVES[name]] = [_closed(item) for item in value]
        elif name == "items":
            kept[name] = _closed(value)
        elif name in _KEPT or (name == "format" and value in _FORMATS) or (name == "minItems" and value in (0, 1)):
            kept[name] = value
        elif name not in ("additionalProperties", "$schema", "$id"):
            beyond.append(f"{name}: {msgspec.json.encode(value).decode()}")
    if kept.get("type") == "object" or "properties" in kept:
        kept["additionalProperties"] = False
    if beyond:
        kept["description"] = f"{kept.get('description', '')}\n\n{{{', '.join(beyond)}}}".strip()
    return kept


def _named(schemas: object) -> object:
    return {name: _closed(schema) for name, schema in schemas.items()} if isinstance(schemas, dict) else schemas
