"""Names of files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.attachments.names import LONGEST, clean_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Mara\\notes.txt", "notes.txt"),
        ("", "file"),
        ("..", "file"),
        ("a\0b\n.txt", "ab.txt"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("  two   words .md ", "two words .md"),
        ("Straße 世界.csv", "Straße 世界.csv"),
    ],
)
def test_folders_and_what_cannot_be_seen_are_left_out(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_long_name_keeps_its_ending() -> None:
    name = clean_name("x" * 500 + ".pdf")
    assert len(name) == LONGEST
    assert name.endswith("….pdf")


@given(st.text())
def test_every_name_becomes_one_that_can_be_kept(name: str) -> None:
    kept = clean_name(name)
    assert 1 <= len(kept) <= LONGEST
    assert "\0" not in kept
    assert "/" not in kept
    kept.encode()
