"""Who signs in with which OpenID provider."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from backend.columns import created_column, time_column


class ExternalIdentity(SQLModel, table=True):
    """A person as a provider knows them: issuer and subject together never mean somebody else (OpenID Connect §2).

    `given_role` and `given_plan` are what the provider's groups gave and still stands; None for what an admin gave.
    """

    __tablename__ = "external_identities"

    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    given_role: str | None = None
    given_plan: str | None = None
    created_at: datetime = created_column()
    last_used_at: datetime = created_column()


class ExternalSession(SQLModel, table=True):
    """A session that began at a provider. The sealed id token is shown to that provider at sign-out."""

    __tablename__ = "external_sessions"

    session_id: UUID = Field(foreign_key="sessions.id", primary_key=True, ondelete="CASCADE")
    provider: str
    id_token_ciphertext: bytes | None = Field(default=None, sa_type=LargeBinary)


class SpentAttempt(SQLModel, table=True):
    """The keyed hash of a sign-in's `state` that has come back; a second time it is worth nothing."""

    __tablename__ = "spent_sign_in_attempts"

    state_hash: bytes = Field(sa_type=LargeBinary, primary_key=True)
    expires_at: datetime = time_column(index=True)
