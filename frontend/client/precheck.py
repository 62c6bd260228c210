"""Trying prompts, and saying what they should have been taken for."""

from uuid import UUID

from frontend.client import http
from shared.bench import BenchRequest, BenchResults
from shared.marks import AdminMark, BenchMarkRequest, Mark, MarkRequest
from shared.paths import ADMIN, PRECHECKS

_BENCH_SECONDS = 60.0


def mark(check_id: UUID, judgement: MarkRequest) -> Mark:
    """Marks one's own prompt, in place of what was said before."""
    return http.call("PUT", f"{PRECHECKS}/{check_id}/mark", Mark, body=judgement)


def bench(wanted: BenchRequest) -> BenchResults:
    """Everything that the precheck finds about these prompts. For admins."""
    return http.call("POST", f"{ADMIN}/precheck/bench", BenchResults, body=wanted, wait=_BENCH_SECONDS)


def mark_in_bench(judgement: BenchMarkRequest) -> AdminMark:
    """Marks a prompt that was tried. For admins."""
    return http.call("POST", f"{ADMIN}/precheck/marks", AdminMark, body=judgement)
