"""What models are asked for beside answers: embeddings and pictures, in words that both have in common."""

from typing import Protocol

from msgspec import Struct

from backend.catalogue.snapshot import Model, Price, Provider
from backend.metering.display_cost import DisplayRate, Tariff
from backend.metering.rates import Kind
from backend.policy.choose import ModelType
from backend.precheck.tokens.estimate import Size
from backend.precheck.tokens.tokenizers import Tokenizer
from backend.providers.calls import Embeddings, Limits, Pictures, Target, TokenUsage
from backend.providers.engine import ProviderClient
from shared.precheck import Category

Made = Embeddings | Pictures
"""What a provider gave back."""


class Counts:
    """Tokens of each of an errand's words, as each model counts them."""

    def __init__(self, sizes: tuple[Size, ...]) -> None:
        self._sizes = sizes
        self._known: dict[tuple[Tokenizer, float], tuple[int, ...]] = {}

    def of(self, model: Model) -> tuple[int, ...]:
        """As many as there are words."""
        key = (model.tokenizer, model.token_ratio)
        if key not in self._known:
            self._known[key] = tuple(map(model.tokens, self._sizes))
        return self._known[key]


class Work(Protocol):
    """One kind of errand, with all that the caller said of it.

    `words` are everything the caller wrote, for the risk filter and the count of tokens; `pictures` how many are to be
    made; `kind` names the rate windows; `task` is the one that plans may refuse, None where nothing is answered.
    """

    @property
    def model_type(self) -> ModelType:
        """The type of the models that can do it."""

    @property
    def kind(self) -> Kind:
        """The kind of its rate windows."""

    @property
    def task(self) -> Category | None:
        """The task it is."""

    @property
    def words(self) -> tuple[str, ...]:
        """Everything the caller wrote."""

    @property
    def pictures(self) -> int:
        """How many pictures are wanted."""

    def longest(self, tokens: tuple[int, ...]) -> int:
        """Tokens that a model reads at once, where `tokens` are those of each of the words."""

    def usage(self, tokens: tuple[int, ...], price: Price, pictures: int) -> TokenUsage:
        """What a provider that reports nothing will have counted, as far as can be told."""

    def tariff(self, tokens: tuple[int, ...], price: Price, rate: DisplayRate) -> Tariff:
        """What to hold."""

    def shortcoming(self, provider: Provider) -> str | None:
        """Why a provider cannot be asked for this at all, in words; None when it can."""

    def unspoken(self, provider: Provider) -> tuple[str, ...]:
        """Fields of the request that a provider does not know."""

    def patience(self, limits: Limits) -> float:
        """Seconds that one attempt may take."""

    async def ask(self, client: ProviderClient, target: Target, model: str, within: float) -> Made:
        """One attempt. Raises `ProviderError`."""


class Pieces(Struct, frozen=True, kw_only=True):
    """How an attempt is counted: tokens in disjoint buckets, whether estimated, and pictures."""

    usage: TokenUsage
    estimated: bool
    pictures: int


def counted(work: Work, made: Made, tokens: tuple[int, ...], price: Price) -> Pieces:
    """What was used, as reported or else estimated."""
    pictures = len(made.items) if isinstance(made, Pictures) else 0
    return Pieces(
        usage=made.usage if made.usage is not None else work.usage(tokens, price, pictures),
        estimated=made.usage is None,
        pictures=pictures,
    )
