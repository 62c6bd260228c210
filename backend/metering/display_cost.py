"""display credits = raw cost x multiplier x credits per dollar. Pure and exact."""

from decimal import Decimal
from functools import lru_cache

from msgspec import Struct

from backend.catalogue.snapshot import Catalogue, Price
from backend.metering.pricing import EXACT, ZERO, dearest_input, dearest_output
from shared.admin import Factor


class DisplayRate(Struct, frozen=True, kw_only=True):
    """How dollars become credits for one plan, model and assistant family, as it was when the request was admitted."""

    factors: tuple[Factor, ...]
    multiplier: Decimal
    credits_per_dollar: Decimal

    def credits(self, dollars: Decimal) -> Decimal:
        """Display credits of a raw cost, unrounded."""
        return EXACT.multiply(EXACT.multiply(dollars, self.multiplier), self.credits_per_dollar)


class Tariff(Struct, frozen=True, kw_only=True):
    """Credits for the prompt at worst and for each token of the answer at worst: what a hold is made of."""

    fixed: Decimal
    each: Decimal

    def cost(self, tokens: int) -> Decimal:
        """Credits for an answer of so many tokens."""
        return EXACT.add(self.fixed, EXACT.multiply(self.each, Decimal(tokens)))

    def affordable(self, credits: Decimal, wanted: int) -> int:
        """How many of the wanted tokens fit into an amount of credits; 0 when not even the prompt does."""
        if self.fixed > credits:
            return 0
        if self.each == 0:
            return wanted
        return min(wanted, int(EXACT.divide_int(EXACT.subtract(credits, self.fixed), self.each)))


def display_rate(
    catalogue: Catalogue, *, plan: str, model: str, family: str, credits_per_dollar: Decimal
) -> DisplayRate:
    """The named factors in force: of the plan's slug, the model's name and the assistant family."""
    return _rate(
        plan,
        catalogue.multiplier("plan", plan),
        model,
        catalogue.multiplier("model", model),
        family,
        catalogue.multiplier("family", family),
        credits_per_dollar,
    )


@lru_cache(maxsize=4096)
def _rate(
    plan: str,
    plan_factor: Decimal,
    model: str,
    model_factor: Decimal,
    family: str,
    family_factor: Decimal,
    credits_per_dollar: Decimal,
) -> DisplayRate:
    return DisplayRate(
        factors=(
            Factor(name=f"plan {plan}", value=plan_factor),
            Factor(name=f"model {model}", value=model_factor),
            Factor(name=f"family {family}", value=family_factor),
        ),
        multiplier=EXACT.multiply(EXACT.multiply(plan_factor, model_factor), family_factor),
        credits_per_dollar=credits_per_dollar,
    )


def tariff(price: Price, rate: DisplayRate, prompt_tokens: int) -> Tariff:
    """What to hold for a prompt of estimated length. A fifth more prompt tokens are held than were estimated."""
    prompt = Decimal(prompt_tokens + prompt_tokens // 5)
    dollars = EXACT.add(EXACT.multiply(dearest_input(price), prompt), price.request or ZERO)
    return Tariff(fixed=rate.credits(dollars), each=rate.credits(dearest_output(price)))
