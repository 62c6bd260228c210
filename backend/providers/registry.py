"""The dialects Fairlead speaks."""

from backend.catalogue.snapshot import Provider
from backend.providers.calls import ChatCall, Target
from backend.providers.dialects import Dialect, openai
from backend.providers.errors import TargetRefused
from backend.providers.vendors import vendor

DIALECTS: dict[str, Dialect] = {
    "openai": openai,
}


def unspoken(provider: Provider, call: ChatCall) -> tuple[str, ...]:
    """What of a call a provider does not know, as names of OpenAI's request fields."""
    spoken = DIALECTS.get(provider.dialect)
    return spoken.unspoken(call, vendor(provider.name, provider.dialect)) if spoken is not None else ()


def dialect(target: Target) -> Dialect:
    """The dialect of a target. Raises `TargetRefused` for one that is not spoken."""
    try:
        return DIALECTS[target.dialect]
    except KeyError:
        raise TargetRefused(f"the dialect {target.dialect!r} is not spoken here") from None
