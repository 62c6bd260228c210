"""What is said to need attention, and what is not."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from backend.admin.overview.attention import attention
from backend.catalogue.snapshot import Catalogue, Endpoint, Model, Price, Provider
from backend.columns import new_id
from shared.admin import EndpointHealth, ProviderHealth
from shared.catalogue import LatencyTier
from shared.wire import Dollars

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PROVIDER = Provider(
    id=new_id(),
    name="groq",
    display_name="Groq",
    dialect="openai",
    endpoints=(Endpoint(new_id(), "https://x"),),
    api_key="k",
    allow_private_network=False,
    why=None,
)
MODEL = Model(
    id=new_id(),
    name="m",
    display_name="M",
    upstream_name="m",
    family="m",
    model_type="chat",
    provider=PROVIDER,
    context_window=1,
    max_output_tokens=1,
    capabilities=frozenset(),
    latency_tier=LatencyTier.FAST,
    quality=0.5,
    active=True,
    price=Price(version=1, input=Dollars(1), output=Dollars(1)),
)
KEYLESS = replace(MODEL, name="n", provider=replace(PROVIDER, name="openai", why="No key is set for OpenAI."))
HEALTH = ProviderHealth(
    provider_id=PROVIDER.id,
    name="groq",
    display_name="Groq",
    status="active",
    usable=True,
    why=None,
    calls=100,
    error_rate=0.0,
    latency_p50=None,
    latency_p95=None,
    first_token_p95=None,
)


ENDPOINT = EndpointHealth(
    id=PROVIDER.endpoints[0].id,
    base_url="https://x",
    state="open",
    reason="The model's provider refused Fairlead's own account; an administrator has to correct it.",
    opened_at=NOW,
    retry_at=NOW,
    health=0,
    calls=1,
    error_rate=1,
    latency_p50=None,
    latency_p95=None,
    first_token_p95=None,
    fallback_rate=1,
    probed_at=NOW,
    probe_ms=9,
    probe_fault=None,
)


def catalogue(*models: Model) -> Catalogue:
    return Catalogue(version=1, models=models, providers=(), assistants=(), plans=(), multipliers={})


def said(
    *models: Model,
    health: tuple[ProviderHealth, ...] = (),
    oldest: datetime | None = None,
    waiting: int = 0,
    old_prices: tuple[str, ...] = (),
    repaired: int = 0,
    unbalanced: int = 0,
) -> list[str]:
    return attention(
        catalogue(*models),
        list(health),
        oldest_request=oldest,
        waiting=waiting,
        old_prices=list(old_prices),
        repaired=repaired,
        unbalanced=unbalanced,
        now=NOW,
    )


def test_nothing_is_said_when_all_is_well() -> None:
    healthy = replace(HEALTH, error_rate=0.049)
    assert said(MODEL, health=(healthy,), oldest=NOW - timedelta(hours=23), waiting=1) == []


def test_that_nobody_gets_an_answer_comes_first() -> None:
    assert said() == ["No model is active: nobody gets an answer. Turn one on under Models."]
    assert said(replace(MODEL, active=False), replace(MODEL, model_type="image"))[0].startswith("No model is active")
    assert said(KEYLESS)[0].startswith("No active model can be called")
    assert said(replace(MODEL, price=None))[0].startswith("No active model can be called")


def test_active_models_without_a_callable_provider_are_named_by_their_reason_once() -> None:
    assert said(MODEL, KEYLESS, replace(KEYLESS, name="o")) == [
        "Active models cannot be called: No key is set for OpenAI."
    ]


def test_a_failing_provider_is_named_worst_first_unless_too_few_calls_say_so() -> None:
    bad = replace(HEALTH, error_rate=0.41)
    worse = replace(HEALTH, display_name="Mistral", error_rate=0.5, calls=10)
    rare = replace(HEALTH, display_name="Cohere", error_rate=1.0, calls=9)
    assert said(MODEL, health=(bad, rare, worse)) == [
        "Mistral failed 50% of 10 calls in the last 15 minutes.",
        "Groq failed 41% of 100 calls in the last 15 minutes.",
    ]


def test_an_endpoint_that_is_not_used_is_named_with_the_reason() -> None:
    broken = replace(HEALTH, circuit="open", endpoints=[ENDPOINT, replace(ENDPOINT, state="half_open")])
    assert said(MODEL, health=[broken]) == [
        f"The circuit of Groq is open. Nothing is sent to https://x: {ENDPOINT.reason}"
    ]
    assert said(MODEL, health=[replace(broken, usable=False)]) == []


def test_books_that_do_not_balance_come_before_what_was_put_right() -> None:
    differ, repaired = said(MODEL, repaired=12, unbalanced=1)
    assert differ.startswith("The books do not balance: 1 difference cannot be repaired")
    assert repaired.startswith("Reconciliation put 12 differences right")


def test_requests_that_wait_longer_than_a_day_are_said_with_their_number() -> None:
    oldest = datetime(2026, 11, 19, 9, 12, tzinfo=UTC)
    assert said(MODEL, oldest=oldest, waiting=1) == [
        "A plan request waits longer than a day. It was made on 19 Nov 2026, 09:12 UTC."
    ]
    assert said(MODEL, oldest=oldest, waiting=3) == [
        "3 plan requests wait for an answer. The oldest was made on 19 Nov 2026, 09:12 UTC."
    ]


def test_old_prices_are_named_but_not_endlessly() -> None:
    names = tuple("ABCDEFG")
    assert said(MODEL, old_prices=names) == [
        "Active models use prices older than 90 days. A, B, C, D, E and 2 more: compare them with the bill."
    ]
