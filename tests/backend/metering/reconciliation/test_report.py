"""A run as it is read in a terminal."""

from datetime import UTC, datetime
from decimal import Decimal

from backend.columns import new_id
from backend.metering.reconciliation.bill import Sums, line
from backend.metering.reconciliation.report import SHOWN, Report
from shared.reconciliation import Finding, FindingKind

SINCE = datetime(2026, 11, 20, 12, tzinfo=UTC)


def report(*findings: Finding, sums: tuple[Sums, ...] = ()) -> str:
    return Report(
        since=SINCE,
        balanced=all(finding.repaired for finding in findings),
        counts={},
        findings=list(findings),
        bill=[line(row) for row in sums],
    ).text()


def test_nothing_found() -> None:
    assert report() == (
        "The books balance: nothing was left to repair.\n\nNo provider was called since 2026-11-20 12:00 UTC."
    )


def test_every_kind_has_its_words() -> None:
    for kind in FindingKind:
        repaired = report(Finding(kind=kind, id=new_id(), repaired=True))
        assert repaired.startswith("1 "), kind
        assert "The books balance." in repaired


def test_differences_show_both_figures_exactly() -> None:
    id = new_id()
    said = report(
        Finding(kind=FindingKind.BALANCE, id=id, repaired=False, recorded=Decimal("1.50"), actual=Decimal("1E-7"))
    )
    assert f"{id}: the books said 1.5, it is 0.0000001" in said
    assert "do NOT balance" in said


def test_many_are_counted_and_some_are_listed() -> None:
    said = report(*(Finding(kind=FindingKind.ORPHAN, id=new_id(), repaired=True) for _ in range(SHOWN + 5)))
    assert said.startswith("25 requests whose process is gone were ended") or said.startswith("25 requests")
    assert "  and 5 more" in said


def test_the_bill_is_a_table() -> None:
    rows = (
        Sums("openrouter", "a", 1200, Decimal("12.50"), 1100, Decimal(10), Decimal("10.5"), 3, 2, 1),
        Sums("simulator", "long-name", 1, Decimal(0), 0, Decimal(0), None, 0, 0, 0),
    )
    head, first, second = report(sums=rows).splitlines()[-3:]
    assert head.split("  ")[0] == "provider"
    assert first.split() == ["openrouter", "a", "1,200", "12.5", "10.5", "of", "1,100", "0.5", "+5.00", "3", "2", "1"]
    assert second.split() == ["simulator", "long-name", "1", "0", "-", "-", "-", "0", "0", "0"]
    assert len(head) == len(first) == len(second)
