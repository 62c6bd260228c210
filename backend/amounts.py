"""Which decimal numbers can be an amount. Pure."""

from decimal import Decimal

from backend.errors import InvalidRequest

DEAREST_PLAN = Decimal(1_000_000_000)


def check_amount(value: Decimal, what: str, *, least: Decimal, most: Decimal, places: int) -> None:
    """Refuses what is no number, out of bounds or finer than `places` decimals. Raises `InvalidRequest`."""
    if not value.is_finite():
        raise InvalidRequest(f"{what} must be a number.")
    if not least <= value <= most:
        raise InvalidRequest(f"{what} must be between {least:,} and {most:,}.")
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -places:
        raise InvalidRequest(f"{what} must not have more than {places} decimal places.")


def check_credits(value: Decimal | None, what: str, *, least: Decimal = Decimal(0)) -> None:
    """Refuses what cannot be a number of credits; None, for no limit, can. Raises `InvalidRequest`."""
    if value is not None:
        check_amount(value, what, least=least, most=DEAREST_PLAN, places=6)
