"""Trying prompts, and saying what they should have been taken for."""

from uuid import UUID

from frontend.client import http
from shared.bench import BenchRequest, BenchResults
from shared.marks import AdminMark, BenchMarkRequest, Mark, MarkRequest
from shared.paths import BENCH, MARKS, PRECHECKS
from shared.precheck import Category
from shared.wire import Page

_BENCH_SECONDS = 60.0


def mark(check_id: UUID, judgement: MarkRequest) -> Mark:
    """Marks one's own prompt, in place of what was said before."""
    return http.call("PUT", f"{PRECHECKS}/{check_id}/mark", Mark, body=judgement)


def bench(wanted: BenchRequest) -> BenchResults:
    """Everything that the precheck finds about these prompts. For admins."""
    return http.call("POST", BENCH, BenchResults, body=wanted, wait=_BENCH_SECONDS)


def mark_in_bench(judgement: BenchMarkRequest) -> AdminMark:
    """Marks a prompt that was tried. For admins."""
    return http.call("POST", MARKS, AdminMark, body=judgement)


def marks(
    *,
    category: Category | None = None,
    was: Category | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[AdminMark]:
    """What everybody marked, newest first. For admins."""
    query: http.Query = {"category": category, "was": was, "limit": limit, "cursor": cursor}
    return http.call("GET", MARKS, Page[AdminMark], query=query)


def delete_mark(mark_id: UUID, reason: str) -> None:
    """Deletes a mark with whatever was kept of the prompt. For admins."""
    http.command("DELETE", f"{MARKS}/{mark_id}", query={"reason": reason})
