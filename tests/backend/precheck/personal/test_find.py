"""Personal data as people type it, what only looks like it, and what it costs to look for it."""

import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from backend.precheck.personal.find import find
from shared.precheck import PersonalKind
from tests.backend.precheck.personal.marked import Marked, marked

DATA = Path(__file__).parents[3] / "data" / "personal"
STRONG = frozenset(PersonalKind) - {PersonalKind.ADDRESS}
MOST_OF_AN_ADDRESS = 0.6
"""Share of its characters from which an address counts as found."""


class Line(Struct, frozen=True):
    """A text with its data between marks."""

    language: str
    text: str


def lines(name: str) -> list[tuple[Line, Marked]]:
    decoded = msgspec.json.Decoder(Line)
    found = [decoded.decode(line) for line in (DATA / f"{name}.jsonl").read_bytes().splitlines()]
    return [(line, marked(line.text)) for line in found]


def figures(name: str) -> tuple[Counter[PersonalKind], Counter[PersonalKind], int]:
    """What stands there, what of it was found, and in how many texts there was a false warning."""
    there: Counter[PersonalKind] = Counter()
    seen: Counter[PersonalKind] = Counter()
    false = 0
    for _, text in lines(name):
        found = find(text.text)
        for datum in text.data:
            there[datum.kind] += 1
            inside = [d for d in found if d.kind is datum.kind and d.start < datum.end and datum.start < d.end]
            share = sum(min(d.end, datum.end) - max(d.start, datum.start) for d in inside) / (datum.end - datum.start)
            seen[datum.kind] += share >= (MOST_OF_AN_ADDRESS if datum.kind is PersonalKind.ADDRESS else 1)
        false += any(not any(d.start < t.end and t.start < d.end for t in text.data) for d in found)
    return there, seen, false


@pytest.mark.parametrize("name", ["tuned", "held_back"])
def test_what_people_type_is_found(name: str) -> None:
    there, seen, false = figures(name)
    strong = sum(seen[kind] for kind in STRONG) / sum(there[kind] for kind in STRONG)
    assert strong >= 0.99
    assert seen[PersonalKind.ADDRESS] / there[PersonalKind.ADDRESS] >= 0.9
    assert false == 0


def test_numbers_of_other_things_are_left_alone() -> None:
    assert figures("benign")[2] == 0


def test_ordinary_prompts_are_rarely_warned_of() -> None:
    """Invented people and firms have addresses there, so that some warnings are right."""
    prompts = [
        msgspec.json.decode(line)["prompt"]
        for file in (DATA.parent / "prompts").glob("*.jsonl")
        for line in file.read_bytes().splitlines()
    ]
    assert sum(bool(find(prompt)) for prompt in prompts) / len(prompts) < 0.008


@pytest.mark.parametrize(
    "text",
    [
        "",
        "write to jane@example.com, joe@example.org or you@yourdomain.com",
        "call (212) 555-0142",
        "noreply@github.com",
        "AKIAIOSFODNN7EXAMPLE",
        "4111 1111 1111 1112",
        "DE00 3704 0044 0532 0130 00",
        "postgres://user:password@localhost/db and https://$USER:$PASSWORD@host/",
        "10 Downing Street",
        "10.0.0.1:5432 at 2024-11-21T17:05:33+01:00",
        "\ud800\udc00 \ud800 1",
    ],
)
def test_placeholders_and_what_fails_its_checksum_are_not(text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize("zero", ["0", "\uff10", "\u0660", "\u0966"], ids=["ascii", "full width", "arabic", "hindi"])
def test_digits_of_all_scripts_are_read(zero: str) -> None:
    number = "".join(chr(ord(zero) + int(c)) if c.isdigit() else c for c in "+49 151 2345 6789")
    text = f"\u2728 {number}"
    assert [(d.kind, text[d.start : d.end]) for d in find(text)] == [(PersonalKind.PHONE, number)]


@given(st.text("0123456789 -+.@()/:=,\naAzZ\u00e9\u4e00\u0661\ud800[]_#", max_size=300))
def test_any_text_has_an_answer_in_order_and_without_overlaps(text: str) -> None:
    found = find(text)
    ends = [0]
    for datum in found:
        assert ends[-1] <= datum.start < datum.end <= len(text)
        ends.append(datum.end)


HOSTILE = ["1", "@", "a", "a@", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "1 ", "1.", "+1 ", "(0", "0-", "://a:"]
HOSTILE += [
    "password=",
    "eyJ",
    "sk-",
    "Main Street 12 ",
    "a Cad 1 ",
    "\u0443\u043b. \u0410 1 ",
    "\u5e02",
    "\u8def1",
    "GB29",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_length_and_no_faster(piece: str) -> None:
    def cost(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length]
        times = []
        for _ in range(3):
            began = time.process_time()
            find(text)
            times.append(time.process_time() - began)
        return min(times)

    assert cost(80_000) < 4 * 2.5 * cost(20_000) + 0.01
