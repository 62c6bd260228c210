"""Making pictures from words, from pictures and words, or from a picture."""

import re

from msgspec import Struct, structs

from backend.catalogue.snapshot import Price, Provider
from backend.metering.display_cost import DisplayRate, Tariff, tariff
from backend.metering.pricing import EXACT, ZERO, raw_cost
from backend.metering.rates import Kind
from backend.policy.choose import ModelType
from backend.providers.calls import Limits, PictureCall, Pictures, Target, TokenUsage
from backend.providers.engine import ProviderClient
from backend.providers.registry import PICTURE_DIALECTS, unspoken
from shared.precheck import Category

LONGEST = 180.0
"""Seconds: a picture may take two minutes (platform.openai.com/docs/guides/image-generation)."""

TOKENS_SHOWN = 1_600
"""Of one picture that is shown to a model, roughly."""

_SQUARE = 1024 * 1024
_TOKENS = {"low": 272, "medium": 1056, "standard": 1056, "high": 4160, "hd": 4160}
"""Of one picture of 1024 x 1024 by quality; another size has as many more as it has pixels
(platform.openai.com/docs/guides/image-generation, cost and latency)."""
_SIZE = re.compile(r"(\d{2,5})x(\d{2,5})")
_LARGEST_USUAL = 1024 * 1536


class Drawing(Struct, frozen=True):
    """Pictures to be made; the model's name in `call` is filled in for each attempt."""

    call: PictureCall

    model_type: ModelType = "image"
    kind: Kind = "image"
    task: Category | None = Category.IMAGE_GENERATION

    @property
    def words(self) -> tuple[str, ...]:
        """The prompt, where there is one."""
        return (self.call.prompt,) if self.call.prompt else ()

    @property
    def pictures(self) -> int:
        """How many are wanted."""
        return self.call.count

    def longest(self, tokens: tuple[int, ...]) -> int:
        """The prompt's."""
        return sum(tokens)

    def usage(self, tokens: tuple[int, ...], price: Price, pictures: int) -> TokenUsage:
        """A model that is paid by the picture is taken to count no tokens of pictures."""
        shown = TOKENS_SHOWN * (len(self.call.pictures) + (self.call.mask is not None))
        return TokenUsage(input=sum(tokens) + shown, image=0 if price.image else pictures * self._tokens_each())

    def tariff(self, tokens: tuple[int, ...], price: Price, rate: DisplayRate) -> Tariff:
        """For the prompt, and for all pictures whether they are paid by the piece, by their tokens or both."""
        made = TokenUsage(image=self.call.count * self._tokens_each())
        shown = self.usage(tokens, price, 0).input
        each = structs.replace(price, request=None)  # which the prompt's part has already
        pictures = rate.credits(raw_cost(made, each, self.call.count).total)
        fixed = EXACT.add(tariff(price, rate, shown).fixed, pictures)
        return Tariff(fixed=fixed, each=ZERO)

    def shortcoming(self, provider: Provider) -> str | None:
        """Some dialects have no pictures."""
        return None if provider.dialect in PICTURE_DIALECTS else f"{provider.display_name} makes no pictures here"

    def unspoken(self, provider: Provider) -> tuple[str, ...]:
        """Fields of the request that a provider does not know."""
        return unspoken(provider, self.call)

    def patience(self, limits: Limits) -> float:
        """Seconds that one attempt may take."""
        return min(LONGEST, limits.total)

    async def ask(self, client: ProviderClient, target: Target, model: str, within: float) -> Pictures:
        """One attempt. Raises `ProviderError`."""
        return await client.draw(target, structs.replace(self.call, model=model), within=within)

    def _tokens_each(self) -> int:
        size = _SIZE.fullmatch(self.call.size or "")
        pixels = int(size[1]) * int(size[2]) if size else _LARGEST_USUAL
        return -(-_TOKENS.get(self.call.quality or "", _TOKENS["high"]) * pixels // _SQUARE)
