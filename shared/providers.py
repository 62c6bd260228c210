"""Providers as everybody sees them: neither their keys nor where they are."""

from typing import Literal

from shared.wire import Answer

State = Literal["working", "degraded", "recovering", "failing", "unavailable"]


class ProviderView(Answer, frozen=True, kw_only=True):
    """A provider by the name that requests may prefer or exclude. `model_count` is how many of its models you can use.

    `why` says what keeps it from being called. `collects_data`: it may keep what it is sent.
    """

    name: str
    display_name: str
    status: Literal["available", "unavailable"]
    why: str | None
    model_count: int
    collects_data: bool


class ProviderCondition(Answer, frozen=True, kw_only=True):
    """How a provider is doing now. `message` says it in words, `retry_after` in how many seconds it is tried again.

    `degraded`: it answers, though not everywhere. `recovering`: one request at a time may try it. `failing`: none may.
    """

    name: str
    display_name: str
    state: State
    message: str
    retry_after: int | None
