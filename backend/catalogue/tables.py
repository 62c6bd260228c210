"""Providers, endpoints, models, prices and multipliers."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, LargeBinary, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from backend.columns import (
    created_column,
    id_column,
    json_column,
    money_column,
    optional_money_column,
    optional_time_column,
)


class ModelProvider(SQLModel, table=True):
    """Somebody whose models can be called. `key_ciphertext` is sealed by `backend.secrets`.

    `collects_data`: may keep what it is sent; nobody knows otherwise until an admin says so.
    """

    __tablename__ = "model_providers"

    id: UUID = id_column()
    name: str = Field(unique=True)
    display_name: str
    dialect: str
    api_base_url: str
    status: str = Field(default="active", sa_column_kwargs={"server_default": "active"})
    needs_key: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    allow_private_network: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    collects_data: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    key_ciphertext: bytes | None = Field(default=None, sa_type=LargeBinary)
    created_at: datetime = created_column()


class ProviderEndpoint(SQLModel, table=True):
    """An address of a provider; a provider has at least one."""

    __tablename__ = "provider_endpoints"
    __table_args__ = (UniqueConstraint("provider_id", "base_url"),)

    id: UUID = id_column()
    provider_id: UUID = Field(foreign_key="model_providers.id", index=True, ondelete="CASCADE")
    base_url: str
    region: str = ""
    enabled: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    created_at: datetime = created_column()


class EndpointCircuit(SQLModel, table=True):
    """Whether an endpoint is used: `closed`, `open` until `retry_at`, or `half_open`, when one call may try it.

    No row means closed. `trips` counts openings and failed tries since a call last succeeded, and sets the next
    cool-down. `probed_at`, `probe_ms` and `probe_fault` are of the last probe, whatever the state.
    """

    __tablename__ = "endpoint_circuits"

    endpoint_id: UUID = Field(primary_key=True, foreign_key="provider_endpoints.id", ondelete="CASCADE")
    state: str
    reason: str
    trips: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    opened_at: datetime | None = optional_time_column()
    retry_at: datetime | None = optional_time_column()
    changed_at: datetime = created_column()
    probed_at: datetime | None = optional_time_column()
    probe_ms: int | None = None
    probe_fault: str | None = None


class Model(SQLModel, table=True):
    """A model as the catalogue knows it. `quality` is a rating between 0 and 1."""

    __tablename__ = "models"
    __table_args__ = (
        CheckConstraint("context_window > 0 AND max_output_tokens > 0"),
        CheckConstraint("quality BETWEEN 0 AND 1"),
    )

    id: UUID = id_column()
    provider_id: UUID = Field(foreign_key="model_providers.id", index=True)
    name: str = Field(unique=True)
    display_name: str
    upstream_name: str
    family: str = Field(index=True)
    model_type: str = Field(default="chat", sa_column_kwargs={"server_default": "chat"})
    context_window: int
    max_output_tokens: int
    supports_images: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    capabilities: Any = json_column("[]")
    latency_tier: str = Field(default="medium", sa_column_kwargs={"server_default": "medium"})
    quality: float = Field(default=0.5, sa_column_kwargs={"server_default": text("0.5")})
    tags: Any = json_column("[]")
    limits: Any = json_column()
    source: str = ""
    active: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    created_at: datetime = created_column()


class ModelPrice(SQLModel, table=True):
    """One version of a model's prices; the highest version is in force. Versions are never changed."""

    __tablename__ = "model_prices"
    __table_args__ = (UniqueConstraint("model_id", "version"),)

    id: UUID = id_column()
    model_id: UUID = Field(foreign_key="models.id", index=True, ondelete="CASCADE")
    version: int
    input: Decimal | None = optional_money_column()
    cached_input: Decimal | None = optional_money_column()
    cache_write: Decimal | None = optional_money_column()
    output: Decimal | None = optional_money_column()
    reasoning: Decimal | None = optional_money_column()
    audio: Decimal | None = optional_money_column()
    image: Decimal | None = optional_money_column()
    request: Decimal | None = optional_money_column()
    created_at: datetime = created_column()


class Multiplier(SQLModel, table=True):
    """A named factor of the display cost."""

    __tablename__ = "multipliers"
    __table_args__ = (UniqueConstraint("kind", "target"), CheckConstraint("factor >= 0 AND factor <= 1000"))

    id: UUID = id_column()
    kind: str
    target: str
    factor: Decimal = money_column()
    updated_at: datetime = created_column()


class ModelAlias(SQLModel, table=True):
    """What a name stands for in an organisation, or in all (None): a model, `auto` or `assistant:<family>`."""

    __tablename__ = "model_aliases"
    __table_args__ = (UniqueConstraint("organisation_id", "alias", postgresql_nulls_not_distinct=True),)

    id: UUID = id_column()
    organisation_id: UUID | None = Field(default=None, foreign_key="organisations.id", ondelete="CASCADE")
    alias: str
    target: str
    created_at: datetime = created_column()


class CatalogueVersion(SQLModel, table=True):
    """One row: grows with every change of providers, models, prices, multipliers, assistants, plans or rules."""

    __tablename__ = "catalogue_version"
    __table_args__ = (CheckConstraint("id = 1"),)

    id: int = Field(default=1, primary_key=True)
    version: int = Field(default=1, sa_type=BigInteger, sa_column_kwargs={"server_default": "1"})
