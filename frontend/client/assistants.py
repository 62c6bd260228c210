"""The assistant families somebody may choose from."""

from frontend.client import http
from shared import paths
from shared.catalogue import AssistantView
from shared.wire import Page


def assistants() -> list[AssistantView]:
    """Auto first; locked families are among them, with the plan that has them."""
    return http.call("GET", paths.ASSISTANTS, Page[AssistantView]).items
