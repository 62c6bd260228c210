"""The dialects Fairlead speaks."""

from backend.providers.calls import Target
from backend.providers.dialects import Dialect, openai
from backend.providers.errors import TargetRefused

DIALECTS: dict[str, Dialect] = {
    "openai": openai,
}


def dialect(target: Target) -> Dialect:
    """The dialect of a target. Raises `TargetRefused` for one that is not spoken."""
    try:
        return DIALECTS[target.dialect]
    except KeyError:
        raise TargetRefused(f"the dialect {target.dialect!r} is not spoken here") from None
