"""Names of files, as people give them. Pure."""

import re
import unicodedata

LONGEST = 120
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""What cannot be seen, or makes a name look like another one."""


def clean_name(name: str) -> str:
    """The name without folders and without what cannot be seen, its ending kept when it is too long."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    seen = " ".join(_UNWANTED.sub("", last).split()).strip(". ")
    if len(seen) > LONGEST:
        stem, dot, ending = seen.rpartition(".")
        ending = f"…{dot}{ending}" if stem and len(ending) <= 10 else "…"
        seen = seen[: LONGEST - len(ending)] + ending
    return seen or "file"
