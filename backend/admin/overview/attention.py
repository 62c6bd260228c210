"""What on the desk needs somebody's attention, in words. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from backend.catalogue.snapshot import Catalogue
from backend.catalogue.views import why_not
from shared.admin import ProviderHealth

ERROR_RATE = 0.05
FEWEST_CALLS = 10
"""Below this many calls an error rate says nothing."""
LONG_WAIT = timedelta(days=1)
OLD_PRICES = timedelta(days=90)
NAMED = 5


def attention(
    catalogue: Catalogue,
    health: list[ProviderHealth],
    *,
    oldest_request: datetime | None,
    waiting: int,
    old_prices: list[str],
    repaired: int,
    unbalanced: int,
    now: datetime,
    alerted: Sequence[str] = (),
) -> list[str]:
    """Sentences, the most pressing first."""
    return [
        *_routes(catalogue),
        *_books(repaired, unbalanced),
        *_circuits(health),
        *_abuse(alerted),
        *_providers(health),
        *_requests(waiting, oldest_request, now),
        *_prices(old_prices),
    ]


def _routes(catalogue: Catalogue) -> list[str]:
    active = [model for model in catalogue.models if model.active and model.model_type == "chat"]
    if not active:
        return ["No model is active: nobody gets an answer. Turn one on under Models."]
    if all(why_not(model) is not None for model in active):
        return ["No active model can be called: nobody gets an answer. Give a provider its key under Models."]
    stuck = sorted({model.provider.why for model in active if model.provider.why is not None})
    return [f"Active models cannot be called: {why}" for why in stuck]


def _circuits(health: list[ProviderHealth]) -> list[str]:
    """In the words of the circuit: a refused key must not wait until somebody looks at a board."""
    return [
        f"The circuit of {provider.display_name} is open. Nothing is sent to {endpoint.base_url}: {endpoint.reason}"
        for provider in health
        for endpoint in provider.endpoints
        if provider.usable and endpoint.state == "open"
    ]


def _providers(health: list[ProviderHealth]) -> list[str]:
    return [
        f"{provider.display_name} failed {provider.error_rate:.0%} of {provider.calls} calls in the last 15 minutes."
        for provider in sorted(health, key=lambda provider: -provider.error_rate)
        if provider.calls >= FEWEST_CALLS and provider.error_rate >= ERROR_RATE
    ]


def _books(repaired: int, unbalanced: int) -> list[str]:
    said = []
    if unbalanced:
        said.append(
            f"The books do not balance: {unbalanced} {_differences(unbalanced)} cannot be repaired by Fairlead."
            " Run `fairlead reconcile` and look at each."
        )
    if repaired:
        said.append(
            f"Reconciliation put {repaired} {_differences(repaired)} right in the last 24 hours."
            " A process or the database was killed."
        )
    return said


def _differences(number: int) -> str:
    return "difference" if number == 1 else "differences"


def _abuse(alerted: Sequence[str]) -> list[str]:
    if not alerted:
        return []
    shown = ", ".join(alerted[:NAMED]) + (f" and {len(alerted) - NAMED} more" if len(alerted) > NAMED else "")
    return [f"Prompts are blocked or costly again and again. See under Abuse what is known of {shown}."]


def _requests(waiting: int, oldest: datetime | None, now: datetime) -> list[str]:
    if oldest is None or now - oldest < LONG_WAIT:
        return []
    since = f"{oldest.day} {oldest:%b %Y, %H:%M} UTC"
    if waiting == 1:
        return [f"A plan request waits longer than a day. It was made on {since}."]
    return [f"{waiting} plan requests wait for an answer. The oldest was made on {since}."]


def _prices(names: list[str]) -> list[str]:
    if not names:
        return []
    shown = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
    return [f"Active models use prices older than {OLD_PRICES.days} days. {shown}: compare them with the bill."]
