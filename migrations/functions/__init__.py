"""SQL functions, one file for each group and version; migrations read them by name."""

from pathlib import Path


def source(name: str) -> str:
    """The text of `<name>.sql`."""
    return (Path(__file__).parent / f"{name}.sql").read_text()
