"""Where vendors differ although they speak the same dialect."""

from functools import lru_cache
from typing import Literal
from urllib.parse import quote, urlsplit

import msgspec
from msgspec.structs import replace

SAMPLING = frozenset({"frequency_penalty", "logit_bias", "presence_penalty", "user"})
"""What nearly every server that copies OpenAI knows."""

_PENALTIES = frozenset({"frequency_penalty", "presence_penalty"})
_OPEN_WEIGHTS = SAMPLING | {"min_p", "reasoning_effort", "repetition_penalty", "top_k"}
_LOGPROBS = frozenset({"logprobs", "top_logprobs"})


class Vendor(msgspec.Struct, frozen=True, kw_only=True):
    """One vendor's endpoint and its departures from the dialect.

    `key_header` carries the credential, after `key_scheme` if there is one. `output_limit`, `seed` and `dimensions` (of
    an embedding) are the names of the request's fields for them. `usage_option`: takes `stream_options.include_usage`
    and would not report usage in a stream without. `cost_option`: reports what the call cost when asked with
    `usage.include`. `packs_vectors`: gives embeddings as base64 of 32-bit floats when asked, a third of the size.
    `prefix`: goes on from a final turn of the assistant that is so marked, and refuses one that is not.
    `short_tool_ids`: tool uses have ids of nine letters and digits. `schemas`: answers by a JSON Schema, not only in
    JSON. `lacks` are fields of a call it does not take and `knows` those beyond a call that it does, by their names in
    OpenAI's request; nothing is among them that changes what a call is charged, as OpenAI's `service_tier` and its web
    search. `api_version`: a model is a deployment with paths of its own, as Azure had it first. `headers` go with every
    request.
    """

    dialect: str = "openai"
    base_url: str | None = None
    key_header: str = "authorization"
    key_scheme: str = "Bearer"
    output_limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    seed: Literal["seed", "random_seed"] = "seed"
    dimensions: Literal["dimensions", "output_dimension"] = "dimensions"
    usage_option: bool = True
    cost_option: bool = False
    packs_vectors: bool = False
    prefix: bool = False
    short_tool_ids: bool = False
    schemas: bool = True
    lacks: frozenset[str] = frozenset()
    knows: frozenset[str] = SAMPLING
    api_version: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def path(self, path: str, model: str | None = None) -> str:
        """What follows the base URL to reach `path`, of a model or of all."""
        if self.api_version is None:
            return path
        of_model = "" if model is None else f"/deployments/{quote(model, safe='')}"
        return f"/openai{of_model}{path}?api-version={self.api_version}"

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

_OPENAI = Vendor(
    base_url="https://api.openai.com/v1",
    output_limit="max_completion_tokens",  # newer models refuse `max_tokens`
    packs_vectors=True,
    knows=SAMPLING | {"prediction", "prompt_cache_key", "reasoning_effort", "safety_identifier", "verbosity"},
)

