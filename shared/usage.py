"""What was used, as the person who used it sees it."""

from uuid import UUID

from shared.plans import PlanLimits
from shared.wire import Answer, Credits, Instant


class UsageTotal(Answer, frozen=True, kw_only=True):
    """`failed` calls cost nothing and are not in `calls`."""

    credits: Credits
    calls: int
    failed: int
    prompt_tokens: int
    completion_tokens: int


class UsageRow(Answer, frozen=True, kw_only=True):
    """One group. `key` is a day (`2026-11-21`), a model's name or an assistant family; `label` is for people."""

    key: str
    label: str
    credits: Credits
    calls: int
    prompt_tokens: int
    completion_tokens: int


class DayAndAssistant(Answer, frozen=True, kw_only=True):
    """Credits of one UTC day at one assistant family."""

    day: str
    assistant: str
    credits: Credits


class Usage(Answer, frozen=True, kw_only=True):
    """`balance` and `granted` are of the current credit period, whatever period was asked for.

    Both periods are `{from, to}`: from (inclusive), to (exclusive).
    """

    period: dict[str, Instant]
    credit_period: dict[str, Instant]
    balance: Credits
    granted: Credits
    limits: PlanLimits
    total: UsageTotal
    items: list[UsageRow]
    by_day_and_assistant: list[DayAndAssistant] = []


class RequestUsage(Answer, frozen=True, kw_only=True):
    """The charge of one request."""

    request_id: UUID
    credits: Credits
    created_at: Instant
