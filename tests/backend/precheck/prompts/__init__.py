"""Tables of prompts: one a line, fields separated by a vertical bar."""

from pathlib import Path


def rows(name: str, fields: int) -> list[tuple[str, ...]]:
    """The rows of the table `name`, each of so many fields; the last may hold bars of its own."""
    lines = (Path(__file__).parent / f"{name}.txt").read_text("utf-8").splitlines()
    table = [tuple(line.split(" | ", fields - 1)) for line in lines if line and not line.startswith("#")]
    assert all(len(row) == fields for row in table)
    return table
