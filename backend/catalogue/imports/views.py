"""Imports as admins see them. Pure."""

from typing import Any

import msgspec

from backend.catalogue.imports.tables import CatalogueImport
from backend.catalogue.tables import ModelProvider
from shared.imports import ImportSummary, ImportView


def summary(row: CatalogueImport, provider: ModelProvider) -> ImportSummary:
    """An import without its lines."""
    return msgspec.convert(_facts(row, provider), ImportSummary)


def view(row: CatalogueImport, provider: ModelProvider) -> ImportView:
    """An import with its lines."""
    lines = {"lines": row.lines, "refused": row.refused, "left_out": row.left_out}
    return msgspec.convert({**_facts(row, provider), **lines}, ImportView)


def _facts(row: CatalogueImport, provider: ModelProvider) -> dict[str, Any]:
    return {
        "id": row.id,
        "provider_id": provider.id,
        "provider": provider.name,
        "provider_name": provider.display_name,
        "created_at": row.created_at,
        "created_by": row.actor,
        "counts": row.counts,
        "applications": row.applications,
    }
