"""Where vendors differ although they speak the same dialect."""

from functools import lru_cache
from typing import Literal

import msgspec

SAMPLING = frozenset({"frequency_penalty", "logit_bias", "presence_penalty", "user"})
"""What nearly every server that copies OpenAI knows."""


class Vendor(msgspec.Struct, frozen=True, kw_only=True):
    """One vendor's endpoint and its departures from the dialect.

    `key_header` carries the credential, after `key_scheme` if there is one. `output_limit` and `seed` are the names
    of the request's fields for them. `usage_option`: takes `stream_options.include_usage` and would not report usage
    in a stream without. `cost_option`: reports what the call cost when asked with `usage.include`. `prefix`: goes on
    from a final turn of the assistant that is so marked, and refuses one that is not. `short_tool_ids`: tool uses have
    ids of nine letters and digits. `schemas`: answers by a JSON Schema, not only in JSON. `lacks` are fields of a call
    it does not take and `knows` those beyond a call that it does, by their names in OpenAI's request. `headers` go with
    every request.
    """

    dialect: str = "openai"
    base_url: str | None = None
    key_header: str = "authorization"
    key_scheme: str = "Bearer"
    output_limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    seed: Literal["seed", "random_seed"] = "seed"
    usage_option: bool = True
    cost_option: bool = False
    prefix: bool = False
    short_tool_ids: bool = False
    schemas: bool = True
    lacks: frozenset[str] = frozenset()
    knows: frozenset[str] = SAMPLING
    headers: tuple[tuple[str, str], ...] = ()

    def path(self, path: str, model: str = "") -> str:
        """What follows the base URL to reach `path` for a model."""
        return path

    def credential(self, key: str) -> tuple[str, str]:
        """The header that carries `key`."""
        return self.key_header, f"{self.key_scheme} {key}" if self.key_scheme else key


PLAIN: dict[str, Vendor] = {
    "openai": Vendor(),
    # docs.anthropic.com/en/api/overview#authentication
    "anthropic": Vendor(dialect="anthropic", key_header="x-api-key", key_scheme=""),
    # ai.google.dev/api#authentication
    "gemini": Vendor(dialect="gemini", key_header="x-goog-api-key", key_scheme=""),
    # docs.cohere.com/reference/about#authentication
    "cohere": Vendor(dialect="cohere"),
}
"""The vendor without departures of each dialect."""

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


@lru_cache(maxsize=256)
def vendor(provider: str, dialect: str, base_url: str = "") -> Vendor:
    """The vendor of that name when it is spoken to in its own dialect, else the plain one of the dialect.

    A provider that an admin added under another name is the vendor at whose address it is.
    """
    known = VENDORS.get(provider)
    if known is not None and known.dialect == dialect:
        return known
    at_address = (v for v in VENDORS.values() if v.base_url and v.base_url == base_url and v.dialect == dialect)
    return next(at_address, PLAIN.get(dialect, PLAIN["openai"]))
