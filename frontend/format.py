"""Figures and dates as people read them: real minus signs, commas at thousands, and all rounding."""

from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal

MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"
NONE = "—"
"""Stands where there is no figure."""

_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")
_TENTH = Decimal("0.1")


def _minus(text: str) -> str:
    return text.replace("-", MINUS)


def count(number: int | None) -> str:
    """`1,284`."""
    return NONE if number is None else _minus(f"{number:,}")


def plural(number: int, noun: str) -> str:
    """`1 call`, `1,284 calls`."""
    return f"{count(number)} {noun}" if number == 1 else f"{count(number)} {noun}s"


def credits(amount: Decimal | None) -> str:
    """Two decimals up to 100, one above; a charge too small to show is `<0.01`, never `0.00`."""
    if amount is None:
        return NONE
    if amount != 0 and abs(amount) < _CENT / 2:
        return "<0.01"
    step = _CENT if abs(amount) <= _HUNDRED else _TENTH
    return _minus(f"{amount.quantize(step, ROUND_HALF_UP):,}")


def whole(amount: Decimal) -> str:
    """Credits where only the size matters, as in a projection: `839`; below 100 as `credits`."""
    return credits(amount) if abs(amount) < _HUNDRED else _minus(f"{amount.quantize(Decimal(1), ROUND_HALF_UP):,}")


def allowance(amount: Decimal) -> str:
    """Credits granted or promised: whole where they are whole (`1,000`), else as `credits`."""
    return _minus(f"{amount:,.0f}") if amount == amount.to_integral_value() else credits(amount)


def dollars(amount: Decimal | None) -> str:
    """`$61.84`; below a dollar as many decimals as four significant digits need, at most six: `$0.001273`."""
    if amount is None:
        return NONE
    places = 2 if amount == 0 or abs(amount) >= 1 else min(6, max(2, 3 - amount.adjusted()))
    text = _trim(f"{abs(amount):,.{places}f}")
    if amount != 0 and Decimal(text.replace(",", "")) == 0:
        return "<$0.000001"
    return f"{MINUS if amount < 0 else ''}${text}"


def price(amount: Decimal | None) -> str:
    """Dollars per million tokens as set: at least two decimals, no trailing noise (`15.00`, `0.075`)."""
    return NONE if amount is None else _minus(_trim(f"{amount:,f}"))


def factor(value: Decimal) -> str:
    """A factor of the display cost: at least two decimals (`1.50`)."""
    return _trim(f"{value:f}")


def times(value: Decimal) -> str:
    """A multiplier in a list: a times sign and at least one decimal."""
    return TIMES + _trim(f"{value:f}", 1)


def _trim(text: str, least: int = 2) -> str:
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(least, '0')}"


def percent(rate: float) -> str:
    """A share between 0 and 1: `53%`, below ten percent with one decimal (`2.3%`)."""
    value = rate * 100
    if value == 0 or value >= 9.95:
        return f"{value:.0f}%"
    return "<0.1%" if value < 0.05 else f"{value:.1f}%"


def size(tokens: int) -> str:
    """A context window: `32k`, `200k`, `1M`, `1.05M`."""
    if tokens >= 1_000_000:
        return _short(tokens / 1_000_000, 2) + "M"
    return _short(tokens / 1000, 0) + "k" if tokens >= 1000 else str(tokens)


def bytes_of(size: int) -> str:
    """The size of a file."""
    if size < 1000:
        return f"{size} B"
    return f"{_short(size / 1000, 0)} KB" if size < 999_500 else f"{_short(size / 1_000_000, 1)} MB"


def _short(value: float, places: int) -> str:
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def milliseconds(value: int | None) -> str:
    """A span as measured: `8,012 ms`."""
    return NONE if value is None else f"{count(value)} ms"


def duration(ms: int | None) -> str:
    """A span for reading: `640 ms`, `11.2 s`, `4 min`."""
    if ms is None:
        return NONE
    if ms < 1000:
        return f"{ms} ms"
    return f"{ms / 1000:.1f} s" if ms < 120_000 else f"{ms / 60_000:.0f} min"


def day(moment: date) -> str:
    """`21 Nov 2026`."""
    return f"{moment.day} {moment:%b %Y}"


def short_day(moment: date) -> str:
    """`21 Nov`, where the year is plain from the place."""
    return f"{moment.day} {moment:%b}"


def long_day(moment: date) -> str:
    """`1 December`, in sentences."""
    return f"{moment.day} {moment:%B}"


def span(first: date, last: date) -> str:
    """Two days, both included: `1 to 21 November 2026`."""
    if (first.year, first.month) == (last.year, last.month):
        start = str(first.day)
    elif first.year == last.year:
        start = long_day(first)
    else:
        start = f"{long_day(first)} {first.year}"
    return f"{start} to {long_day(last)} {last.year}" if first != last else f"{long_day(last)} {last.year}"


def clock(moment: datetime, zone: tzinfo) -> str:
    """`14:31:00` in the reader's time zone."""
    return f"{moment.astimezone(zone):%H:%M:%S}"


def moment(at: datetime, zone: tzinfo) -> str:
    """`21 Nov 2026, 14:31` in the reader's time zone."""
    local = at.astimezone(zone)
    return f"{day(local)}, {local:%H:%M}"


def short_moment(at: datetime, zone: tzinfo) -> str:
    """`21 Nov, 14:31:00` in the reader's time zone."""
    local = at.astimezone(zone)
    return f"{short_day(local)}, {local:%H:%M:%S}"


def ago(at: datetime, now: datetime) -> str:
    """`just now`, `12 min ago`, `3 h ago`, `97 days ago`."""
    passed = max(now - at, timedelta(0))
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{passed.days} days ago"


def family(slug: str) -> str:
    """An assistant family for people: `image_tools` reads `Image tools`."""
    return slug.replace("_", " ").replace("-", " ").capitalize()


def listing(words: list[str]) -> str:
    """`Code, Writing and Data`."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""
