import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.dialects.arguments import as_object, is_object


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ("", {}),
        (" ", {}),
        ("{}", {}),
        ('{"a": [1]}', {"a": [1]}),
        ("[1]", {"arguments": "[1]"}),
        ('{"a"', {"arguments": '{"a"'}),
        ('{"a": 1} x', {"arguments": '{"a": 1} x'}),
        ("null", {"arguments": "null"}),
    ],
)
def test_arguments_become_an_object_whatever_was_written(arguments, sent):
    assert json.loads(bytes(as_object(arguments))) == sent


@given(st.text(max_size=50))
def test_no_words_are_lost_on_the_way(arguments):
    assert is_object(bytes(as_object(arguments)))


@given(st.binary(max_size=50))
def test_any_bytes_are_an_object_or_not(wire):
    assert is_object(wire) in (True, False)
