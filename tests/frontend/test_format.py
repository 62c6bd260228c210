"""Figures and dates read as UI words ask."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from frontend import format as words

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 21, 13, 31, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "—"),
        ("0", "0.00"),
        ("0.0012", "<0.01"),
        ("-0.0012", "<0.01"),
        ("0.005", "0.01"),
        ("0.42", "0.42"),
        ("0.425", "0.43"),
        ("100", "100.00"),
        ("100.01", "100.0"),
        ("412.44", "412.4"),
        ("12345.678", "12,345.7"),
        ("-3.5", "\N{MINUS SIGN}3.50"),
    ],
)
def test_credits_have_two_decimals_up_to_a_hundred_and_one_above(amount: str | None, text: str) -> None:
    assert words.credits(None if amount is None else Decimal(amount)) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1000", "1,000"),
        ("1000.00", "1,000"),
        ("1E+3", "1,000"),
        ("12.5", "12.50"),
        ("0", "0"),
        ("-500", "\N{MINUS SIGN}500"),
    ],
)
def test_allowances_are_whole_where_they_are_whole(amount: str, text: str) -> None:
    assert words.allowance(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "—"),
        ("0", "$0.00"),
        ("61.84", "$61.84"),
        ("1545", "$1,545.00"),
        ("0.5", "$0.50"),
        ("0.001273", "$0.001273"),
        ("0.0123456", "$0.01235"),
        ("0.0000004", "<$0.000001"),
        ("-2.5", "\N{MINUS SIGN}$2.50"),
    ],
)
def test_dollars_keep_the_digits_that_matter(amount: str | None, text: str) -> None:
    assert words.dollars(None if amount is None else Decimal(amount)) == text


@pytest.mark.parametrize(
    ("amount", "text"), [(None, "—"), ("3", "3.00"), ("0.075", "0.075"), ("15.0000", "15.00"), ("1000", "1,000.00")]
)
def test_prices_show_every_digit_that_was_set(amount: str | None, text: str) -> None:
    assert words.price(None if amount is None else Decimal(amount)) == text


def test_factors_and_multipliers_keep_a_steady_width() -> None:
    assert [words.factor(Decimal(x)) for x in ("1", "1.5", "0.955")] == ["1.00", "1.50", "0.955"]
    assert [words.times(Decimal(x)) for x in ("1", "1.40", "1.25")] == [
        "\N{MULTIPLICATION SIGN}1.0",
        "\N{MULTIPLICATION SIGN}1.4",
        "\N{MULTIPLICATION SIGN}1.25",
    ]


@pytest.mark.parametrize(
    ("rate", "text"),
    [(0, "0%"), (0.0001, "<0.1%"), (0.023, "2.3%"), (0.0995, "10%"), (0.41, "41%"), (1, "100%")],
)
def test_percent_has_one_decimal_below_ten(rate: float, text: str) -> None:
    assert words.percent(rate) == text


@pytest.mark.parametrize(
    ("tokens", "text"),
    [(512, "512"), (8192, "8k"), (32_000, "32k"), (200_000, "200k"), (1_000_000, "1M"), (1_048_576, "1.05M")],
)
def test_sizes_are_short(tokens: int, text: str) -> None:
    assert words.size(tokens) == text


@pytest.mark.parametrize(
    ("ms", "text"), [(None, "—"), (0, "0 ms"), (640, "640 ms"), (11_240, "11.2 s"), (240_000, "4 min")]
)
def test_durations_choose_their_unit(ms: int | None, text: str) -> None:
    assert words.duration(ms) == text


def test_milliseconds_and_counts_have_commas_and_a_real_minus() -> None:
    assert words.milliseconds(8012) == "8,012 ms"
    assert words.milliseconds(None) == "—"
    assert words.count(-1200) == "\N{MINUS SIGN}1,200"
    assert words.count(None) == "—"
    assert [words.plural(n, "call") for n in (0, 1, 1284)] == ["0 calls", "1 call", "1,284 calls"]


def test_moments_are_in_the_readers_zone() -> None:
    late = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert words.moment(late, BERLIN) == "1 Dec 2026, 00:30"
    assert words.clock(NOON, BERLIN) == "14:31:05"
    assert words.short_moment(NOON, BERLIN) == "21 Nov, 14:31:05"


def test_days_have_no_leading_zero() -> None:
    assert words.day(date(2026, 11, 3)) == "3 Nov 2026"
    assert words.short_day(date(2026, 11, 3)) == "3 Nov"
    assert words.long_day(date(2026, 12, 1)) == "1 December"


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 11, 1), date(2026, 11, 21), "1 to 21 November 2026"),
        (date(2026, 11, 1), date(2026, 11, 1), "1 November 2026"),
        (date(2026, 8, 24), date(2026, 11, 21), "24 August to 21 November 2026"),
        (date(2026, 11, 2), date(2027, 1, 5), "2 November 2026 to 5 January 2027"),
    ],
)
def test_spans_say_a_month_once(first: date, last: date, text: str) -> None:
    assert words.span(first, last) == text


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=12), "12 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=97), "97 days ago"),
    ],
)
def test_ages_use_the_unit_that_reads_best(passed: timedelta, text: str) -> None:
    assert words.ago(NOON - passed, NOON) == text


def test_slugs_and_lists_become_words() -> None:
    assert words.family("data") == "Data"
    assert words.family("long_context") == "Long context"
    assert [words.listing(list(x)) for x in ("", "A", "AB", "ABC")] == ["", "A", "A and B", "A, B and C"]


@given(some.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False))
def test_no_amount_is_shown_with_a_hyphen_or_an_exponent(amount: Decimal) -> None:
    for text in (words.credits(amount), words.allowance(amount), words.dollars(amount), words.price(amount)):
        assert "-" not in text
        assert "E" not in text


@pytest.mark.parametrize(
    ("amount", "text"), [("839.4", "839"), ("1234.5", "1,235"), ("12.345", "12.35"), ("0", "0.00")]
)
def test_projections_show_only_the_size_of_large_amounts(amount: str, text: str) -> None:
    assert words.whole(Decimal(amount)) == text
