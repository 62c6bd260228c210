"""Where keys come from, and what becomes of a provider without one."""

import pytest

from backend.catalogue.keys import provider_key, seal_key, why_unusable
from backend.catalogue.tables import ModelProvider
from backend.columns import new_id
from backend.secrets import Secrets
from tests.fixtures.databases import settings_for

SECRETS = Secrets(b"one master secret of the tests, long enough")
URL = "postgresql://nobody@127.0.0.1/nothing"
BARE = settings_for(URL)
WITH_KEY = settings_for(URL, openai_api_key="from the environment")


def provider(**facts: object) -> ModelProvider:
    given = {"name": "openai", "display_name": "OpenAI", "dialect": "openai", "api_base_url": "https://x", **facts}
    return ModelProvider(
        id=new_id(), status=given.pop("status", "active"), needs_key=given.pop("needs_key", True), **given
    )


def test_a_stored_key_goes_before_one_of_the_environment() -> None:
    row = provider()
    row.key_ciphertext = seal_key("stored", row, SECRETS)
    key = provider_key(row, SECRETS, WITH_KEY)
    assert (key.value, key.source) == ("stored", "stored")
    assert why_unusable(row, key, WITH_KEY) is None


def test_a_key_moved_to_another_provider_cannot_be_read() -> None:
    row, other = provider(), provider()
    other.key_ciphertext = seal_key("stored", row, SECRETS)
    key = provider_key(other, SECRETS, WITH_KEY)
    assert key.value is None
    assert why_unusable(other, key, WITH_KEY) == (
        "The stored key for OpenAI cannot be read with this FAIRLEAD_SECRET_KEY."
    )


@pytest.mark.parametrize(
    ("facts", "settings", "source", "why"),
    [
        ({}, BARE, "none", "No key is set for OpenAI."),
        ({}, WITH_KEY, "environment", None),
        ({"status": "disabled"}, WITH_KEY, "environment", "OpenAI is turned off."),
        ({"name": "own", "display_name": "Own", "needs_key": False}, BARE, "not_needed", None),
        ({"name": "simulator", "needs_key": False}, BARE, "not_needed", "The simulator is not running."),
        ({"name": "ollama", "needs_key": False}, BARE, "not_needed", "No address is set for Ollama."),
        ({"api_base_url": ""}, WITH_KEY, "environment", "No address is set for OpenAI."),
    ],
)
def test_a_provider_says_what_it_lacks(
    facts: dict[str, object], settings: object, source: str, why: str | None
) -> None:
    row = provider(**facts)
    key = provider_key(row, SECRETS, settings)
    assert key.source == source
    assert why_unusable(row, key, settings) == why


def test_a_key_is_not_printed() -> None:
    row = provider()
    row.key_ciphertext = seal_key("sk-very-secret", row, SECRETS)
    key = provider_key(row, SECRETS, BARE)
    assert "sk-very-secret" not in repr(key)
    assert b"sk-very-secret" not in row.key_ciphertext
