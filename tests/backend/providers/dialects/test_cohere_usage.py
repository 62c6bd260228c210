import json

import pytest

from backend.providers.calls import TokenUsage
from backend.providers.dialects.cohere_usage import read_usage


@pytest.mark.parametrize(
    ("figures", "buckets"),
    [
        ({}, None),
        ({"billed_units": None, "tokens": {}}, None),
        ({"billed_units": {"search_units": 1}}, None),
        ({"tokens": {"input_tokens": 70, "output_tokens": 4}}, TokenUsage(input=70, output=4)),
        ({"billed_units": {}, "tokens": {"input_tokens": 70}}, TokenUsage(input=70)),
        (
            {"billed_units": {"input_tokens": 5.0, "output_tokens": 2.0}, "tokens": {"input_tokens": 70}},
            TokenUsage(input=5, output=2),
        ),
        ({"billed_units": {"input_tokens": 5}, "cached_tokens": 3}, TokenUsage(input=2, cached_input=3)),
        ({"billed_units": {"input_tokens": 5}, "cached_tokens": 64}, TokenUsage(cached_input=5)),
        ({"billed_units": {"input_tokens": 0, "output_tokens": 0}}, TokenUsage()),
    ],
)
def test_what_is_billed_counts_and_every_token_is_in_one_bucket(figures, buckets):
    assert read_usage(json.dumps(figures).encode()) == buckets
