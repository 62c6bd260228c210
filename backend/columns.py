"""Column kinds that every table shares: UUIDv7 ids, aware times, exact money, JSON documents."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import DateTime, Numeric, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Json = dict[str, Any] | list[Any]
"""A JSON document; its shape belongs to the feature that writes it."""


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562 §5.7): ids made later in this process sort later."""
    return uuid_utils.compat.uuid7()


def made_at(id: UUID) -> datetime:
    """When an id was made, to the millisecond; the epoch for one that does not say, being no UUIDv7."""
    return datetime.fromtimestamp((id.int >> 80) / 1000 if id.version == 7 else 0, UTC)


def id_column() -> UUID:
    """The primary key."""
    return Field(default_factory=new_id, primary_key=True, sa_column_kwargs={"server_default": text("uuidv7()")})


def created_column() -> datetime:
    """When the row was made, by the database clock."""
    return Field(
        default=None,
        sa_type=DateTime(timezone=True),
        nullable=False,
        sa_column_kwargs={"server_default": text("now()")},
    )


def time_column(*, index: bool = False) -> datetime:
    """A required point in time."""
    return Field(sa_type=DateTime(timezone=True), nullable=False, index=index)


def optional_time_column() -> datetime | None:
    """A point in time that may not have come yet."""
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=True)


def money_column(default: Decimal | None = None) -> Decimal:
    """An exact amount. The type has no scale on purpose: nothing is rounded before it reaches a screen."""
    if default is None:
        return Field(sa_type=Numeric(), nullable=False)
    return Field(
        default=default, sa_type=Numeric(), nullable=False, sa_column_kwargs={"server_default": text(str(default))}
    )


def optional_money_column() -> Decimal | None:
    """An exact amount that may be unknown; unknown is never zero."""
    return Field(default=None, sa_type=Numeric(), nullable=True)


def json_column(default: str = "{}") -> Any:
    """A required JSON document."""
    factory = list if default == "[]" else dict
    return Field(
        default_factory=factory,
        sa_type=JSONB,
        nullable=False,
        sa_column_kwargs={"server_default": text(f"'{default}'::jsonb")},
    )


def optional_json_column() -> Any:
    """A JSON document that may be absent (SQL NULL, not JSON null)."""
    return Field(default=None, sa_type=JSONB(none_as_null=True), nullable=True)
