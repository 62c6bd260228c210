"""One mark as a row: what the prompt was taken for, and what it should have been. Pure."""

from datetime import tzinfo

from markupsafe import Markup

from frontend import format as words
from frontend.components.judging import complexity_name, task_name
from frontend.components.rows import Field, named, row_html
from frontend.components.tags import Tone, tag
from shared.marks import AdminMark

FIELDS = (
    Field("Marked", "8rem", "quiet"),
    Field("Was taken for", "minmax(0, 2fr)"),
    Field("Should have been", "minmax(0, 2fr)"),
    Field("Kept", "5.5rem"),
    Field("By", "6.5rem", "quiet"),
)
_KEPT: dict[str, tuple[str, Tone]] = {
    "text": ("Text", "accent"),
    "features": ("Features", "plain"),
    "nothing": ("Nothing", "plain"),
}
_BY = {"person": "its writer", "bench": "test bench"}


def mark_html(mark: AdminMark, zone: tzinfo) -> Markup:
    """The row without its menu."""
    was = mark.was
    language = f", {was.language}" if was.language else ""
    return row_html(
        FIELDS,
        [
            words.short_moment(mark.marked_at, zone),
            named(
                task_name(was.category),
                f"{was.confidence:.2f}, {complexity_name(was.complexity).lower()}, {was.risk_action}{language}",
            ),
            should_have_been(mark),
            tag(*_KEPT[mark.kept]),
            _BY[mark.origin],
        ],
    )


def should_have_been(mark: AdminMark) -> str:
    """`Writing, simple, harmless`, as far as it was said."""
    said = [
        None if mark.category is None else task_name(mark.category),
        None if mark.complexity is None else complexity_name(mark.complexity),
        None if mark.risky is None else "Dangerous" if mark.risky else "Harmless",
    ]
    first, *rest = [part for part in said if part is not None]
    return ", ".join([first, *(part.lower() for part in rest)])
