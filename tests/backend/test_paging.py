"""Cursors: what one list gave out, it takes back; everything else is refused."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import InvalidRequest
from backend.paging import Moment, after, decode, encode, page

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=12)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)


def cursor_of(document: bytes) -> str:
    return urlsafe_b64encode(document).decode().rstrip("=")


@pytest.mark.parametrize(
    ("kind", "cursor"),
    [
        (tuple[UUID], ""),
        (tuple[UUID], "no base64!"),
        (tuple[UUID], "\u00e9\u00e9\u00e9\u00e9"),
        (tuple[UUID], cursor_of(b"{}")),
        (tuple[UUID], cursor_of(b"[]")),
        (tuple[UUID], cursor_of(b'["not an id"]')),
        (tuple[UUID], cursor_of(b"\xff\xfe")),
        (tuple[str, str], cursor_of(b'["a"]')),
        (tuple[str, str], cursor_of(b'["a","b\\u0000"]')),
        (tuple[str], cursor_of(b'["\\ud800"]')),
        (tuple[Decimal, UUID], cursor_of(b'["NaN","01a1fd27-3e01-734e-b00e-56aec9dd78a4"]')),
        (tuple[Decimal, UUID], cursor_of(b'["1e400000","01a1fd27-3e01-734e-b00e-56aec9dd78a4"]')),
        (tuple[Moment, UUID], cursor_of(b'["2026-11-21T00:00:00","01a1fd27-3e01-734e-b00e-56aec9dd78a4"]')),
        (tuple[int], cursor_of(b"[9223372036854775808]")),
    ],
)
def test_what_no_list_gave_out_is_refused(kind: type, cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        decode(cursor, kind)


@given(AMOUNTS, st.uuids())
def test_amounts_come_back_to_the_last_digit(amount: Decimal, id: UUID) -> None:
    assert decode(encode((amount, id)), tuple[Decimal, UUID]) == (amount, id)


@given(st.datetimes(timezones=st.just(UTC)), NAMES)
def test_times_and_names_come_back(moment: datetime, name: str) -> None:
    assert decode(encode((moment, name)), tuple[Moment, str]) == (moment, name)


def test_no_cursor_is_the_first_page() -> None:
    assert after(None, tuple[UUID]) is None


@given(st.lists(st.uuids(), unique=True, max_size=30), st.integers(1, 7))
def test_walking_the_pages_shows_every_row_once(ids: list[UUID], limit: int) -> None:
    rows = sorted(ids)
    shown: list[UUID] = []
    cursor: str | None = None
    while True:
        seen = after(cursor, tuple[UUID])
        found = [row for row in rows if seen is None or row > seen[0]][: limit + 1]
        answer = page(found, limit, lambda row: (row,), lambda row: row)
        shown += answer.items
        cursor = answer.next
        if cursor is None:
            break
    assert shown == rows


def test_the_last_page_has_no_next() -> None:
    assert page([uuid4()], 1, lambda row: (row,), str).next is None


def test_a_cursor_is_safe_in_a_url() -> None:
    cursor = encode((Decimal("1.5"), uuid4()))
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?# ")
    assert msgspec.json.encode(cursor) == b'"%s"' % cursor.encode()
