"""What a local Ollama has installed: github.com/ollama/ollama/blob/main/docs/api.md."""

import asyncio

import httpx
import msgspec
import structlog
from msgspec import Struct

from backend.catalogue.defaults import DefaultModel, DefaultPrices
from backend.catalogue.keys import OLLAMA
from shared.catalogue import Capability, LatencyTier
from shared.wire import Dollars

PATIENCE_SECONDS = 2.0
MOST = 20
"""Models that are looked at; a machine with more of them has an admin who adds the rest."""

_CAPABILITIES = {"vision": Capability.VISION, "tools": Capability.TOOLS, "thinking": Capability.REASONING}
_FREE = DefaultPrices(input=Dollars(0), output=Dollars(0))
log = structlog.get_logger()


class _Details(Struct):
    family: str = ""
    parameter_size: str = ""


class _Installed(Struct):
    name: str
    details: _Details = msgspec.field(default_factory=_Details)


class _Tags(Struct):
    models: list[_Installed]


class _Shown(Struct):
    model_info: dict[str, object] = {}
    capabilities: list[str] = msgspec.field(default_factory=lambda: ["completion"])


async def installed_models(host: str) -> list[DefaultModel]:
    """The chat models installed there; none when Ollama does not answer within two seconds."""
    timeout = httpx.Timeout(PATIENCE_SECONDS)
    try:
        async with httpx.AsyncClient(base_url=host, timeout=timeout, trust_env=False) as client:
            answer = (await client.get("/api/tags")).raise_for_status()
            found = msgspec.json.decode(answer.content, type=_Tags).models[:MOST]
            shown = await asyncio.gather(*(_show(client, model.name) for model in found))
    except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError) as error:
        log.warning("ollama_unreadable", host=host, fault=str(error) or type(error).__name__)
        return []
    return [
        _model(model, about) for model, about in zip(found, shown, strict=True) if "completion" in about.capabilities
    ]


async def _show(client: httpx.AsyncClient, name: str) -> _Shown:
    answer = (await client.post("/api/show", json={"model": name})).raise_for_status()
    return msgspec.json.decode(answer.content, type=_Shown)


def _model(model: _Installed, about: _Shown) -> DefaultModel:
    architecture = about.model_info.get("general.architecture", "")
    window = about.model_info.get(f"{architecture}.context_length")
    context = window if isinstance(window, int) and window > 0 else 4096
    size = _billions(model.details.parameter_size)
    capabilities = [known for word, known in _CAPABILITIES.items() if word in about.capabilities]
    return DefaultModel(
        provider=OLLAMA,
        name=f"{OLLAMA}/{model.name}",
        upstream_name=model.name,
        display_name=f"{model.name} on Ollama",
        family=model.details.family or "local",
        context_window=context,
        max_output_tokens=max(context // 4, 1),
        supports_images=Capability.VISION in capabilities,
        capabilities=capabilities,
        latency_tier=LatencyTier.MEDIUM if size < 10 else LatencyTier.SLOW,
        quality=0.35 if size < 5 else 0.45 if size < 10 else 0.55,
        tags=["local"],
        prices=_FREE,
        plan="starter",
        starts_active=True,
        source="Installed in Ollama; nothing is charged for it.",
    )


def _billions(size: str) -> float:
    """Parameters out of `3.2B` or `567.75M`; 0 when unknown."""
    try:
        return float(size[:-1]) * {"B": 1.0, "M": 0.001}.get(size[-1:].upper(), 0.0)
    except ValueError:
        return 0.0
