"""Keyset cursors: a list goes on after the last row it showed, however rows come and go meanwhile.

A cursor is base64url (RFC 4648 §5) over the JSON of that row's sort key. It is opaque to callers and says nothing
they have not seen.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypeVar
from uuid import UUID

import msgspec
from litestar.params import QueryParameter
from msgspec import Meta

from backend.errors import InvalidRequest
from shared.wire import Page

DEFAULT_LIMIT = 50
MOST = 200
LONGEST_CURSOR = 1000

Limit = Annotated[int, QueryParameter(ge=1, le=MOST, description="How many items at most.")]
Cursor = Annotated[str | None, QueryParameter(max_length=LONGEST_CURSOR, description="`next` of the page before.")]

SortValue = str | int | datetime | Decimal | UUID
Moment = Annotated[datetime, Meta(tz=True)]
"""A point in time within a sort key."""

Row = TypeVar("Row")
Item = TypeVar("Item")
Key = TypeVar("Key", bound=tuple[SortValue, ...])


def encode(key: tuple[SortValue, ...]) -> str:
    """The cursor of the row with this sort key."""
    return urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def decode(cursor: str, kind: type[Key]) -> Key:
    """The sort key of a cursor. Raises `InvalidRequest` for anything `encode` did not make of such a key."""
    try:
        document = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        key = msgspec.json.decode(document, type=kind)
    except (ValueError, binascii.Error):
        raise _foreign() from None
    if any(not _sortable(value) for value in key):
        raise _foreign()
    return key


def after(cursor: str | None, kind: type[Key]) -> Key | None:
    """The sort key to go on after, None for the first page. Raises `InvalidRequest`."""
    return None if cursor is None else decode(cursor, kind)


def page(
    rows: Sequence[Row], limit: int, key: Callable[[Row], tuple[SortValue, ...]], item: Callable[[Row], Item]
) -> Page[Item]:
    """A page out of up to `limit + 1` rows; the one too many only tells that there is more."""
    shown = rows[:limit]
    return Page(
        items=[item(row) for row in shown],
        next=encode(key(shown[-1])) if len(rows) > limit else None,
    )


def _sortable(value: SortValue) -> bool:
    """Whether PostgreSQL can compare with it."""
    if isinstance(value, str):
        return "\0" not in value
    if isinstance(value, Decimal):
        return value.is_finite() and -40 <= value.adjusted() <= 40
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return True


def _foreign() -> InvalidRequest:
    return InvalidRequest("The cursor is not one this list gave out. Begin again without it.")