VENDORS: dict[str, Vendor] = {
    # platform.openai.com/docs/api-reference/chat/create
    "openai": _OPENAI,
    # openrouter.ai/docs/api-reference/parameters, /docs/use-cases/usage-accounting and /docs/api-reference/overview
    "openrouter": Vendor(
        base_url="https://openrouter.ai/api/v1",
        cost_option=True,
        knows=_OPEN_WEIGHTS | {"prediction", "reasoning", "top_a", "verbosity"},
        headers=(("x-title", "Fairlead"),),
    ),
    "anthropic": replace(PLAIN["anthropic"], base_url="https://api.anthropic.com/v1"),
    "google": replace(PLAIN["gemini"], base_url="https://generativelanguage.googleapis.com/v1beta"),
    "cohere": replace(PLAIN["cohere"], base_url="https://api.cohere.com"),
    # Refuses log probabilities and has no use for penalties: console.groq.com/docs/openai and /docs/api-reference
    "groq": Vendor(
        base_url="https://api.groq.com/openai/v1",
        lacks=_LOGPROBS,
        knows=frozenset({"include_reasoning", "reasoning_effort", "reasoning_format", "user"}),
    ),
    # huggingface.co/docs/inference-providers/tasks/chat-completion
    "huggingface": Vendor(
        base_url="https://router.huggingface.co/v1",
        lacks=frozenset({"parallel_tool_calls"}),
        knows=_PENALTIES | {"reasoning_effort"},
    ),
    # Reports usage unasked, knows no `stream_options` and refuses fields it does not know: docs.mistral.ai/api
    "mistral": Vendor(
        base_url="https://api.mistral.ai/v1",
        seed="random_seed",
        dimensions="output_dimension",
        usage_option=False,
        prefix=True,
        short_tool_ids=True,
        lacks=_LOGPROBS,
        knows=_PENALTIES | {"prediction", "prompt_mode", "safe_prompt"},
    ),
    # api-docs.deepseek.com/api/create-chat-completion
    "deepseek": Vendor(
        base_url="https://api.deepseek.com/v1",
        schemas=False,
        lacks=frozenset({"parallel_tool_calls", "seed"}),
        knows=_PENALTIES | {"reasoning_effort", "thinking"},
    ),
    # Its `logprobs` is a number and comes back in a shape of its own: docs.together.ai/reference/chat-completions-1
    "together": Vendor(
        base_url="https://api.together.xyz/v1",
        lacks=_LOGPROBS | {"parallel_tool_calls"},
        knows=_OPEN_WEIGHTS - {"user"},
    ),
    # docs.x.ai/docs/api-reference, docs.fireworks.ai/api-reference/post-chatcompletions
    "xai": Vendor(base_url="https://api.x.ai/v1", knows=SAMPLING | {"reasoning_effort"}),
    "fireworks": Vendor(base_url="https://api.fireworks.ai/inference/v1", knows=_OPEN_WEIGHTS),
    # github.com/Azure/azure-rest-api-specs, AzureOpenAI/inference/stable/2024-10-21: no newer name of the output limit,
    # so that reasoning models need the newer form below. Parallel tool calls are specified, but were refused.
    "azure": Vendor(
        key_header="api-key",
        key_scheme="",
        api_version="2024-10-21",
        packs_vectors=True,
        lacks=frozenset({"parallel_tool_calls"}),
    ),
    # docs.ollama.com/api/openai-compatibility
    "ollama": Vendor(
        base_url="http://127.0.0.1:11434/v1",
        lacks=frozenset({"parallel_tool_calls", "tool_choice"}),
        knows=_PENALTIES | {"reasoning_effort"},
    ),
    "simulator": Vendor(),
}

_AZURE_HOSTS = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
# learn.microsoft.com/azure/foundry/openai/api-version-lifecycle
_NEWER_AZURE = replace(_OPENAI, base_url=None, key_header="api-key", key_scheme="")


def vendor(provider: str, dialect: str, base_url: str) -> Vendor:
    """The vendor of that name when it is spoken to in its own dialect, else the plain one of the dialect.

    A provider that an admin added under another name is the vendor at whose address it is. Azure has two forms: models
    are deployments below `https://<resource>.openai.azure.com`, and OpenAI's own paths below `.../openai/v1`.
    """
    return _find(provider, dialect, base_url)


@lru_cache(maxsize=256)
def _find(provider: str, dialect: str, base_url: str) -> Vendor:
    try:
        at = urlsplit(base_url)
        host, path = at.hostname or "", at.path.rstrip("/")
    except ValueError:
        host = path = ""
    if dialect == "openai" and (provider == "azure" or host.endswith(_AZURE_HOSTS)):
        return _NEWER_AZURE if path.endswith("/openai/v1") else VENDORS["azure"]
    known = VENDORS.get(provider)
    if known is not None and known.dialect == dialect:
        return known
    there = (listed for listed in VENDORS.values() if listed.dialect == dialect and listed.base_url == base_url)
    return next(there, PLAIN.get(dialect, PLAIN["openai"]))
