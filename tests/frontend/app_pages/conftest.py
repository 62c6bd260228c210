"""Fixtures for pages."""

import pytest

from tests.frontend.app_pages.desk import Desk
from tests.frontend.fake_admin_api import FakeApi


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A browser in front of the invented organisation."""
    return Desk(FakeApi(), monkeypatch)
