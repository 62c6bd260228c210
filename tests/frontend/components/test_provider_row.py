"""A provider as a row."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from frontend.components.provider_row import key_tag
from tests.frontend.invented.catalogue import providers

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("stored", "Stored here"),
        ("environment", "From the environment"),
        ("not_needed", "Not needed"),
        ("none", "Missing"),
    ],
)
def test_keys_are_told_by_their_source_only(source: str, word: str) -> None:
    assert word in key_tag(replace(providers(NOW)[0], key_source=source))
