"""Prices out of model lists, exact: decimal text in, dollars per million tokens out. Pure."""

import re
from decimal import Context, Decimal, Inexact

from backend.catalogue.prices import DEAREST, PLACES

_DECIMAL = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,60})?([eE][+-]?[0-9]{1,2})?")
_EXACT = Context(prec=200, traps=[Inexact])
_MILLION = 6
NO_FIXED_PRICE = Decimal(-1)
"""What OpenRouter lists for models whose price depends on where a call goes."""


class PriceRefused(Exception):
    """The price cannot be meant; the text says why."""


class NoFixedPrice(Exception):
    """The list says that there is a price, but not which."""


def amount(value: object, what: str) -> Decimal | None:
    """The number that a list's JSON value stands for, None for null. `what` names it in the refusal.

    Values are strings, integers or `Decimal`s made of a JSON number's own digits. Raises `PriceRefused`, and
    `NoFixedPrice` for -1.
    """
    if value is None:
        return None
    text = str(value).strip() if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else ""
    if not _DECIMAL.fullmatch(text):
        raise PriceRefused(f"The price for {what} is no number.")
    number = Decimal(text)
    if number == NO_FIXED_PRICE:
        raise NoFixedPrice
    if number < 0:
        raise PriceRefused(f"The price for {what} is negative.")
    return number


def checked(price: Decimal, what: str) -> Decimal:
    """A price per million (or per piece) without trailing zeros. Raises `PriceRefused` for one beyond reason."""
    if price > DEAREST:
        raise PriceRefused(f"The price for {what} is absurd: more than {DEAREST:,} dollars.")
    plain = _EXACT.create_decimal(price).normalize(_EXACT)
    exponent = plain.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -PLACES:
        raise PriceRefused(f"The price for {what} has more than {PLACES} decimal places.")
    return _EXACT.quantize(plain, Decimal(1)) if isinstance(exponent, int) and exponent > 0 else plain


def per_million(per_token: Decimal) -> Decimal:
    """Dollars per million tokens out of dollars per token, exact."""
    return _EXACT.scaleb(per_token, _MILLION)
