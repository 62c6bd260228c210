"""How much is measured."""

from typing import NamedTuple


class Plan(NamedTuple):
    """Sizes of all cases. Every loop ends by number, never by time."""

    rounds: int
    requests: int
    """Not streamed, per round."""
    concurrent: int
    streams: int
    spaced_chunks: int
    """Per stream, 10 ms apart."""
    burst_chunks: int
    """Per stream, all at once."""
    first_tokens: int
    """Samples of the time to the first token, per round."""
    open_streams: tuple[int, ...]
    plain_model: str = "sim-bench-20-0"
    first_token_model: str = "sim-bench-3-5"
    open_model: str = "sim-bench-600-1000"

    @property
    def spaced_model(self) -> str:
        """A chunk every 10 ms."""
        return f"sim-bench-{self.spaced_chunks}-10"

    @property
    def burst_model(self) -> str:
        """All chunks at once."""
        return f"sim-bench-{self.burst_chunks}-0"

    @property
    def grouped_model(self) -> str:
        """25 chunks every 250 ms."""
        return f"sim-bench-{self.burst_chunks}-10-25"

    @property
    def models(self) -> list[str]:
        """All models that the cases ask for."""
        own = [self.spaced_model, self.burst_model, self.grouped_model]
        return [self.plain_model, self.first_token_model, self.open_model, *own]


FULL = Plan(
    rounds=5,
    requests=1_000,
    concurrent=32,
    streams=256,
    spaced_chunks=600,
    burst_chunks=500,
    first_tokens=200,
    open_streams=(1_000, 2_000),
)
QUICK = FULL._replace(rounds=2, requests=300, spaced_chunks=400, first_tokens=60, open_streams=(1_000,))
