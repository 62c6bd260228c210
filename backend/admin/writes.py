"""What requests that add or change configuration must not leave out or overdo. Pure."""

from msgspec import UNSET, Struct

from backend.errors import InvalidRequest

FARTHEST_RANK = 10_000


def require(wanted: Struct, names: tuple[str, ...]) -> None:
    """Refuses a creating request that leaves something out. Raises `InvalidRequest`."""
    absent = [name for name in names if getattr(wanted, name) is UNSET]
    if absent:
        raise InvalidRequest(f"Also give {' and '.join(absent)}.", details={"missing": absent})


def check_rank(rank: int) -> None:
    """Refuses a place in an order that nobody means. Raises `InvalidRequest`."""
    if abs(rank) > FARTHEST_RANK:
        raise InvalidRequest(f"The rank must be between -{FARTHEST_RANK} and {FARTHEST_RANK}.")
