"""Calls about providers' model lists."""

from collections.abc import Collection
from uuid import UUID

from frontend.client import http
from shared.imports import ImportChoice, ImportView, NewImport
from shared.paths import ADMIN

PATIENCE_SECONDS = 30.0
"""The API asks the provider in turn, and waits for it for up to 20 seconds."""


def read_list(provider_id: UUID) -> ImportView:
    """The provider's list as it is now, against the catalogue; changes nothing of it."""
    path = f"{ADMIN}/providers/{provider_id}/imports"
    return http.call("POST", path, ImportView, body=NewImport(), wait=PATIENCE_SECONDS)


def apply(import_id: UUID, lines: Collection[str], reason: str) -> ImportView:
    """Applies the lines with these keys, all or none."""
    body = ImportChoice(lines=sorted(lines), reason=reason)
    return http.call("POST", f"{ADMIN}/imports/{import_id}/apply", ImportView, body=body, wait=PATIENCE_SECONDS)
