"""What a new model is called here. Pure."""

import re
from collections.abc import Collection

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,119}")
"""As `shared.catalogue.Slug`."""
_FAMILIES = re.compile(r"gpt-oss|o[1-9](?![a-z0-9])|[a-z]+")


def catalogue_name(upstream_name: str, provider: str, taken: Collection[str]) -> str | None:
    """The provider's own name, with the provider before it when that is taken; None when neither will do."""
    for name in (upstream_name, f"{provider}/{upstream_name}"):
        if _NAME.fullmatch(name) and name not in taken:
            return name
    return None


def family_of(upstream_name: str) -> str:
    """The family a name speaks of: `claude` of `anthropic/claude-sonnet-4.5`; `gpt` also of `o4-mini`."""
    last = upstream_name.lower().rpartition("/")[2]
    found = _FAMILIES.search(last)
    if found is None:
        return "other"
    return "gpt" if re.fullmatch(r"o[1-9]", found[0]) else found[0]
