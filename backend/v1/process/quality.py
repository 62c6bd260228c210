"""How good an answer may be taken to be, from what is known of its model. Pure."""

WEIGHT = 20
"""How many people's ratings the catalogue's counts as much as."""


def overall(rating: float, good: int, rated: int) -> float:
    """The catalogue's rating of a model, from 0 to 1, moved by those that people gave its answers."""
    return round((WEIGHT * rating + good) / (WEIGHT + rated), 4)
