"""An import as text."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from backend.catalogue.imports.report import text
from shared.imports import ImportCounts, ImportFact, ImportLine, ImportView, LineKind, RefusedOffer

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def line(kind: LineKind, *facts: ImportFact, suspicious: str | None = None, active: bool = False) -> ImportLine:
    return ImportLine(
        key=f"{kind}:m",
        kind=kind,
        model="vendor/m",
        upstream_name="m",
        display_name="M",
        model_id=None,
        active=active,
        facts=list(facts),
        remarks=[],
        suspicious=suspicious,
        applied=False,
    )


def view(*lines: ImportLine, refused: tuple[RefusedOffer, ...] = (), left_out: tuple[str, ...] = ()) -> ImportView:
    return ImportView(
        id=UUID(int=1),
        provider_id=UUID(int=2),
        provider="router",
        provider_name="Router",
        created_at=NOW,
        created_by="admin",
        counts=ImportCounts(
            new=1, prices=1, details=0, gone=1, suspicious=1, unchanged=7, refused=len(refused), left_out=len(left_out)
        ),
        applications=[],
        lines=list(lines),
        refused=list(refused),
        left_out=list(left_out),
    )


def test_nothing_to_do_is_one_line() -> None:
    said = text(view())
    assert said == "Router: 1 new, 1 with other prices, 0 with other details, 1 gone, 7 unchanged."


def test_every_difference_has_a_line_and_a_doubt_is_told() -> None:
    said = text(
        view(
            line(LineKind.NEW, ImportFact(field="input", old=None, new="3")),
            line(
                LineKind.PRICES,
                ImportFact(field="input", old="3", new="90", factor=Decimal(30)),
                ImportFact(field="cached_input", old="1", new=None),
                suspicious="The price for input moves by more than 10 times.",
            ),
            line(LineKind.GONE, active=True),
            refused=(RefusedOffer(upstream_name="odd", reason="The price for input is negative."),),
            left_out=("tts-1",),
        )
    )
    lines = said.splitlines()
    assert "  vendor/m  input 3" in lines
    assert "  vendor/m  input 3 -> 90 (x 30)  ! The price for input moves by more than 10 times." in lines
    assert "            cached input 1 -> -" in lines
    assert "  vendor/m  on, would be turned off" in lines
    assert "  odd  The price for input is negative." in lines
    assert lines[-1] == "1 left out: they neither chat nor embed nor make pictures."
