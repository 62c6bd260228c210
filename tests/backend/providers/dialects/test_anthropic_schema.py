import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from backend.providers.dialects.anthropic_schema import acceptable


def accepted(schema: object) -> object:
    return json.loads(bytes(acceptable(Raw(json.dumps(schema).encode()))))


@pytest.mark.parametrize(
    ("schema", "sent"),
    [
        (True, True),
        ({"type": "object"}, {"type": "object", "additionalProperties": False}),
        (
            {"type": "object", "properties": {"a": {"type": "object", "additionalProperties": True}}},
            {
                "type": "object",
                "properties": {"a": {"type": "object", "additionalProperties": False}},
                "additionalProperties": False,
            },
        ),
        ({"type": "integer", "minimum": 1}, {"type": "integer", "description": "{minimum: 1}"}),
        (
            {"type": "string", "description": "A name", "maxLength": 5, "pattern": "x"},
            {"type": "string", "description": 'A name\n\n{maxLength: 5, pattern: "x"}'},
        ),
        ({"type": "string", "format": "date"}, {"type": "string", "format": "date"}),
        ({"type": "string", "format": "odd"}, {"type": "string", "description": '{format: "odd"}'}),
        ({"type": "array", "items": {"minimum": 0}, "minItems": 1}, None),
        ({"oneOf": [{"type": "null"}]}, {"anyOf": [{"type": "null"}]}),
        ({"$schema": "x", "type": "null"}, {"type": "null"}),
        (
            {"$ref": "#/$defs/A", "$defs": {"A": {"type": "object"}}},
            {"$ref": "#/$defs/A", "$defs": {"A": {"type": "object", "additionalProperties": False}}},
        ),
        (
            {"type": "object", "properties": {"minimum": {"type": "null"}, "$ref": {"type": "null"}}},
            {
                "type": "object",
                "properties": {"minimum": {"type": "null"}, "$ref": {"type": "null"}},
                "additionalProperties": False,
            },
        ),
    ],
)
def test_objects_are_closed_and_what_is_not_understood_is_left_to_be_read(schema, sent):
    if sent is None:
        sent = {"type": "array", "items": {"description": "{minimum: 0}"}, "minItems": 1}
    assert accepted(schema) == sent


@pytest.mark.parametrize("wire", [b"{broken", b'{"items":' * 900 + b"{}" + b"}" * 900, b"[" * 100_000])
def test_what_cannot_be_read_is_left_for_the_provider_to_refuse(wire):
    assert bytes(acceptable(Raw(wire))) == wire


NESTED = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "properties", "items", "anyOf", "$ref", "$defs", "minimum", "enum", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(NESTED)
def test_any_schema_becomes_one_that_stays_as_it_is(schema):
    once = accepted(schema)
    assert accepted(once) == once
