"""The environment that `fairlead up` gives to the processes it starts."""

import os
from pathlib import Path

from pydantic import AnyHttpUrl, SecretStr

from backend.secrets import load_secrets
from backend.settings import DatabaseUrl, Settings

SECRET_FILE = "secret.key"


def with_embedded_database(settings: Settings, url: str) -> Settings:
    """The same settings, for a database whose secret is kept in the data folder."""
    load_secrets(settings)  # makes the file at the first start
    secret = (settings.data_dir / SECRET_FILE).read_text().strip()
    return settings.model_copy(update={"database_url": DatabaseUrl(url), "secret_key": SecretStr(secret)})


def with_provider(settings: Settings, *, simulator_url: str | None, ollama_url: str | None) -> Settings:
    """The same settings with the provider found for an installation that has no key."""
    update = {}
    if simulator_url is not None:
        update["simulator_url"] = AnyHttpUrl(simulator_url)
    if ollama_url is not None:
        update["ollama_host"] = AnyHttpUrl(ollama_url)
    return settings.model_copy(update=update)


def inherited(**changes: str) -> dict[str, str]:
    """Our own environment with changes, and output that is written at once."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", **changes}


def backend_environment(settings: Settings) -> dict[str, str]:
    """For processes that use the database: what `settings` says, whatever it came from."""
    changes = {
        "FAIRLEAD_DATA_DIR": str(settings.data_dir.absolute()),
        "FAIRLEAD_DRAIN_SECONDS": str(settings.drain_seconds),
    }
    optional = {
        "DATABASE_URL": settings.database_url,
        "FAIRLEAD_SIMULATOR_URL": settings.simulator_url,
        "OLLAMA_HOST": settings.ollama_host,
    }
    changes |= {name: str(value) for name, value in optional.items() if value is not None}
    if settings.secret_key is not None:
        changes["FAIRLEAD_SECRET_KEY"] = settings.secret_key.get_secret_value()
    return inherited(**changes)


def web_environment(settings: Settings, api_url: str) -> dict[str, str]:
    """For the web app, which needs neither database nor secret."""
    return inherited(FAIRLEAD_HOST=settings.host, FAIRLEAD_UI_PORT=str(settings.ui_port), FAIRLEAD_API_URL=api_url)


def log_folder(settings: Settings) -> Path:
    return settings.data_dir.absolute() / "logs"
