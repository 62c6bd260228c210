"""OpenRouter's list."""

import json
from decimal import Decimal
from typing import Any

import pytest

from backend.catalogue.imports.lists import read_page
from backend.catalogue.imports.offers import LeftOut, Offer
from shared.catalogue import Capability
from shared.imports import RefusedOffer
from tests.backend.catalogue.imports.listing import AUTO, CLAUDE, LLAMA, entry, prices


def read(item: dict[str, Any]) -> Offer:
    (found,) = read_page("openai", json.dumps({"data": [item]}).encode()).entries
    assert isinstance(found, Offer)
    return found


@pytest.mark.parametrize(
    ("pricing", "why"),
    [
        ({"prompt": "-0.1"}, "The price for prompt is negative."),
        ({"completion": "NaN"}, "The price for completion is no number."),
        ({"completion": "0.5"}, "absurd"),
        ({"input_cache_read": "-3"}, "The price for input_cache_read is negative."),
        ({"prompt": "0.0000000000000000000000000001"}, "more than 18 decimal places"),
        ({"completion": None}, "The list gives no price for completion."),
        ({"overrides": ["cheap"]}, "cannot be understood"),
        ({"overrides": [{"min_prompt_tokens": 1, "prompt": "-5"}]}, "negative"),
    ],
)
def test_a_price_that_cannot_be_meant_leaves_the_offer_without_prices(pricing: dict[str, Any], why: str) -> None:
    found = read(entry(pricing=pricing))
    assert found.prices is None
    assert found.unpriced is not None
    assert why in found.unpriced


def test_minus_one_is_no_price() -> None:
    found = read(AUTO)
    assert (found.prices, found.context_window) == (None, 2_000_000)
    assert found.unpriced == "The list gives no fixed price: it depends on where a call goes."


def test_an_entry_without_a_name_is_refused_alone() -> None:
    page = read_page(
        "openai", json.dumps({"data": [{**CLAUDE, "id": 7}, {"pricing": {"prompt": "1"}}, LLAMA]}).encode()
    )
    first, second, third = page.entries
    assert isinstance(first, RefusedOffer)
    assert isinstance(second, RefusedOffer)
    assert second.upstream_name == "entry 2"
    assert isinstance(third, Offer)


def test_prices_per_token_become_prices_per_million() -> None:
    found = read(CLAUDE)
    assert found.prices == prices(
        "3", "15", cached_input="0.3", cache_write="3.75", reasoning=None, audio=None, request=None
    )
    assert found.remarks == ()


def test_a_zero_for_reasoning_or_caches_means_no_price_of_its_own() -> None:
    found = read(entry(pricing={"input_cache_read": "0", "internal_reasoning": "0.00002", "request": "0.005"}))
    assert found.prices == prices(
        "3", "15", cached_input=None, cache_write="3.75", reasoning="20", audio=None, request="0.005"
    )


def test_a_free_variant_costs_nothing() -> None:
    found = read(LLAMA)
    assert found.prices is not None
    assert (found.prices["input"], found.prices["output"]) == (Decimal(0), Decimal(0))
    assert found.upstream_name.endswith(":free")
    assert found.max_output_tokens is None


def test_where_long_prompts_cost_more_the_context_ends() -> None:
    tiers = [
        {"min_prompt_tokens": 272_000, "prompt": "0.00001"},
        {"min_prompt_tokens": 200_000, "prompt": "0.000006", "completion": "0.0000225"},
    ]
    found = read(entry(pricing={"overrides": tiers}))
    assert found.context_window == 200_000
    assert found.prices is not None
    assert found.prices["input"] == Decimal(3)
    assert found.remarks == ("Longer prompts cost more: its context ends at 200,000 tokens here.",)


@pytest.mark.parametrize(
    "condition", [{"min_prompt_tokens": 1_000}, {"hours": [0, 8]}, {"min_prompt_tokens": 200_000, "hours": [0, 8]}]
)
def test_under_any_other_condition_the_dearest_price_is_taken(condition: dict[str, Any]) -> None:
    found = read(entry(pricing={"overrides": [{**condition, "prompt": "0.000006", "completion": "0.000001"}]}))
    assert found.context_window == 1_000_000
    assert found.prices is not None
    assert (found.prices["input"], found.prices["output"]) == (Decimal(6), Decimal(15))
    assert found.remarks == ("Its price varies: the dearest one is taken.",)


def test_a_discount_for_long_prompts_changes_nothing() -> None:
    found = read(entry(pricing={"overrides": [{"min_prompt_tokens": 100_000, "prompt": "0.000001"}]}))
    assert (found.context_window, found.remarks) == (1_000_000, ())


def test_what_fairlead_cannot_charge_for_is_remarked() -> None:
    found = read(entry(pricing={"image": "0.0048", "image_output": "0.00003", "per_second": "1", "discount": 0}))
    assert found.remarks == (
        "It also costs something for each picture it is shown; Fairlead does not charge for that.",
        "It also costs something for the tokens of pictures it makes; Fairlead does not charge for that.",
        "It also costs something for per_second; Fairlead does not charge for that.",
    )


def test_the_smaller_limit_counts() -> None:
    found = read(entry(top_provider={"context_length": 200_000, "max_completion_tokens": 64_000}))
    assert (found.context_window, found.max_output_tokens) == (200_000, 64_000)


def test_capabilities_are_said_or_denied_or_left_open() -> None:
    assert read(CLAUDE).capabilities == {
        Capability.VISION: True,
        Capability.IMAGE_OUTPUT: False,
        Capability.TOOLS: True,
        Capability.JSON: True,
        Capability.REASONING: True,
    }
    assert read(AUTO).capabilities == {}


@pytest.mark.parametrize(
    ("modalities", "kind"), [(["text", "image"], "chat"), (["embeddings"], "embedding"), (["image"], "image")]
)
def test_what_comes_out_tells_the_type(modalities: list[str], kind: str) -> None:
    assert read(entry(architecture={"output_modalities": modalities})).model_type == kind


def test_what_only_speaks_is_left_out() -> None:
    item = entry(architecture={"output_modalities": ["speech"]})
    assert read_page("openai", json.dumps({"data": [item]}).encode()).entries == [LeftOut(CLAUDE["id"])]
