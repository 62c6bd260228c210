"""What a process writes about itself, read from its standard output."""

import json
import subprocess
import sys
from typing import Any

import pytest

CANARY = "canary-in-a-prompt"


def written(program: str, level: str = "info") -> list[dict[str, Any]]:
    """Runs a program with logging set up; gives its lines."""
    start = f"import logging, structlog\nfrom backend.logs import configure_logging\nconfigure_logging({level!r})\n"
    ended = subprocess.run(
        [sys.executable, "-c", start + "log = structlog.get_logger()\n" + program],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert ended.stderr == b""
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_a_line_is_one_json_object_with_event_level_time_and_facts() -> None:
    [line] = written("log.info('call', tokens=3, name='Ж\\nx')")
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "call", "level": "info", "tokens": 3, "name": "Ж\nx"}


@pytest.mark.parametrize(
    ("level", "seen"),
    [
        ("debug", ["debug", "info", "warning", "error"]),
        ("info", ["info", "warning", "error"]),
        ("warning", ["warning", "error"]),
        ("error", ["error"]),
    ],
)
def test_the_level_is_obeyed(level: str, seen: list[str]) -> None:
    lines = written("for level in ('debug', 'info', 'warning', 'error'): getattr(log, level)('x')", level)
    assert [line["level"] for line in lines] == seen


def test_libraries_write_the_same_way_and_only_what_matters() -> None:
    lines = written("logging.getLogger('lib').info('hello')\nlogging.getLogger('lib').warning('look: %s', 'there')")
    assert [(line["event"], line["level"]) for line in lines] == [("look: there", "warning")]


@pytest.mark.parametrize(
    "fact", ["'\\ud800'", "10**40", "object()", "{1: {2}}", "b'\\xff'", "float('nan')"], ids=lambda fact: fact[:12]
)
def test_no_fact_makes_logging_fail(fact: str) -> None:
    [line] = written(f"log.warning('odd', fact={fact})")
    assert line["event"] == "odd"
    assert "fact" in line


def test_an_exception_is_told_with_its_trace_and_no_local_values() -> None:
    [line] = written(
        "def f():\n    prompt = 'canary-in-a-' + 'prompt'\n    raise KeyError('k')\n"
        "try: f()\nexcept KeyError: log.exception('bug')"
    )
    assert "KeyError: 'k'" in line["exception"]
    assert "in f" in line["exception"]
    assert CANARY not in json.dumps(line)


BAD_DOCUMENT = f"""
import json, psycopg
document = json.dumps({{"content": "{CANARY} " + chr(0)}})
try: psycopg.connect(URL).execute("SELECT %s::jsonb", [document])
except psycopg.Error: HOW.exception("bug")
"""

BAD_PARAMETER = f"""
import asyncio
from sqlalchemy import text
from backend.database import Database

async def go():
    database = Database(URL)
    async with database.reading() as session:
        try: await session.exec(text("SELECT 1 / 0, CAST(:p AS text)"), params={{"p": "{CANARY}"}})
        except Exception: HOW.exception("bug")
    await database.close()

asyncio.run(go())
"""


@pytest.mark.parametrize("how", ["log", "logging.getLogger('lib')"])
@pytest.mark.parametrize(
    ("program", "told"), [(BAD_DOCUMENT, "unsupported Unicode escape sequence"), (BAD_PARAMETER, "division by zero")]
)
def test_an_error_of_the_database_does_not_repeat_what_the_statement_was_given(
    program: str, told: str, how: str, postgres_url: str
) -> None:
    [line] = written(program.replace("URL", repr(postgres_url)).replace("HOW", how))
    assert told in line["exception"]
    assert CANARY not in json.dumps(line)


def test_a_logger_outlives_whoever_borrows_standard_output() -> None:
    lines = written(
        "import io, sys\n"
        "before, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO())\n"
        "log.info('borrowed')\n"
        "sys.stdout.close()\n"
        "sys.stdout = before\n"
        "log.info('back')"
    )
    assert [line["event"] for line in lines] == ["back"]
