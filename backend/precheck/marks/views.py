"""Marks as the wire shows them. Pure."""

from typing import Literal

from backend.precheck.marks.found import stored
from backend.precheck.marks.tables import PromptMark
from shared.marks import AdminMark, Mark
from shared.precheck import Category, Complexity


def own(mark: PromptMark, text: str | None) -> Mark:
    """A mark for whoever made it."""
    return Mark(
        check_id=mark.check_id,
        category=category(mark),
        complexity=complexity(mark),
        risky=mark.risky,
        was=stored(mark.found).was(),
        text_kept=mark.text_ciphertext is not None,
        prompt=text,
        marked_at=mark.marked_at,
    )


def listed(mark: PromptMark) -> AdminMark:
    """A mark for admins."""
    kept: Literal["text", "features", "nothing"] = "features" if mark.features is not None else "nothing"
    return AdminMark(
        id=mark.id,
        origin="bench" if mark.origin == "bench" else "person",
        category=category(mark),
        complexity=complexity(mark),
        risky=mark.risky,
        was=stored(mark.found).was(),
        kept="text" if mark.text_ciphertext is not None else kept,
        marked_at=mark.marked_at,
    )


def category(mark: PromptMark) -> Category | None:
    """The task that a mark names."""
    return None if mark.category is None else Category(mark.category)


def complexity(mark: PromptMark) -> Complexity | None:
    """The complexity that a mark names."""
    return None if mark.complexity is None else Complexity(mark.complexity)
