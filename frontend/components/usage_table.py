"""Usage by model: as a table, and as a file for a spreadsheet."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from shared.usage import UsageRow

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def columns(rows: Sequence[UsageRow]) -> dict[str, list[str] | list[int] | list[float]]:
    """The rows with their share of all credits in per cent, largest first."""
    total = sum((row.credits for row in rows), Decimal())
    ordered = sorted(rows, key=lambda row: -row.credits)
    return {
        "Model": [row.label for row in ordered],
        "Calls": [row.calls for row in ordered],
        "Tokens read": [row.prompt_tokens for row in ordered],
        "Tokens written": [row.completion_tokens for row in ordered],
        "Credits": [float(row.credits) for row in ordered],
        "Share": [float(row.credits * 100 / total) if total else 0.0 for row in ordered],
    }


def usage_csv(rows: Sequence[UsageRow]) -> str:
    """The rows with exact credits. A name that a spreadsheet would run as a formula is quoted as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["model", "name", "calls", "tokens_read", "tokens_written", "credits"])
    for row in rows:
        names = [f"'{text}" if text.startswith(_FORMULA_STARTS) else text for text in (row.key, row.label)]
        writer.writerow([*names, row.calls, row.prompt_tokens, row.completion_tokens, f"{row.credits:f}"])
    return out.getvalue()


def usage_table(rows: Sequence[UsageRow]) -> None:
    """Draws the table."""
    whole = st.column_config.NumberColumn(format="localized")
    st.dataframe(
        columns(rows),
        hide_index=True,
        height="content",
        column_config={
            "Calls": whole,
            "Tokens read": whole,
            "Tokens written": whole,
            "Credits": st.column_config.NumberColumn(format="%.2f"),
            "Share": st.column_config.ProgressColumn(format="%.0f%%", min_value=0, max_value=100, color="gray"),
        },
        alt="Usage by model",
    )
