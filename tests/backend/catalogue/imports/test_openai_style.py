"""Lists in OpenAI's shape and what vendors add to it."""

import json
from typing import Any

import pytest

from backend.catalogue.imports.lists import read_page
from backend.catalogue.imports.offers import LeftOut, Offer
from shared.catalogue import Capability
from tests.backend.catalogue.imports.listing import prices


def read(item: dict[str, Any] | str) -> Offer | LeftOut:
    text = item if isinstance(item, str) else json.dumps(item)
    (found,) = read_page("openai", f'{{"object": "list", "data": [{text}]}}'.encode()).entries
    assert isinstance(found, Offer | LeftOut)
    return found


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("gpt-5-mini", "chat"),
        ("text-embedding-3-small", "embedding"),
        ("gpt-image-1", "image"),
        ("dall-e-3", "image"),
        ("whisper-1", None),
        ("gpt-4o-transcribe", None),
        ("tts-1-hd", None),
        ("omni-moderation-latest", None),
        ("gpt-realtime", None),
        ("models/gemini-2.5-pro", "chat"),
    ],
)
def test_a_bare_name_tells_what_it_is_for(name: str, kind: str | None) -> None:
    found = read({"id": name, "object": "model", "created": 1, "owned_by": "openai"})
    bare = name.removeprefix("models/")
    assert found == (LeftOut(bare) if kind is None else Offer(upstream_name=bare, model_type=kind))  # type: ignore[arg-type]


def test_groq_says_how_much_is_read_and_written() -> None:
    item = {"id": "openai/gpt-oss-120b", "active": True, "context_window": 131072, "max_completion_tokens": 65536}
    found = read(item)
    assert isinstance(found, Offer)
    assert (found.context_window, found.max_output_tokens, found.prices) == (131072, 65536, None)
    assert read({**item, "active": False}) == LeftOut("openai/gpt-oss-120b")


def test_mistral_says_what_a_model_can() -> None:
    can = {"completion_chat": True, "function_calling": True, "vision": False, "completion_fim": False}
    item = {"id": "mistral-large-latest", "capabilities": can, "max_context_length": 131072, "type": "base"}
    found = read(item)
    assert isinstance(found, Offer)
    assert found.capabilities == {Capability.TOOLS: True, Capability.VISION: False}
    assert found.context_window == 131072
    assert read({**item, "capabilities": {**can, "completion_chat": False}}) == LeftOut("mistral-large-latest")
    embeds = read({**item, "id": "mistral-embed", "capabilities": {"completion_chat": False}})
    assert isinstance(embeds, Offer)
    assert embeds.model_type == "embedding"


def test_together_gives_dollars_per_million_as_numbers_that_stay_exact() -> None:
    found = read(
        '{"id": "m", "type": "chat", "display_name": "M", "context_length": 2048,'
        ' "pricing": {"hourly": 0, "input": 0.1, "output": 0.30000000000000004, "base": 0, "finetune": 0}}'
    )
    assert isinstance(found, Offer)
    assert found.prices == prices("0.1", "0.30000000000000004")
    assert found.display_name == "M"


@pytest.mark.parametrize("kind", ["rerank", "moderation", "audio", "video", "transcribe"])
def test_together_lists_what_answers_no_chat(kind: str) -> None:
    assert read({"id": "m", "type": kind}) == LeftOut("m")


def test_zeros_for_everything_are_no_prices() -> None:
    found = read({"id": "m", "type": "chat", "pricing": {"hourly": 0, "input": 0, "output": 0, "base": 0}})
    assert isinstance(found, Offer)
    assert found.prices is None
    assert "priced otherwise" in (found.unpriced or "")


@pytest.mark.parametrize(
    ("pricing", "why"),
    [({"input": -3, "output": 1}, "negative"), ({"input": 1}, "no price"), ({"input": 10**6, "output": 1}, "absurd")],
)
def test_a_price_that_cannot_be_meant_is_none(pricing: dict[str, Any], why: str) -> None:
    found = read({"id": "m", "pricing": pricing})
    assert isinstance(found, Offer)
    assert found.prices is None
    assert why in (found.unpriced or "")


def test_where_several_answer_the_dearest_and_the_narrowest_count() -> None:
    cheap = {
        "status": "live",
        "context_length": 262144,
        "pricing": {"input": 0.1, "output": 0.9},
        "supports_tools": True,
    }
    dear = {
        "status": "live",
        "context_length": 131072,
        "pricing": {"input": 0.2, "output": 0.4},
        "supports_tools": False,
    }
    ended = {"status": "error", "context_length": 1, "pricing": {"input": 9, "output": 9}}
    found = read(
        {"id": "Qwen/Qwen3", "architecture": {"input_modalities": ["text", "image"]}, "providers": [cheap, dear, ended]}
    )
    assert isinstance(found, Offer)
    assert found.prices == prices("0.2", "0.9")
    assert found.context_window == 131072
    assert found.capabilities == {Capability.VISION: True, Capability.TOOLS: False}
    assert found.remarks == ("Its price varies: the dearest one is taken.",)


def test_azure_and_fireworks_say_what_does_not_chat() -> None:
    assert read({"id": "davinci", "capabilities": {"chat_completion": False, "inference": True}}) == LeftOut("davinci")
    assert read({"id": "f", "supports_chat": False}) == LeftOut("f")


def test_a_nonsensical_window_is_not_believed() -> None:
    found = read({"id": "m", "context_length": 0, "max_model_len": 10**30})
    assert isinstance(found, Offer)
    assert found.context_window is None
