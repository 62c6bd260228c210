"""Turning texts into vectors."""

from msgspec import Struct, structs

from backend.catalogue.snapshot import Price, Provider
from backend.metering.display_cost import DisplayRate, Tariff, tariff
from backend.metering.pricing import ZERO
from backend.metering.rates import Kind
from backend.policy.choose import ModelType
from backend.providers.calls import EmbeddingCall, Embeddings, Limits, Target, TokenUsage
from backend.providers.engine import ProviderClient
from backend.providers.registry import EMBEDDING_DIALECTS, unspoken
from shared.precheck import Category

MARGIN = 8
"""Estimates may be wrong by one part in so many: only a text that is longer than that is kept from a model."""


class Embedding(Struct, frozen=True):
    """Texts to be embedded; the model's name in `call` is filled in for each attempt."""

    call: EmbeddingCall

    model_type: ModelType = "embedding"
    kind: Kind = "embedding"
    pictures: int = 0
    task: Category | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The texts."""
        return self.call.texts

    def longest(self, tokens: tuple[int, ...]) -> int:
        """Of the longest text: each is read by itself."""
        most = max(tokens)
        return most - most // MARGIN

    def usage(self, tokens: tuple[int, ...], price: Price, pictures: int) -> TokenUsage:
        """All texts together."""
        return TokenUsage(input=sum(tokens))

    def tariff(self, tokens: tuple[int, ...], price: Price, rate: DisplayRate) -> Tariff:
        """For the texts; nothing is written."""
        return Tariff(fixed=tariff(price, rate, sum(tokens)).fixed, each=ZERO)

    def shortcoming(self, provider: Provider) -> str | None:
        """Some dialects have no embeddings."""
        return None if provider.dialect in EMBEDDING_DIALECTS else f"{provider.display_name} has no embeddings"

    def unspoken(self, provider: Provider) -> tuple[str, ...]:
        """Fields of the request that a provider does not know."""
        return unspoken(provider, self.call)

    def patience(self, limits: Limits) -> float:
        """As long as an answer may take to begin: it comes at once or not at all."""
        return min(limits.first_byte + limits.first_token, limits.total)

    async def ask(self, client: ProviderClient, target: Target, model: str, within: float) -> Embeddings:
        """One attempt. Raises `ProviderError`."""
        return await client.embed(target, structs.replace(self.call, model=model), within=within)
