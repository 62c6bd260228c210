"""The only reader of the environment. Settings are passed as an argument, never imported as a global."""

from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AliasChoices,
    AnyHttpUrl,
    BeforeValidator,
    Field,
    PostgresDsn,
    SecretStr,
    UrlConstraints,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from backend.accounts.oidc.settings import Providers

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _blank_is_none(value: object) -> object:
    return None if value == "" else value


Port = Annotated[int, Field(ge=1, le=65535)]
Key = Annotated[SecretStr | None, BeforeValidator(_blank_is_none)]
DatabaseUrl = Annotated[PostgresDsn, UrlConstraints(allowed_schemes=["postgres", "postgresql"])]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_split)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class WrongSetting(ValueError):
    """A setting has an unusable value; the text is one sentence for the operator."""


class Settings(BaseSettings):
    """Everything an operator can set. Names carry the prefix `FAIRLEAD_` unless an alias says otherwise."""

    model_config = SettingsConfigDict(
        env_prefix="FAIRLEAD_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        env_nested_delimiter="_",  # FAIRLEAD_OIDC_<NAME>_CLIENT_ID: the name ends at the first one
        env_nested_max_split=2,
    )

    database_url: Annotated[DatabaseUrl | None, BeforeValidator(_blank_is_none)] = Field(
        None, validation_alias=AliasChoices("DATABASE_URL", "FAIRLEAD_DATABASE_URL"), repr=False
    )
    data_dir: Path = Path(".fairlead")
    secret_key: Key = None
    """Master secret: required with `DATABASE_URL`, else kept in the data folder."""

    host: str = "127.0.0.1"
    api_port: Port = Field(8000, validation_alias=AliasChoices("FAIRLEAD_API_PORT", "PORT"))
    ui_port: Port = 8501
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    ui: bool = True
    public_origins: Origins = ()
    """Further origins (scheme, host, port) from which browsers may write, e.g. `https://chat.example.org`."""
    trusted_proxies: Networks = (IPv4Network("127.0.0.1/32"), IPv6Network("::1/128"))
    """Peers whose `X-Forwarded-For` is believed."""
    metrics_token: Key = None
    metrics_dir: Path | None = Field(None, validation_alias="PROMETHEUS_MULTIPROC_DIR")
    """Where several processes count together, set by Fairlead for its workers. The library reads the same name."""
    drain_seconds: Annotated[float, Field(ge=0, le=600)] = 30
    health_check_interval: Annotated[float, Field(ge=1, le=3600)] = 30
    """Seconds between two probes of an endpoint that is in use."""
    max_answers: Annotated[int, Field(ge=1, le=100_000)] = 4000
    """Answers that one process writes at once; more are refused with 503."""
    request_seconds: Annotated[float, Field(ge=1, le=3600)] = 600
    """How long one request may take, all attempts and waits together."""
    lease_seconds: Annotated[int, Field(ge=2, le=3600)] = 60
    """How long a request keeps its credits and its slot after its process was last heard of."""

    admin_email: str | None = None
    admin_password: Key = None
    signup: Literal["open", "closed"] = "closed"
    password_sign_in: Literal["on", "off"] = "on"
    oidc: Providers = {}
    """OpenID providers by the names they have in addresses."""
    default_plan: str = "starter"
    credits_per_dollar: Annotated[Decimal, Field(gt=0, le=1_000_000, decimal_places=6)] = Decimal(100)
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", validation_alias=AliasChoices("FAIRLEAD_LOG_LEVEL", "LOG_LEVEL")
    )

    openrouter_api_key: Key = Field(None, validation_alias="OPENROUTER_API_KEY")
    openai_api_key: Key = Field(None, validation_alias="OPENAI_API_KEY")
    anthropic_api_key: Key = Field(None, validation_alias="ANTHROPIC_API_KEY")
    gemini_api_key: Key = Field(None, validation_alias=AliasChoices("GEMINI_API_KEY", "GOOGLE_API_KEY"))
    groq_api_key: Key = Field(None, validation_alias="GROQ_API_KEY")
    mistral_api_key: Key = Field(None, validation_alias="MISTRAL_API_KEY")
    deepseek_api_key: Key = Field(None, validation_alias="DEEPSEEK_API_KEY")
    cohere_api_key: Key = Field(None, validation_alias=AliasChoices("COHERE_API_KEY", "CO_API_KEY"))
    huggingface_api_key: Key = Field(None, validation_alias="HF_TOKEN")
    together_api_key: Key = Field(None, validation_alias="TOGETHER_API_KEY")
    azure_api_key: Key = Field(None, validation_alias="AZURE_OPENAI_API_KEY")
    azure_openai_endpoint: Annotated[AnyHttpUrl | None, BeforeValidator(_blank_is_none)] = Field(
        None, validation_alias="AZURE_OPENAI_ENDPOINT"
    )
    """The resource, for its deployments, or its `/openai/v1`, which models that reason need."""
    ollama_host: Annotated[AnyHttpUrl | None, BeforeValidator(_blank_is_none)] = Field(
        None, validation_alias="OLLAMA_HOST"
    )
    simulator_url: AnyHttpUrl | None = None
    """Where the simulator answers; set by `fairlead up` for the processes it starts."""

    @classmethod
    def load(cls, **overrides: object) -> Self:
        """Settings from the environment and `.env`. Raises `WrongSetting` with one sentence."""
        try:
            return cls(**overrides)  # type: ignore[arg-type]
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False, include_context=False)
            first = min(found, key=lambda each: each["type"] != "extra_forbidden")  # what is misspelt is missing, too
            raise WrongSetting(_sentence(first["loc"], first["msg"].removeprefix("Value error, "))) from None

    @model_validator(mode="after")
    def _safe_defaults(self) -> Self:
        if self.database_url is not None and self.secret_key is None:
            raise ValueError("FAIRLEAD_SECRET_KEY is required with DATABASE_URL")
        if self.secret_key is not None and len(self.secret_key.get_secret_value()) < 32:
            raise ValueError("FAIRLEAD_SECRET_KEY needs at least 32 characters")
        by_password = self.password_sign_in == "on"
        if self.host not in LOOPBACK_HOSTS and self.admin_password is None and by_password:
            raise ValueError("listening on another address than this machine needs FAIRLEAD_ADMIN_PASSWORD")
        if not by_password and not self.oidc:
            raise ValueError("FAIRLEAD_PASSWORD_SIGN_IN=off needs an OpenID provider: FAIRLEAD_OIDC_<NAME>_ISSUER")
        if not by_password and self.admin_email is None and not any(each.makes_admins() for each in self.oidc.values()):
            raise ValueError(
                "FAIRLEAD_PASSWORD_SIGN_IN=off needs an administrator who can sign in: set FAIRLEAD_ADMIN_EMAIL to an"
                " address of the OpenID provider, or give a group the role admin in FAIRLEAD_OIDC_<NAME>_ROLE_MAP"
            )
        return self

    def provider_keys(self) -> dict[str, str]:
        """Provider keys from the environment, by provider name; only those that are set."""
        keys = {
            "openrouter": self.openrouter_api_key,
            "openai": self.openai_api_key,
            "anthropic": self.anthropic_api_key,
            "google": self.gemini_api_key,
            "groq": self.groq_api_key,
            "mistral": self.mistral_api_key,
            "deepseek": self.deepseek_api_key,
            "cohere": self.cohere_api_key,
            "huggingface": self.huggingface_api_key,
            "together": self.together_api_key,
            "azure": self.azure_api_key,
        }
        return {name: key.get_secret_value() for name, key in keys.items() if key is not None}


def _sentence(place: tuple[int | str, ...], said: str) -> str:
    """What is wrong, by the name under which it was set."""
    if not place:
        return f"{said[0].upper()}{said[1:]}."
    name = str(place[0])
    parts = place[:3] if name == "oidc" else place[:1]
    shown = f"FAIRLEAD_{'_'.join(map(str, parts)).upper()}" if name in Settings.model_fields else name
    if said == "Extra inputs are not permitted":
        said = "there is no such setting; the name of a provider has no underscore"
    return f"The setting {shown} is wrong: {said}."
