"""Text that callers search for. Pure."""

from uuid import UUID


def contains(term: str) -> str:
    """A LIKE pattern (escape character `\\`) for text that contains the term."""
    escaped = term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def id_in(term: str | None) -> UUID | None:
    """The id that a search term is, None when it is something else."""
    try:
        return None if term is None else UUID(term)
    except ValueError:
        return None
