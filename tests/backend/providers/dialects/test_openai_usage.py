from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.calls import TokenUsage
from backend.providers.dialects.openai_usage import read_usage


def usage(**fields: object) -> TokenUsage | None:
    return read_usage(msgspec.json.encode(fields)).usage


@pytest.mark.parametrize(
    ("wire", "buckets"),
    [
        ({"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14}, {"input": 10, "output": 4}),
        ({"prompt_tokens": 10}, {"input": 10}),
        ({"completion_tokens": 4, "prompt_tokens": None}, {"output": 4}),
        (
            {"prompt_tokens": 10, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 6}},
            {"input": 4, "cached_input": 6, "output": 4},
        ),
        (  # OpenRouter
            {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 5}},
            {"input": 2, "cached_input": 3, "cache_write": 5},
        ),
        (  # DeepSeek
            {"prompt_tokens": 10, "prompt_cache_hit_tokens": 8, "prompt_cache_miss_tokens": 2},
            {"input": 2, "cached_input": 8},
        ),
        (
            {
                "prompt_tokens": 1,
                "completion_tokens": 100,
                "total_tokens": 101,
                "completion_tokens_details": {"reasoning_tokens": 60, "audio_tokens": 10, "image_tokens": 5},
            },
            {"input": 1, "output": 25, "reasoning": 60, "audio": 10, "image": 5},
        ),
        (  # Google: thoughts only show in the total
            {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 50},
            {"input": 10, "output": 4, "reasoning": 36},
        ),
        (  # xAI: reasoning beside the completion
            {
                "prompt_tokens": 10,
                "completion_tokens": 4,
                "total_tokens": 50,
                "completion_tokens_details": {"reasoning_tokens": 36},
            },
            {"input": 10, "output": 4, "reasoning": 36},
        ),
        (  # parts larger than their whole
            {
                "prompt_tokens": 3,
                "completion_tokens": 2,
                "prompt_tokens_details": {"cached_tokens": 9, "cache_write_tokens": 9},
                "completion_tokens_details": {"reasoning_tokens": 9, "audio_tokens": 9, "image_tokens": 9},
            },
            {"cached_input": 3, "reasoning": 2},
        ),
        ({"prompt_tokens": 3, "prompt_tokens_details": None, "completion_tokens_details": None}, {"input": 3}),
        ({"prompt_tokens": "12", "completion_tokens": 3.0}, {"input": 12, "output": 3}),
    ],
)
def test_overlapping_counts_become_disjoint_buckets(wire, buckets):
    assert usage(**wire) == TokenUsage(**buckets)


@pytest.mark.parametrize("raw", [b"{}", b'{"total_tokens": 5}', b'{"prompt_tokens": null}'])
def test_an_object_without_counts_is_no_usage(raw):
    assert read_usage(raw).usage is None


@pytest.mark.parametrize(
    "raw",
    [
        b"[]",
        b'"x"',
        b"5",
        b"",
        b'{"prompt_tokens": -1}',
        b'{"completion_tokens": 99999999999}',
        b'{"completion_tokens": 100000001}',
        b'{"prompt_tokens": []}',
    ],
)
def test_counts_that_cannot_be_are_refused(raw):
    with pytest.raises(msgspec.DecodeError):
        read_usage(raw)


@pytest.mark.parametrize(
    ("raw", "cost"),
    [
        (b'{"cost": 0.00012300}', Decimal("0.00012300")),
        (b'{"cost": "1.5"}', Decimal("1.5")),
        (b'{"cost": 0}', Decimal(0)),
        (b'{"cost": null}', None),
        (b'{"cost": -1}', None),
        (b'{"cost": "Infinity"}', None),
        (b'{"cost": "NaN"}', None),
        (b'{"cost": 1e999999}', None),
        (b'{"cost": 1e-999999}', None),
        (b'{"cost": 1000001}', None),
    ],
)
def test_the_cost_is_kept_to_the_last_digit(raw, cost):
    assert read_usage(raw).cost == cost
    assert str(read_usage(raw).cost) == str(cost)


COUNT = st.integers(0, 10_000)


@given(COUNT, COUNT, COUNT, COUNT, COUNT)
def test_buckets_never_lose_or_invent_a_token(prompt, completion, cached, written, reasoning):
    buckets = usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        prompt_tokens_details={"cached_tokens": cached, "cache_write_tokens": written},
        completion_tokens_details={"reasoning_tokens": reasoning},
    )
    assert buckets is not None
    assert (buckets.prompt_tokens, buckets.completion_tokens) == (prompt, completion)
    assert min(getattr(buckets, name) for name in buckets.__struct_fields__) >= 0
