"""People, organisations, sessions and keys."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from backend.columns import (
    created_column,
    id_column,
    json_column,
    money_column,
    optional_json_column,
    optional_money_column,
    optional_time_column,
    time_column,
)


class Organisation(SQLModel, table=True):
    """What data belongs to. Each person has a personal one."""

    __tablename__ = "organisations"

    id: UUID = id_column()
    name: str
    personal: bool
    created_at: datetime = created_column()


class User(SQLModel, table=True):
    """A person. `email` is stored in lower case. `version` grows with every change of role, plan or suspension.

    `email_vouched`: an admin or an OpenID provider says that the address is theirs; who signs up merely claims it.
    """

    __tablename__ = "users"

    id: UUID = id_column()
    organisation_id: UUID = Field(foreign_key="organisations.id", index=True)
    email: str = Field(unique=True)
    email_vouched: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    name: str
    password_hash: str | None = None
    role: str = Field(default="user", sa_column_kwargs={"server_default": "user"})
    suspended: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    version: int = Field(default=1, sa_type=BigInteger, sa_column_kwargs={"server_default": "1"})
    created_at: datetime = created_column()
    last_seen_at: datetime | None = optional_time_column()


class Membership(SQLModel, table=True):
    """Who belongs to which organisation."""

    __tablename__ = "memberships"

    organisation_id: UUID = Field(foreign_key="organisations.id", primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", primary_key=True, index=True)
    role: str = Field(default="owner", sa_column_kwargs={"server_default": "owner"})
    created_at: datetime = created_column()


class Session(SQLModel, table=True):
    """A signed-in browser (`cookie`: `token_hash` is of the cookie) or script (`token`: see `RefreshToken`)."""

    __tablename__ = "sessions"

    id: UUID = id_column()
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    kind: str
    token_hash: bytes | None = Field(default=None, sa_type=LargeBinary, unique=True)
    user_agent: str = ""
    address: str = ""
    created_at: datetime = created_column()
    last_used_at: datetime = created_column()
    expires_at: datetime = time_column(index=True)
    revoked_at: datetime | None = optional_time_column()


class RefreshToken(SQLModel, table=True):
    """One link of a session's chain of refresh tokens; using a spent one revokes the session."""

    __tablename__ = "refresh_tokens"

    id: UUID = id_column()
    session_id: UUID = Field(foreign_key="sessions.id", index=True, ondelete="CASCADE")
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    created_at: datetime = created_column()
    expires_at: datetime = time_column()
    spent_at: datetime | None = optional_time_column()


class PasswordResetToken(SQLModel, table=True):
    """A one-time link to set a password."""

    __tablename__ = "password_resets"

    id: UUID = id_column()
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    created_at: datetime = created_column()
    expires_at: datetime = time_column()
    used_at: datetime | None = optional_time_column()


class SignInThrottle(SQLModel, table=True):
    """Failed sign-ins of an account or an address; `key` is a keyed hash, so that no tried address is kept."""

    __tablename__ = "sign_in_throttles"

    key: bytes = Field(sa_type=LargeBinary, primary_key=True)
    failures: int = 0
    first_failure_at: datetime = time_column()
    paused_until: datetime | None = optional_time_column()


class ApiKey(SQLModel, table=True):
    """A program's credential; its secrets are rows of their own.

    `prefix` is of the newest secret. `allowed_models` NULL means every model that its person may use. A key with
    `renewal_days` lasts so much longer once its end is `renewal_lead_days` away.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        Index(
            "uq_api_keys_name",
            "organisation_id",
            "user_id",
            "name",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("ix_api_keys_renewal", "expires_at", postgresql_where=text("renewal_days IS NOT NULL")),
    )

    id: UUID = id_column()
    organisation_id: UUID = Field(foreign_key="organisations.id", index=True)
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    name: str
    prefix: str
    scopes: Any = json_column("[]")
    allowed_models: Any = optional_json_column()
    limits: Any = json_column()
    monthly_credits: Any = optional_money_column()
    renewal_days: int | None = None
    renewal_lead_days: int | None = None
    created_at: datetime = created_column()
    expires_at: datetime | None = optional_time_column()
    renewed_at: datetime | None = optional_time_column()
    rotated_at: datetime | None = optional_time_column()
    revoked_at: datetime | None = optional_time_column()
    last_used_at: datetime | None = optional_time_column()


class ApiKeySecret(SQLModel, table=True):
    """The keyed hash of a secret of a key. The newest one has no `ends_at`; those rotated out have."""

    __tablename__ = "api_key_secrets"

    hash: bytes = Field(sa_type=LargeBinary, primary_key=True)
    api_key_id: UUID = Field(foreign_key="api_keys.id", index=True, ondelete="CASCADE")
    created_at: datetime = created_column()
    ends_at: datetime | None = optional_time_column()


class ApiKeyMonth(SQLModel, table=True):
    """What a key spent in a calendar month (UTC), with what its running requests of that month hold."""

    __tablename__ = "api_key_months"

    api_key_id: UUID = Field(foreign_key="api_keys.id", primary_key=True, ondelete="CASCADE")
    month: date = Field(primary_key=True)
    organisation_id: UUID
    credits: Decimal = money_column()
