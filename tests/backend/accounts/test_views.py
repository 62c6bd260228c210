from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from backend.accounts.views import is_simulated, next_month
from backend.catalogue.snapshot import Catalogue, Endpoint, Provider


def _catalogue(**usable: bool) -> Catalogue:
    providers = tuple(
        Provider(
            id=uuid4(),
            name=name,
            display_name=name,
            dialect="openai",
            endpoints=(Endpoint(uuid4(), "http://127.0.0.1:9/v1"),),
            api_key=None,
            allow_private_network=True,
            why=None if can else "it has no key",
        )
        for name, can in usable.items()
    )
    return Catalogue(version=1, models=(), providers=providers, assistants=(), plans=(), multipliers={})


@pytest.mark.parametrize(
    ("usable", "simulated"),
    [
        ({}, False),
        ({"simulator": False, "openai": False}, False),
        ({"simulator": True, "openai": True}, False),
        ({"simulator": False, "openai": True}, False),
        ({"simulator": True, "openai": False}, True),
    ],
)
def test_answers_are_simulated_when_only_the_simulator_can_answer(usable: dict[str, bool], simulated: bool) -> None:
    assert is_simulated(_catalogue(**usable)) is simulated


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)),
        (datetime(2027, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_credits_come_anew_with_the_calendar_month_of_utc(now: datetime, then: datetime) -> None:
    assert next_month(now) == then
