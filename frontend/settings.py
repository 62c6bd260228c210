"""The web app's only reader of the environment."""

from functools import lru_cache
from typing import Annotated

from pydantic import AnyHttpUrl, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator can set for the web app, with the prefix `FAIRLEAD_`. Times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="FAIRLEAD_", env_file=".env", extra="ignore", frozen=True)

    api_url: AnyHttpUrl = AnyHttpUrl("http://127.0.0.1:8000")
    """Where this process reaches the API; browsers never see it."""
    host: str = "127.0.0.1"
    ui_port: Annotated[int, Field(ge=1, le=65535)] = 8501
    api_timeout: Annotated[float, Field(gt=0, le=120)] = 10
    """How long a page waits for an answer of the API."""


@lru_cache
def settings() -> Settings:
    """The settings of this process. Raises `pydantic.ValidationError` for an unusable value."""
    return Settings()
