import time
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.simulator.least import Unsatisfiable, least


def doubled(times: int) -> dict[str, Any]:
    """A schema of a few lines that asks for two to the power of `times` values."""
    definitions: dict[str, Any] = {"d0": {"type": "string"}}
    for number in range(1, times):
        inner = {"$ref": f"#/$defs/d{number - 1}"}
        definitions[f"d{number}"] = {"type": "object", "properties": {"a": inner, "b": inner}, "required": ["a", "b"]}
    return {"$ref": f"#/$defs/d{times - 1}", "$defs": definitions}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"type": "string", "minLength": 9, "maxLength": 3},
        {"type": "integer", "minimum": 5, "maximum": 4},
        {"type": "string", "pattern": "("},
        {"type": "string", "pattern": "^a{1000000000}$"},
        {"type": "string", "pattern": "^(a{9,10000}){1000}$"},
        {"not": {}},
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "#/$defs/missing"},
        {"anyOf": [{"$ref": "#/$defs/missing"}, {"type": "integer"}]},
        {"$ref": "#"},
        {"type": "object", "properties": {"self": {"$ref": "#"}}, "required": ["self"]},
        {"allOf": [{"type": "integer", "minimum": 7}, {"type": "integer", "maximum": 5}]},
        {"enum": [1], "type": "string"},
        {"type": "object", "properties": {"x": False}, "required": ["x"]},
        {"type": "array", "minItems": 1_000_000, "items": {"type": "string"}},
    ],
)
def test_what_cannot_be_satisfied_is_refused_with_a_reason(schema: dict[str, Any]) -> None:
    with pytest.raises(Unsatisfiable, match=r".{10}"):
        least(schema)


def test_schemas_that_multiply_without_end_are_refused_soon() -> None:
    began = time.process_time()
    with pytest.raises(Unsatisfiable):
        least(doubled(60))
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({}, "simulated"),
        ({"type": "boolean"}, True),
        ({"type": ["null", "integer"]}, 0),
        ({"type": "null"}, None),
        ({"const": [1, 2]}, [1, 2]),
        ({"enum": ["b", "a"]}, "b"),
        ({"type": "integer", "exclusiveMinimum": 3, "multipleOf": 5}, 5),
        ({"type": "number", "minimum": 0.5}, 0.5),
        ({"type": "number", "exclusiveMaximum": -1}, -1.5),
        ({"type": "string", "format": "date"}, "2025-01-01"),
        ({"type": "string", "maxLength": 4}, "simu"),
        ({"properties": {"a": {"type": "integer"}}}, {"a": 0}),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True}, [0, 1, 2]),
        ({"type": "array", "maxItems": 0}, []),
        ({"anyOf": [False, {"type": "integer"}]}, 0),
        ({"oneOf": [{"type": "string", "maxLength": 1}, {"type": "integer"}]}, "s"),
        (
            {"allOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 2}}, "required": ["b"]}]},
            {"a": 1, "b": 2},
        ),
        ({"$defs": {"n": {"type": "integer"}}, "properties": {"a": {"$ref": "#/$defs/n"}}}, {"a": 0}),
    ],
)
def test_the_value_is_plain(schema: dict[str, Any], value: object) -> None:
    assert least(schema) == value


def test_a_tree_ends_where_it_may() -> None:
    branch = {"anyOf": [{"$ref": "#"}, {"type": "null"}]}
    tree = {"type": "object", "properties": {"left": branch, "right": branch}, "required": ["left", "right"]}
    jsonschema.validate(least(tree), tree)
    children: dict[str, Any] = {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#"}}}}
    jsonschema.validate(least(children), children)


def test_a_pattern_is_matched() -> None:
    schema = {"type": "string", "pattern": r"^[A-Z]{3}-\d{4}$"}
    jsonschema.validate(least(schema), schema)


texts = st.fixed_dictionaries({"type": st.just("string")}, optional={"minLength": st.integers(0, 30)})
numbers = st.builds(
    lambda kind, low, size: {"type": kind, "minimum": low, "maximum": low + size},
    st.sampled_from(["integer", "number"]),
    st.integers(-1000, 1000),
    st.integers(0, 100),
)
leaves = (
    texts
    | numbers
    | st.just({"type": "boolean"})
    | st.builds(lambda values: {"enum": values}, st.lists(st.text(max_size=5) | st.integers(), min_size=1, max_size=3))
)
schemas = st.recursive(
    leaves,
    lambda inner: (
        st.builds(
            lambda properties: {"type": "object", "properties": properties, "required": list(properties)},
            st.dictionaries(st.text("abc_", min_size=1, max_size=4), inner, max_size=4),
        )
        | st.builds(lambda items, least: {"type": "array", "items": items, "minItems": least}, inner, st.integers(0, 3))
        | st.builds(lambda options: {"anyOf": options}, st.lists(inner, min_size=1, max_size=3))
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(schema=schemas)
def test_the_value_satisfies_its_schema(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(schema).validate(least(schema))
