from rich.pretty import pretty_repr

from backend.providers.calls import Limits, Target, TokenUsage

SECRET = "sk-very-secret"


def test_a_target_never_shows_its_key():
    target = Target(provider="p", dialect="openai", base_url="http://h/v1", api_key=SECRET)
    shown = f"{target} {target!r} {[target]} {pretty_repr(target)}"
    assert SECRET not in shown
    assert "<set>" in shown
    assert "api_key=None" in repr(Target(provider="p", dialect="openai", base_url="http://h/v1"))


def test_every_token_is_counted_once():
    usage = TokenUsage(input=1, cached_input=2, cache_write=4, output=8, reasoning=16, image=32, audio=64)
    assert (usage.prompt_tokens, usage.completion_tokens) == (7, 120)


def test_every_limit_is_finite():
    assert all(0 < getattr(Limits(), name) < 3600 for name in Limits.__struct_fields__)
