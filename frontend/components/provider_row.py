"""One provider as a row: what it speaks, where it is, and whether it has a key."""

from markupsafe import Markup

from frontend import format as words
from frontend.components.rows import Field, named, row_html
from frontend.components.tags import tag
from shared.catalogue import AdminProvider

FIELDS = (
    Field("Provider", "minmax(0, 2fr)"),
    Field("Address", "minmax(0, 3fr)", "quiet"),
    Field("Models", "4rem", "number"),
    Field("Key", "10rem", "end"),
)


def provider_html(provider: AdminProvider) -> Markup:
    """The row without its toggle and menu."""
    below = f"{provider.dialect} dialect"
    if not provider.usable and provider.why:
        below = f"{below} · {provider.why}"
    return row_html(
        FIELDS,
        [
            named(provider.display_name, below),
            _addresses(provider),
            words.count(provider.model_count),
            key_tag(provider),
        ],
    )


def _addresses(provider: AdminProvider) -> str:
    more = sum(endpoint.enabled for endpoint in provider.endpoints) - 1
    return f"{provider.api_base_url} and {more} more" if more > 0 else provider.api_base_url


def key_tag(provider: AdminProvider) -> Markup:
    """Where the key comes from; never the key."""
    match provider.key_source:
        case "stored":
            return tag("Stored here", "ok")
        case "environment":
            return tag("From the environment", "ok")
        case "not_needed":
            return tag("Not needed")
        case _:
            return tag("Missing", "warn")
