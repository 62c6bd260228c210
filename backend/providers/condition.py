"""How a provider is doing, in plain words for everybody. Pure."""

import math

from backend.catalogue.snapshot import Provider
from backend.policy.choose import HEALTHY, HealthByKey
from backend.providers.circuits import CircuitState
from shared.providers import ProviderCondition, State


def condition(provider: Provider, health: HealthByKey) -> ProviderCondition:
    """By the circuits of its endpoints. The reasons of these, which are for admins, are left out."""
    if provider.why is not None:
        return _told(provider, "unavailable", provider.why)
    states = [health.get(endpoint.id, HEALTHY) for endpoint in provider.endpoints]
    circuits = {state.circuit for state in states}
    shown = provider.display_name
    if circuits == {CircuitState.CLOSED}:
        return _told(provider, "working", f"{shown} answers.")
    if CircuitState.CLOSED in circuits:
        return _told(provider, "degraded", f"{shown} answers, though not at all of its addresses.")
    if CircuitState.HALF_OPEN in circuits:
        return _told(provider, "recovering", f"{shown} failed and answers again: one request at a time tries it.")
    wait = max(1, math.ceil(min(state.retry_in for state in states)))
    return _told(provider, "failing", f"{shown} cannot be reached or fails. It is tried again soon.", wait)


def _told(provider: Provider, state: State, message: str, retry_after: int | None = None) -> ProviderCondition:
    return ProviderCondition(
        name=provider.name,
        display_name=provider.display_name,
        state=state,
        message=message,
        retry_after=retry_after,
    )
