"""A run by hand as people read it in a terminal. Pure."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from backend.metering.reconciliation.bill import BillLine
from shared.reconciliation import Finding, FindingKind

SHOWN = 20
"""Findings of one kind that are listed; all are counted."""
_WORDS = {
    FindingKind.ORPHAN: ("{} whose process is gone was ended; nothing was charged", "request"),
    FindingKind.ORPHAN_LEFT: ("{} whose process is gone could not be ended; the log says why", "request"),
    FindingKind.HELD: ("{} did not hold what the running requests hold; put right", "account"),
    FindingKind.ACTIVE: ("{} did not count as many requests as are running; put right", "account"),
    FindingKind.ORGANISATION_ACTIVE: ("{} did not count as many requests as are running; put right", "organisation"),
    FindingKind.CONVERSATION: ("{} waited for an answer that nobody writes; freed", "conversation"),
    FindingKind.MESSAGE: ("{} of a request that is over counted as being written; now interrupted", "answer"),
    FindingKind.BALANCE: ("{} has a balance that is not the sum of its ledger; NOT changed", "account"),
    FindingKind.CHARGE: ("{} has a cost, a charge and a usage that do not agree; NOT changed", "request"),
}
_COLUMNS = ("provider", "model", "calls", "ours $", "theirs $", "differ $", "%", "estimated", "failed", "may have run")


class Report(Struct, frozen=True, kw_only=True):
    """A run by hand. `balanced`: nothing is left that a person must look at."""

    since: datetime
    balanced: bool
    counts: dict[str, int]
    findings: list[Finding]
    bill: list[BillLine]

    def text(self) -> str:
        """For a terminal."""
        return "\n".join([*self._books(), "", *self._providers()])

    def _books(self) -> Iterator[str]:
        if not self.findings:
            yield "The books balance: nothing was left to repair."
            return
        for kind, (words, noun) in _WORDS.items():
            found = [finding for finding in self.findings if finding.kind is kind]
            if found:
                many = noun if len(found) == 1 else f"{noun}s"
                yield f"{words.format(f'{len(found)} {many}')}:"
                yield from (f"  {_details(finding)}" for finding in found[:SHOWN])
                if len(found) > SHOWN:
                    yield f"  and {len(found) - SHOWN} more"
        yield "The books balance." if self.balanced else "The books do NOT balance: look at what was not changed."

    def _providers(self) -> Iterator[str]:
        since = f"{self.since:%Y-%m-%d %H:%M} UTC"
        if not self.bill:
            yield f"No provider was called since {since}."
            return
        yield f"Calls since {since}; costs that both sides name are compared:"
        rows = [_COLUMNS, *(_cells(line) for line in self.bill)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            names = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
            figures = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
            yield "  ".join([*names, *figures]).rstrip()


def _details(finding: Finding) -> str:
    if finding.recorded is None or finding.actual is None:
        return str(finding.id)
    return f"{finding.id}: the books said {_plain(finding.recorded)}, it is {_plain(finding.actual)}"


def _cells(line: BillLine) -> tuple[str, ...]:
    percent = "-" if line.difference_percent is None else f"{line.difference_percent:+.2f}"
    return (
        line.provider,
        line.model,
        f"{line.calls:,}",
        _plain(line.raw_cost),
        "-" if line.provider_cost is None else f"{_plain(line.provider_cost)} of {line.reported_calls:,}",
        "-" if line.difference is None else _plain(line.difference),
        percent,
        f"{line.estimated:,}",
        f"{line.failed:,}",
        f"{line.may_have_run:,}",
    )


def _plain(amount: Decimal) -> str:
    """Exact, without an exponent or zeros at the end."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
