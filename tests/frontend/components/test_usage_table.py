"""Usage by model, on the screen and in a file."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from frontend.components.usage_table import columns as usage_columns
from frontend.components.usage_table import usage_csv
from shared.usage import UsageRow

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def _row(key: str, credits: str) -> UsageRow:
    return UsageRow(key=key, label=key, credits=Decimal(credits), calls=1, prompt_tokens=2, completion_tokens=3)


def test_usage_is_sorted_and_shared_out() -> None:
    columns = usage_columns([_row("small", "1"), _row("large", "3")])
    assert columns["Model"] == ["large", "small"]
    assert columns["Share"] == [75, 25]
    assert usage_columns([_row("free", "0")])["Share"] == [0]
    assert usage_columns([])["Model"] == []


def test_the_file_has_exact_credits_and_runs_no_formula() -> None:
    text = usage_csv([_row("=cmd|' /C calc'!A0", "0.123456789012345678"), _row('a,"b', "1E+3")])
    lines = text.splitlines()
    assert lines[0] == "model,name,calls,tokens_read,tokens_written,credits"
    assert lines[1] == "'=cmd|' /C calc'!A0,'=cmd|' /C calc'!A0,1,2,3,0.123456789012345678"
    assert lines[2] == '"a,""b","a,""b",1,2,3,1000'
