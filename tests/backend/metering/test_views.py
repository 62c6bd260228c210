"""Periods and totals of usage."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.snapshot import Catalogue
from backend.entitlements.repository import Credits
from backend.errors import InvalidRequest
from backend.metering.usage_repository import Sums
from backend.metering.views import LONGEST, Period, asked_period, credit_period, usage
from shared.plans import PlanLimits

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
EMPTY = Catalogue(version=1, models=(), providers=(), assistants=(), plans=(), multipliers={})


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-11-21", "2026-11-21"),
        ("2026-11-21", "2026-11-20"),
        ("2025-10-01", "2026-11-21"),
        ("2026-12-24", None),
        (None, "2026-10-31"),
        ("yesterday", None),
        ("2026-11-01T00:00:00", None),
    ],
)
def test_an_empty_endless_or_unreadable_period_is_refused(since: str | None, until: str | None) -> None:
    with pytest.raises(InvalidRequest):
        asked_period(since, until, NOW)


@pytest.mark.parametrize(
    ("since", "until", "period"),
    [
        (None, None, ("2026-11-01", "2026-12-01")),
        ("2026-11-03", None, ("2026-11-03", "2026-12-01")),
        (None, "2026-11-03", ("2026-11-01", "2026-11-03")),
        ("2025-10-18", "2026-11-22", ("2025-10-18", "2026-11-22")),
    ],
)
def test_an_end_left_open_is_that_of_the_month(since: str | None, until: str | None, period: tuple[str, str]) -> None:
    found = asked_period(since, until, NOW)
    assert (found.since.date().isoformat(), found.until.date().isoformat()) == period
    assert found.until - found.since <= LONGEST


def test_credits_are_granted_by_calendar_month() -> None:
    assert credit_period(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)) == Period(
        datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    )


@given(
    st.lists(
        st.builds(
            Sums,
            key=st.text(min_size=1, max_size=5),
            credits=st.decimals(0, 10**9, places=12),
            calls=st.integers(0, 10**6),
            prompt_tokens=st.integers(0, 10**12),
            completion_tokens=st.integers(0, 10**12),
        ),
        max_size=20,
    )
)
def test_totals_are_the_sums_of_the_rows(rows: list[Sums]) -> None:
    period = Period(NOW, NOW + timedelta(days=1))
    credits = Credits(Decimal(10), Decimal("2.5"), Decimal(20))
    shown = usage(period, period, credits, PlanLimits(), rows, "model", 3, [], EMPTY)
    assert shown.total.credits == sum((row.credits for row in rows), Decimal(0))
    assert shown.total.calls == sum(row.calls for row in rows)
    assert shown.total.failed == 3
    assert shown.balance == Decimal("7.5")
    assert [item.label for item in shown.items] == [row.key for row in rows]
