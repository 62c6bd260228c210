"""Words and phrases the rules look for, as data: one TOML file per concern."""

from importlib.resources import files
from typing import TypeVar

from msgspec import Struct, toml

L = TypeVar("L", bound=Struct)


def load(name: str, kind: type[L]) -> L:
    """The content of the file `name`.toml, checked against `kind`."""
    return toml.decode(files(__name__).joinpath(f"{name}.toml").read_bytes(), type=kind)


def entries(text: str) -> list[str]:
    """The entries of a list written one a line or separated by commas."""
    return [entry for line in text.splitlines() for entry in line.split(",")]
