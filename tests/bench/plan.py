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


FULL = Plan(
    rounds=5,
    requests=1_000,
    concurrent=32,
    streams=256,
    spaced_chunks=400,
    burst_chunks=500,
    first_tokens=200,
    open_streams=(1_000, 2_000),
)
QUICK = FULL._replace(rounds=2, requests=300, spaced_chunks=200, first_tokens=60, open_streams=(1_000,))
