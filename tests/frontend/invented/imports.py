"""An invented provider's model list."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from shared.imports import ImportCounts, ImportFact, ImportLine, ImportView, LineKind, RefusedOffer
from tests.frontend.invented import uid


def fact(field: str, old: str | None, new: str | None, factor: str | None = None) -> ImportFact:
    """One difference."""
    return ImportFact(field=field, old=old, new=new, factor=None if factor is None else Decimal(factor))


def line(
    kind: LineKind,
    model: str,
    title: str,
    *facts: ImportFact,
    id: UUID | None = None,
    suspicious: str | None = None,
    remarks: tuple[str, ...] = (),
    applied: bool = False,
) -> ImportLine:
    """One line of an import."""
    return ImportLine(
        key=f"{kind}:{model}",
        kind=kind,
        model=model,
        upstream_name=model,
        display_name=title,
        model_id=id,
        active=id is not None,
        facts=list(facts),
        remarks=list(remarks),
        suspicious=suspicious,
        applied=applied,
    )


def model_list(now: datetime, fresh: int = 34) -> ImportView:
    """Two prices, one of them odd, one model that reads more now, many new ones and one that is gone."""
    lines = [
        line(
            LineKind.PRICES,
            "opus",
            "Opus",
            fact("input", "15", "5", "0.3333"),
            fact("output", "75", "25", "0.3333"),
            fact("cached_input", None, "0.5"),
            id=uid(41),
        ),
        line(
            LineKind.PRICES,
            "sonnet",
            "Sonnet",
            fact("input", "3", "0", "0"),
            id=uid(40),
            suspicious="The price for input falls to zero.",
        ),
        line(
            LineKind.DETAILS,
            "haiku",
            "Haiku",
            fact("context_window", "200000", "1000000"),
            fact("capabilities", "vision", "tools, vision"),
            id=uid(42),
        ),
        *(
            line(
                LineKind.NEW,
                f"vendor/model-{number:02}-instruct-preview",
                f"Vendor: Model {number} Instruct",
                fact("input", None, "0.075"),
                fact("output", None, "0.3"),
                fact("context_window", None, "131072"),
                fact("max_output_tokens", None, "16384"),
                fact("capabilities", None, "json, tools"),
                remarks=("Longer prompts cost more: its context ends at 131,072 tokens here.",) if number == 1 else (),
            )
            for number in range(1, fresh + 1)
        ),
        line(LineKind.GONE, "claude-2", "Claude 2", id=uid(49)),
    ]
    return ImportView(
        id=uid(950),
        provider_id=uid(20),
        provider="anthropic",
        provider_name="Anthropic",
        created_at=now,
        created_by="mara@harbourworks.example",
        counts=ImportCounts(new=fresh, prices=2, details=1, gone=1, suspicious=1, unchanged=6, refused=1, left_out=2),
        applications=[],
        lines=lines,
        refused=[RefusedOffer(upstream_name="vendor/odd", reason="The price for completion is negative.")],
        left_out=["vendor/speech-1", "vendor/speech-2"],
    )


def nothing(now: datetime) -> ImportView:
    """A list that says what is known already."""
    full = model_list(now, 0)
    return ImportView(
        **{name: getattr(full, name) for name in full.__struct_fields__}
        | {
            "lines": [],
            "refused": [],
            "left_out": [],
            "counts": ImportCounts(
                new=0, prices=0, details=0, gone=0, suspicious=0, unchanged=10, refused=0, left_out=0
            ),
        }
    )
