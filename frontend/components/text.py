"""Text that other people wrote, made safe for where it is put."""

import re

_MARKS = re.compile(r"([!-/:-@\[-`{-~])")


def literal(text: str) -> str:
    """Markdown that shows exactly `text`, in one line."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
