import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.calls import TokenUsage
from backend.providers.dialects.gemini_usage import read_usage


def read(**figures: object) -> TokenUsage | None:
    return read_usage(json.dumps(figures).encode())


@pytest.mark.parametrize("odd", [{"promptTokenCount": -1}, {"promptTokenCount": "x"}, {"candidatesTokenCount": 10**12}])
def test_figures_that_cannot_be_are_refused(odd):
    with pytest.raises(msgspec.DecodeError):
        read(**odd)


@pytest.mark.parametrize(
    ("figures", "buckets"),
    [
        ({}, None),
        ({"totalTokenCount": 5}, None),
        ({"promptTokenCount": 3}, TokenUsage(input=3)),
        ({"promptTokenCount": 10, "cachedContentTokenCount": 4}, TokenUsage(input=6, cached_input=4)),
        ({"promptTokenCount": 3, "cachedContentTokenCount": 4}, TokenUsage(cached_input=3)),
        ({"promptTokenCount": 3, "toolUsePromptTokenCount": 2}, TokenUsage(input=5)),
        ({"promptTokenCount": 3, "thoughtsTokenCount": 7}, TokenUsage(input=3, reasoning=7)),
        (
            {"candidatesTokenCount": 9, "thoughtsTokenCount": 7, "promptTokenCount": 1},
            TokenUsage(input=1, output=9, reasoning=7),
        ),
        (
            {
                "promptTokenCount": 1,
                "candidatesTokenCount": 1300,
                "candidatesTokensDetails": [
                    {"modality": "IMAGE", "tokenCount": 1290},
                    {"modality": "TEXT", "tokenCount": 8},
                    {"modality": "AUDIO", "tokenCount": 2},
                ],
            },
            TokenUsage(input=1, output=8, image=1290, audio=2),
        ),
        (
            {"candidatesTokenCount": 5, "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 9}]},
            TokenUsage(image=5),
        ),
        ({"promptTokenCount": "12", "candidatesTokenCount": 2.0}, TokenUsage(input=12, output=2)),
    ],
)
def test_every_token_is_in_one_bucket(figures, buckets):
    assert read(**figures) == buckets


COUNTS = st.integers(0, 1000)


@given(prompt=COUNTS, cached=COUNTS, output=COUNTS, thoughts=COUNTS, image=COUNTS, audio=COUNTS)
def test_buckets_add_up_to_what_was_reported(prompt, cached, output, thoughts, image, audio):
    shares = [{"modality": "IMAGE", "tokenCount": image}, {"modality": "AUDIO", "tokenCount": audio}]
    usage = read(
        promptTokenCount=prompt,
        cachedContentTokenCount=cached,
        candidatesTokenCount=output,
        candidatesTokensDetails=shares,
        thoughtsTokenCount=thoughts,
    )
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens) == (prompt, output + thoughts)
    assert min(usage.input, usage.cached_input, usage.output, usage.image, usage.audio) >= 0
