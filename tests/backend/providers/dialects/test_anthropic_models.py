import pytest

from backend.providers.dialects.anthropic_models import is_sampled, takes_effort

SAMPLED = [
    "claude-2.1",
    "claude-instant-1.2",
    "claude-3-opus-20240229",
    "claude-3-5-sonnet-latest",
    "claude-3-7-sonnet-20250219",
    "claude-opus-4-20250514",
    "claude-sonnet-4-0",
    "claude-opus-4-1",
    "claude-opus-4-1-20250805",
    "claude-sonnet-4-5",
    "claude-sonnet-4-5-20250929",
    "claude-haiku-4-5-20251001",
    "claude-opus-4-5-20251101",
    "claude-opus-4-6",
    "claude-sonnet-4-6",
]
FIXED = [
    "claude-opus-4-7",
    "claude-opus-4-8",
    "claude-opus-4-10",
    "claude-mythos-preview",
    "claude-sonnet-5",
    "claude-sonnet-5-5",
    "claude-opus-5",
    "claude-fable-5-2",
    "claude-haiku-5-5",
    "claude-something-9-20300101",
]


@pytest.mark.parametrize("model", SAMPLED)
def test_models_before_4_7_are_sampled_as_asked(model):
    assert is_sampled(model)
    assert not takes_effort(model)


@pytest.mark.parametrize("model", FIXED)
def test_models_from_4_7_on_and_those_to_come_are_not(model):
    assert not is_sampled(model)
    assert takes_effort(model)


@pytest.mark.parametrize("model", ["deepseek-chat", "glm-5", "sim-fast", ""])
def test_models_of_compatible_servers_are_taken_to_accept_sampling(model):
    assert is_sampled(model)
    assert not takes_effort(model)
