"""The lists of Anthropic, Gemini and Cohere."""

import json
from typing import Any

from backend.catalogue.imports.lists import read_page
from backend.catalogue.imports.offers import LeftOut, Offer
from shared.catalogue import Capability


def read(dialect: str, *items: dict[str, Any]) -> list[object]:
    around = "data" if dialect == "anthropic" else "models"
    return list(read_page(dialect, json.dumps({around: items}).encode()).entries)


def test_anthropic_says_limits_and_capabilities() -> None:
    item = {
        "type": "model",
        "id": "claude-opus-4-6",
        "display_name": "Claude Opus 4.6",
        "created_at": "2026-02-04T00:00:00Z",
        "max_input_tokens": 200000,
        "max_tokens": 128000,
        "lifecycle": "active",
        "capabilities": {
            "image_input": {"supported": True},
            "structured_outputs": {"supported": False},
            "thinking": {"supported": True, "types": {"enabled": {"supported": True}}},
            "batch": {"supported": True},
        },
    }
    assert read("anthropic", item) == [
        Offer(
            upstream_name="claude-opus-4-6",
            display_name="Claude Opus 4.6",
            context_window=200000,
            max_output_tokens=128000,
            capabilities={Capability.VISION: True, Capability.JSON: False, Capability.REASONING: True},
        )
    ]
    (deprecated,) = read("anthropic", {**item, "lifecycle": "deprecated"})
    assert isinstance(deprecated, Offer)
    assert deprecated.remarks
    assert read("anthropic", {**item, "lifecycle": "retired"}) == [LeftOut("claude-opus-4-6")]
    assert read("anthropic", {"id": "claude-old", "capabilities": None}) == [Offer(upstream_name="claude-old")]


def test_gemini_says_limits_and_methods() -> None:
    item = {
        "name": "models/gemini-2.5-pro",
        "displayName": "Gemini 2.5 Pro",
        "inputTokenLimit": 1048576,
        "outputTokenLimit": 65536,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
        "thinking": True,
    }
    embeds = {
        "name": "models/gemini-embedding-001",
        "inputTokenLimit": 2048,
        "supportedGenerationMethods": ["embedContent"],
    }
    draws = {"name": "models/imagen-4", "supportedGenerationMethods": ["predict"]}
    assert read("gemini", item, embeds, draws) == [
        Offer(
            upstream_name="gemini-2.5-pro",
            display_name="Gemini 2.5 Pro",
            context_window=1048576,
            max_output_tokens=65536,
            capabilities={Capability.REASONING: True},
        ),
        Offer(upstream_name="gemini-embedding-001", model_type="embedding", context_window=2048),
        LeftOut("imagen-4"),
    ]


def test_cohere_says_endpoints_and_features() -> None:
    item = {
        "name": "command-a-03-2025",
        "endpoints": ["chat", "generate"],
        "context_length": 256000.0,
        "features": ["json_mode", "tools", "vision", "logprobs"],
        "is_deprecated": False,
    }
    assert read("cohere", item, {"name": "embed-v4.0", "endpoints": ["embed"]}, {"name": "rerank-v4"}) == [
        Offer(
            upstream_name="command-a-03-2025",
            context_window=256000,
            capabilities={Capability.JSON: True, Capability.TOOLS: True, Capability.VISION: True},
        ),
        Offer(upstream_name="embed-v4.0", model_type="embedding"),
        LeftOut("rerank-v4"),
    ]
