"""An invented organisation, Harbour Works, for the pages to show."""

from decimal import Decimal
from uuid import UUID


def uid(number: int) -> UUID:
    """A stable id."""
    return UUID(f"019aa3f2-7c41-7d0e-b6f8-{number:012d}")


def credits(text: str | float) -> Decimal:
    """An exact amount."""
    return Decimal(str(text))
