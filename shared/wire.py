"""Bases of every wire type. Money and credits are `Decimal` (JSON strings), times are aware and in UTC."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

T = TypeVar("T")

Credits = Decimal
"""An amount of display credits, exact; rounding happens on the screen."""

Dollars = Decimal
"""An amount of US dollars as a provider charges it; never sent to anyone but admins."""

Instant = Annotated[datetime, Meta(tz=True)]
"""An aware point in time."""

Reason = Annotated[str, Meta(min_length=1, max_length=500)]
"""Why somebody changed something, as it will stand in the audit log."""


_UNSHOWN = frozenset({"password", "current", "new", "token", "refresh_token", "access_token", "api_key"})
"""Fields that hold secrets, wherever they stand."""


class _Discreet(Struct, frozen=True, kw_only=True):
    """A struct whose `repr`, which tracebacks and logs may show, holds no secret."""

    def __repr__(self) -> str:
        shown = ((name, getattr(self, name)) for name in self.__struct_fields__)
        parts = (f"{n}={'<hidden>' if n in _UNSHOWN and isinstance(v, str) else repr(v)}" for n, v in shown)
        return f"{type(self).__name__}({', '.join(parts)})"


class Answer(_Discreet, frozen=True, kw_only=True):
    """Something the API says. New fields may appear at any time."""


class Request(_Discreet, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something a caller says. Unknown fields are refused, so that a typo is never ignored."""


class Page(Struct, Generic[T], frozen=True, kw_only=True):
    """One page of a list; `next` is the keyset cursor of the following page, absent on the last."""

    items: list[T]
    next: str | None = None


encode = msgspec.json.Encoder().encode
"""JSON bytes of any wire type."""


class Created(Answer, frozen=True, kw_only=True):
    """What a creating call made."""

    id: UUID
