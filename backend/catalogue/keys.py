"""Where a provider's key comes from, and whether the provider can be called with it."""

from typing import Literal

from msgspec import Struct

from backend.catalogue.tables import ModelProvider
from backend.secrets import Secrets, UnreadableSecretError
from backend.settings import Settings

SIMULATOR = "simulator"
OLLAMA = "ollama"
AZURE = "azure"
ANY_KEY = "simulated"
"""The simulator wants a key, as the providers it stands for do, and takes any."""

KeySource = Literal["environment", "stored", "none", "not_needed"]


class ProviderKey(Struct, frozen=True):
    """A provider's key. A stored one goes before one from the environment, also when it cannot be read."""

    value: str | None
    source: KeySource
    readable: bool = True

    def __repr__(self) -> str:
        return f"ProviderKey({self.source})"


def seal_key(key: str, provider: ModelProvider, secrets: Secrets) -> bytes:
    """The key as it is stored."""
    return secrets.seal(key, _owner(provider))


def provider_key(provider: ModelProvider, secrets: Secrets, settings: Settings) -> ProviderKey:
    """The key to call with: the stored one, else the one of the environment."""
    if provider.name == SIMULATOR:
        return ProviderKey(ANY_KEY, "not_needed")
    if provider.key_ciphertext is not None:
        try:
            return ProviderKey(secrets.unseal(provider.key_ciphertext, _owner(provider)), "stored")
        except UnreadableSecretError:
            return ProviderKey(None, "stored", readable=False)
    if (key := settings.provider_keys().get(provider.name)) is not None:
        return ProviderKey(key, "environment")
    return ProviderKey(None, "none" if provider.needs_key else "not_needed")


def why_unusable(provider: ModelProvider, key: ProviderKey, settings: Settings) -> str | None:
    """Why the provider cannot be called, None when it can."""
    if provider.status != "active":
        return f"{provider.display_name} is turned off."
    if not key.readable:
        return f"The stored key for {provider.display_name} cannot be read with this FAIRLEAD_SECRET_KEY."
    if provider.needs_key and key.value is None:
        return f"No key is set for {provider.display_name}."
    if provider.name == SIMULATOR and settings.simulator_url is None:
        return "The simulator is not running."
    if provider.name == OLLAMA and settings.ollama_host is None:
        return "No address is set for Ollama."
    if not provider.api_base_url:
        return f"No address is set for {provider.display_name}."
    return None


def _owner(provider: ModelProvider) -> str:
    return f"provider:{provider.id}"
