"""What new models are called."""

import pytest

from backend.catalogue.imports.naming import catalogue_name, family_of


@pytest.mark.parametrize(
    ("upstream", "taken", "name"),
    [
        ("openai/gpt-5", (), "openai/gpt-5"),
        ("openai/gpt-5", ("openai/gpt-5",), "router/openai/gpt-5"),
        ("openai/gpt-5", ("openai/gpt-5", "router/openai/gpt-5"), None),
        ("meta/llama:free", (), "meta/llama:free"),
        ("~anthropic/latest", (), None),
        ("a b", (), None),
        ("x" * 121, (), None),
    ],
)
def test_a_name_is_free_and_fits_the_catalogue(upstream: str, taken: tuple[str, ...], name: str | None) -> None:

    assert catalogue_name(upstream, "router", taken) == name


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("anthropic/claude-sonnet-4.5", "claude"),
        ("gpt-5-mini", "gpt"),
        ("o4-mini", "gpt"),
        ("openai/gpt-oss-120b", "gpt-oss"),
        ("meta-llama/llama-3.3-70b:free", "llama"),
        ("01", "other"),
        ("olmo-2", "olmo"),
    ],
)
def test_a_name_tells_its_family(name: str, family: str) -> None:
    assert family_of(name) == family
