"""Fields by either of their names."""

import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from backend.errors import InvalidRequest
from backend.v1.process.names import camel, in_camel
from backend.v1.process.request import (
    EarlierRequest,
    ProcessConstraints,
    ProcessContext,
    ProcessOptions,
    ProcessPreferences,
    ProcessRequest,
)

KINDS: list[type[Struct]] = [
    ProcessRequest,
    ProcessContext,
    ProcessPreferences,
    ProcessConstraints,
    ProcessOptions,
    EarlierRequest,
]
FIELDS = [field for kind in KINDS for field in msgspec.structs.fields(kind)]
SNAKE = st.from_regex(r"[a-z][a-z0-9]{0,5}(_[a-z0-9]{1,5}){0,3}", fullmatch=True)


def in_snake(value: Any) -> Any:
    """A document as a writer of snake_case has it."""
    if isinstance(value, dict):
        return {re.sub(r"[A-Z]", lambda m: f"_{m[0].lower()}", name): in_snake(part) for name, part in value.items()}
    return [in_snake(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_field_has_both_names(field: msgspec.structs.FieldInfo) -> None:
    assert camel(field.name) == field.encode_name
    assert camel(field.encode_name) == field.encode_name


@given(SNAKE)
def test_a_name_in_camel_case_stays_as_it_is(name: str) -> None:
    assert "_" not in camel(name)
    assert camel(camel(name)) == camel(name)


@given(
    st.fixed_dictionaries(
        {"prompt": st.text(min_size=1)},
        optional={
            "context": st.fixed_dictionaries(
                {},
                optional={
                    "userId": st.text(min_size=1, max_size=9),
                    "previousRequests": st.lists(st.fixed_dictionaries({"prompt": st.text(min_size=1)}), max_size=2),
                },
            ),
            "constraints": st.fixed_dictionaries(
                {}, optional={"maxCost": st.floats(0.1, 9), "maxResponseTime": st.integers(1, 9)}
            ),
            "serviceType": st.sampled_from(["blog", "social_media"]),
        },
    )
)
def test_what_is_said_is_the_same_in_either_way(body: dict[str, Any]) -> None:
    either = [
        msgspec.convert(in_camel(json.dumps(way).encode()), ProcessRequest, strict=True)
        for way in (body, in_snake(body))
    ]
    assert either[0] == either[1]


@given(SNAKE.filter(lambda name: camel(name) != name))
def test_a_field_given_by_both_names_is_refused(name: str) -> None:
    for body in ({name: 1, camel(name): 1}, {"inner": [{camel(name): 1, name: 2}]}):
        with pytest.raises(InvalidRequest, match="given twice"):
            in_camel(json.dumps(body).encode())


def test_and_so_is_one_given_twice_by_the_same() -> None:
    with pytest.raises(InvalidRequest, match="The field prompt is given twice"):
        in_camel(b'{"prompt": "a", "prompt": "a"}')


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": [' + b'{"b_c": 1},' * 1000 + b'{"d": 1}]}',
        b"{" + b",".join(b'"a%d": 1' % n for n in range(1001)) + b"}",
    ],
)
def test_more_fields_than_there_can_be_are_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match="more than 1,000 fields"):
        in_camel(body)


@given(st.binary(max_size=40))
def test_what_is_no_json_is_refused(body: bytes) -> None:
    try:
        json.loads(body)
    except ValueError:
        with pytest.raises(InvalidRequest):
            in_camel(body)
