"""The invented organisation's providers and models."""

from datetime import datetime, timedelta

from shared.admin import (
    EndpointHealth,
    ProviderHealth,
)
from shared.catalogue import (
    AdminEndpoint,
    AdminModel,
    AdminProvider,
    Capability,
    LatencyTier,
    Prices,
)
from tests.frontend.invented import credits, uid


def providers(now: datetime) -> list[AdminProvider]:
    """Six providers: one without a key, one turned off."""
    rows = [
        ("anthropic", "Anthropic", "anthropic", "https://api.anthropic.com", True, None, 3),
        ("openai", "OpenAI", "openai", "https://api.openai.com/v1", True, None, 2),
        ("google", "Gemini", "gemini", "https://generativelanguage.googleapis.com", True, None, 2),
        ("groq", "Groq", "openai", "https://api.groq.com/openai/v1", True, None, 1),
        ("cohere", "Cohere", "cohere", "https://api.cohere.com", False, "No API key is set.", 1),
        ("ollama", "Ollama, rack 2", "openai", "http://10.0.3.2:11434/v1", True, None, 1),
    ]
    return [
        AdminProvider(
            id=uid(20 + number),
            name=name,
            display_name=shown,
            dialect=dialect,
            api_base_url=url,
            status="disabled" if name == "ollama" else "active",
            allow_private_network=name == "ollama",
            has_key=name not in ("cohere", "ollama"),
            key_source="not_needed" if name == "ollama" else "none" if name == "cohere" else "environment",
            usable=usable,
            why=why,
            model_count=models,
            created_at=now - timedelta(days=200),
            endpoints=[
                AdminEndpoint(
                    id=uid(80 + number), base_url=url, region="", enabled=True, created_at=now - timedelta(days=200)
                )
            ],
        )
        for number, (name, shown, dialect, url, usable, why, models) in enumerate(rows)
    ]


def models(now: datetime) -> list[AdminModel]:
    """Ten models, two of them without prices."""
    fresh, old = now - timedelta(days=18), now - timedelta(days=97)
    code, vision, think = Capability.CODE, Capability.VISION, Capability.REASONING
    rows = [
        ("sonnet", "Sonnet", "anthropic", 200_000, "3.00", "15.00", "1.4", "fast", [code, vision], fresh, True),
        ("opus", "Opus", "anthropic", 200_000, "15.00", "75.00", "1.6", "slow", [think], fresh, True),
        ("haiku", "Haiku", "anthropic", 200_000, "0.80", "4.00", "1.4", "fast", [], old, True),
        ("gpt-5-mini", "GPT-5 mini", "openai", 400_000, "0.25", "2.00", "1.5", "fast", [vision], fresh, True),
        ("gpt-5", "GPT-5", "openai", 400_000, "1.25", "10.00", "1.5", "medium", [think], fresh, False),
        ("gemini-flash", "Gemini Flash", "google", 1_000_000, "0.30", "2.50", "1.5", "fast", [vision], fresh, True),
        ("llama-3.3-70b", "Llama 3.3 70B", "groq", 128_000, "0.59", "0.79", "1.3", "fast", [], fresh, True),
        ("command-a", "Command A", "cohere", 256_000, "2.50", "10.00", "1.5", "medium", [], old, True),
        ("imagen-4", "Imagen 4", "google", 0, None, None, "2.0", "medium", [Capability.IMAGE_OUTPUT], None, False),
        (
            "qwen3-coder", "qwen3-coder-next-80b-instruct-fp8", "ollama", 256_000, None, None, "1.0", "medium", [code],
            None, False,
        ),
    ]  # fmt: skip
    shown = {provider.name: provider for provider in providers(now)}
    return [
        AdminModel(
            id=uid(40 + number),
            provider_id=shown[provider].id,
            provider=provider,
            provider_name=shown[provider].display_name,
            name=name,
            display_name=title,
            upstream_name=name,
            family=name.split("-")[0],
            model_type="image" if name == "imagen-4" else "chat",
            context_window=window or 480,
            max_output_tokens=8192,
            supports_images=vision in can,
            capabilities=can,
            latency_tier=LatencyTier(tier),
            quality=0.8,
            tags=[],
            source="The provider's price page.",
            active=active,
            usable=active and shown[provider].usable,
            why=shown[provider].why,
            prices=None if read is None else Prices(input=credits(read), output=credits(write)),
            price_version=None if read is None else 14,
            priced_at=at,
            price_missing=[] if read else ["image"] if name == "imagen-4" else ["input", "output"],
            multiplier=credits(factor),
            calls_7_days=1204 if active else 0,
        )
        for number, (name, title, provider, window, read, write, factor, tier, can, at, active) in enumerate(rows)
    ]


def endpoint_health(name: str, now: datetime, *, is_open: bool) -> EndpointHealth:
    """A provider's only address, in use or not since 11 minutes."""
    return EndpointHealth(
        id=uid(60),
        base_url=f"https://api.{name}.example/v1",
        state="open" if is_open else "closed",
        reason="5 calls in a row failed" if is_open else "",
        opened_at=now - timedelta(minutes=11) if is_open else None,
        retry_at=now + timedelta(seconds=12) if is_open else None,
        health=0.0 if is_open else 1.0,
        calls=40,
        error_rate=1.0 if is_open else 0.0,
        latency_p50=900,
        latency_p95=4100,
        first_token_p95=1800,
        fallback_rate=1.0 if is_open else 0.0,
        probed_at=now - timedelta(seconds=3),
        probe_ms=120,
        probe_fault="HTTP 503" if is_open else None,
    )


def healths(now: datetime) -> list[ProviderHealth]:
    """Figures of every provider over 15 minutes."""
    rows = [
        ("openai", "OpenAI", "active", True, None, 812, 0.002, 900, 4100, 1800),
        ("google", "Gemini", "active", True, None, 604, 0.004, 700, 3000, 1400),
        ("anthropic", "Anthropic", "active", True, None, 388, 0.038, 2100, 9800, 4900),
        ("groq", "Groq", "active", True, None, 120, 0.41, None, None, None),
        ("cohere", "Cohere", "active", False, "No API key is set.", 0, 0.0, None, None, None),
        ("ollama", "Ollama, rack 2", "disabled", False, "Turned off by an admin.", 0, 0.0, None, None, None),
    ]
    ids = {provider.name: provider.id for provider in providers(now)}
    return [
        ProviderHealth(
            provider_id=ids[name],
            name=name,
            display_name=shown,
            status=status,
            usable=usable,
            why=why,
            calls=calls,
            error_rate=errors,
            latency_p50=p50,
            latency_p95=p95,
            first_token_p95=first,
            health=0.0 if name == "groq" else 1.0 - errors,
            circuit="open" if name == "groq" else "closed",
            endpoints=[endpoint_health(name, now, is_open=name == "groq")],
        )
        for name, shown, status, usable, why, calls, errors, p50, p95, first in rows
    ]
