"""What each strategy weighs, in hundredths."""

from msgspec import Struct

from shared.chat import Strategy


class Weights(Struct, frozen=True):
    """Shares of cheapness, speed, reliability and quality in a model's score."""

    cost: int
    latency: int
    uptime: int
    quality: int = 0

    @property
    def total(self) -> int:
        """100 for every strategy."""
        return self.cost + self.latency + self.uptime + self.quality


WEIGHTS = {
    Strategy.BALANCED: Weights(cost=30, latency=40, uptime=30),
    Strategy.COST_OPTIMIZED: Weights(cost=70, latency=15, uptime=15),
    Strategy.PERFORMANCE_FIRST: Weights(cost=10, latency=60, uptime=30),
    Strategy.QUALITY_FIRST: Weights(cost=30, latency=20, uptime=10, quality=40),
}

IN_WORDS = {
    Strategy.BALANCED: "the best balance of cost, speed and reliability",
    Strategy.COST_OPTIMIZED: "the lowest cost that will do",
    Strategy.PERFORMANCE_FIRST: "the fastest reliable answer",
    Strategy.QUALITY_FIRST: "the strongest answer for its cost",
}
