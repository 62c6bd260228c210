"""What the person used."""

from datetime import datetime
from typing import Literal

from frontend.client import http
from shared import paths
from shared.usage import Usage


def usage(first: datetime, until: datetime, group_by: Literal["day", "model", "assistant"] = "model") -> Usage:
    """Usage from `first` (included) to `until` (not included)."""
    query: http.Query = {"from": first.isoformat(), "to": until.isoformat(), "group_by": group_by}
    return http.call("GET", paths.USAGE, Usage, query=query)
