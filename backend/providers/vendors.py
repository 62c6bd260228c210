"""Where vendors differ although they speak the same dialect."""

from typing import Literal

import msgspec


class Vendor(msgspec.Struct, frozen=True, kw_only=True):
    """One vendor's endpoint and its departures from the dialect.

    `output_limit` and `seed` are the names of the request's fields for them. `usage_option`: takes
    `stream_options.include_usage` and would not report usage in a stream without. `cost_option`: reports what the
    call cost when asked with `usage.include`. `prefix`: goes on from a final turn of the assistant that is so marked,
    and refuses one that is not. `headers` go with every request.
    """

    dialect: str = "openai"
    base_url: str | None = None
    output_limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    seed: Literal["seed", "random_seed"] = "seed"
    usage_option: bool = True
    cost_option: bool = False
    prefix: bool = False
    headers: tuple[tuple[str, str], ...] = ()


VENDORS: dict[str, Vendor] = {
    # OpenAI's newer models refuse `max_tokens`: platform.openai.com/docs/api-reference/chat/create
    "openai": Vendor(base_url="https://api.openai.com/v1", output_limit="max_completion_tokens"),
    # openrouter.ai/docs/use-cases/usage-accounting and /docs/api-reference/overview
    "openrouter": Vendor(base_url="https://openrouter.ai/api/v1", cost_option=True, headers=(("x-title", "Fairlead"),)),
    # Both in OpenAI's dialect: docs.anthropic.com/en/api/openai-sdk, ai.google.dev/gemini-api/docs/openai
    "anthropic": Vendor(base_url="https://api.anthropic.com/v1"),
    "google": Vendor(base_url="https://generativelanguage.googleapis.com/v1beta/openai"),
    "groq": Vendor(base_url="https://api.groq.com/openai/v1"),
    # Reports usage unasked and knows no `stream_options`: docs.mistral.ai/api
    "mistral": Vendor(base_url="https://api.mistral.ai/v1", seed="random_seed", usage_option=False, prefix=True),
    "deepseek": Vendor(base_url="https://api.deepseek.com/v1"),
    "ollama": Vendor(base_url="http://127.0.0.1:11434/v1"),
    "simulator": Vendor(),
}

_PLAIN = Vendor()


def vendor(provider: str) -> Vendor:
    """The vendor of that name, or one without departures for an endpoint an admin added."""
    return VENDORS.get(provider, _PLAIN)
